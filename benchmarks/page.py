"""How numbers and tables are written on the page of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, the first column to the left, the others to the right."""
    lines = ["| " + " | ".join(header) + " |", "|---|" + "---:|" * (len(header) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def seconds(value: float) -> str:
    """Return a time in ms or s with three digits."""
    unit, scaled = ("ms", 1e3 * value) if value < 1.0 else ("s", value)
    digits = max(0, 2 - int(np.floor(np.log10(scaled))))
    return f"{scaled:.{digits}f} {unit}"


def times(value: float) -> str:
    """Return a ratio."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}" if value >= 100 else f"{value:.1f}"
