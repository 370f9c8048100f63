"""Ranges of columns that an engine works through: what one cheap pass without groups tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import narwhals as nw


class Range(NamedTuple):
    """Least, largest and mean value of a column."""

    least: float
    largest: float
    mean: float

    @property
    def centre(self) -> float:
        """A value near the middle: the mean, or the value itself where there is only one."""
        return self.least if self.least == self.largest else self.mean


def range_expressions(columns: dict[str, nw.Expr]) -> dict[str, nw.Expr]:
    """Return what to ask an engine for: least, largest and mean value of every column."""
    import narwhals as nw

    doubles = {place: values.cast(nw.Float64()) for place, values in columns.items()}
    found: dict[str, nw.Expr] = {}
    for place, values in doubles.items():
        found[f"{place} least"] = values.min()
        found[f"{place} largest"] = values.max()
        found[f"{place} mean"] = values.mean()
    return found


def range_of(found: dict[str, float], place: str) -> Range:
    """Return the range of one column from the engine's answer."""
    return Range(*(found[f"{place} {what}"] for what in ("least", "largest", "mean")))
