"""The picture of a run: how many times as long as ours every program takes, on a logarithmic axis.

Written as SVG by hand: dots on lines, one panel for the class set and one for a million rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil, log10

from benchmarks.cases import CLASS_SET, MILLION, OURS, TITLES
from benchmarks.contest import Outcome
from benchmarks.page import seconds, times
from benchmarks.results import Results

_WIDTH, _LEFT, _RIGHT = 760, 190, 150
_ROW, _TITLE, _AXIS = 30, 44, 40
_INK, _QUIET, _GRID, _OURS, _PEER = "#1f2933", "#5f6b7a", "#dfe4ea", "#0b5fa5", "#b4540a"


def svg(results: Results) -> str:
    """Return the picture."""
    panels = [outcome for outcome in results.outcomes if _is_shown(outcome)]
    longest = max((outcome.summary["ratio"].max() for outcome in panels), default=10.0)
    decades = max(1, ceil(log10(longest)))
    body, top = [], 16
    for outcome in panels:
        body += _panel(outcome, top, decades)
        top += _TITLE + _ROW * len(outcome.summary) + _AXIS
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}"'
        f' height="{top}" font-family="system-ui, sans-serif" font-size="14" role="img">'
    )
    title = "<title>Time of a fit with its coefficient table, as a multiple of mlm_core's</title>"
    paper = f'<rect width="{_WIDTH}" height="{top}" fill="#ffffff"/>'
    return "\n".join([head, title, paper, *body, "</svg>"]) + "\n"


def _is_shown(outcome: Outcome) -> bool:
    return outcome.case.key in (CLASS_SET, f"{MILLION}-sorted") and len(outcome.samples) > 0


def _panel(outcome: Outcome, top: int, decades: int) -> Iterator[str]:
    scale = (_WIDTH - _LEFT - _RIGHT) / decades
    bottom = top + _TITLE + _ROW * len(outcome.summary)
    heading = f"{outcome.case.title}: times as long as mlm_core"
    yield _text(16, top + 16, heading, weight="600")
    for decade in range(decades + 1):
        x = _LEFT + scale * decade
        yield (f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + 30}" y2="{bottom}" stroke="{_GRID}"/>')
        yield _text(x, bottom + 18, f"{10**decade:,}", fill=_QUIET, anchor="middle")
    for number, row in enumerate(outcome.summary.itertuples()):
        y = top + _TITLE + _ROW * number + _ROW / 2
        x = _LEFT + scale * max(0.0, log10(row.ratio))
        color = _OURS if row.program == OURS else _PEER
        label = seconds(row.best)
        if row.program != OURS:
            label = f"{times(row.ratio)} times, {label}"
        yield _text(_LEFT - 14, y + 5, TITLES[row.program], anchor="end")
        yield (
            f'<line x1="{_LEFT}" x2="{x:.1f}" y1="{y}" y2="{y}" stroke="{color}" opacity="0.35"'
            ' stroke-width="2"/>'
        )
        yield f'<circle cx="{x:.1f}" cy="{y}" r="6" fill="{color}"/>'
        yield _text(x + 12, y + 5, label, fill=color)


def _text(
    x: float, y: float, words: str, *, fill: str = _INK, anchor: str = "start", weight: str = "400"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}"'
        f' font-weight="{weight}">{escape(words)}</text>'
    )
