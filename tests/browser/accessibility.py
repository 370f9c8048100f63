"""What axe-core (vendor/axe.min.js) finds on a page, as far as the app itself is the cause.

Streamlit's widgets are not ours to mend, but everything around and between them is: sentences,
headings, tables, figures, names given to widgets, and all colours. What is left out is listed here
rule by rule with the part of the page it is left out for.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent / "vendor"
SERIOUS = ("serious", "critical")
# Rule -> the widget of Streamlit that breaks it, whatever the app does.
NOT_OURS: dict[str, tuple[str, ...]] = {}

_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  rule => ({id: rule.id, impact: rule.impact, help: rule.help,
            places: rule.nodes.map(node => [node.target.flat().join(" "), node.html])}))"""


@cache
def _source() -> str:
    return (VENDOR / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:
    """Return what is serious and ours, one line a place."""
    page.evaluate(_source())
    return [
        f"{rule['impact']}: {rule['help']} ({rule['id']}) at {target}: {html[:200]}"
        for rule in page.evaluate(_RUN)
        if rule["impact"] in SERIOUS
        for target, html in rule["places"]
        if not any(part in html or part in target for part in NOT_OURS.get(rule["id"], ()))
    ]
