"""At which level variables of a table that an engine works through vary.

One GROUP BY of the innermost groups counts, sums and takes least and largest values; outer levels
are put together from these. Values are taken around a value near the middle and in units of the
largest, so that squares neither cancel nor leave the range of floats.

Symbols: G groups of the innermost level, in the order the engine gave them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.engines import Source, as_float, check_columns
from mlm_core.data.nests import Nest, nest
from mlm_core.data.tables import pandas_of

if TYPE_CHECKING:
    import narwhals as nw

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupedVariable:
    """One variable in the innermost groups, and what it is over all rows.

    Attributes
    ----------
    name : str
    has_values, is_constant : bool
        Over all rows.
    is_number : bool
        Whether a variance makes sense.
    least, largest : ndarray (G,)
        Extremes in each group (of texts: their places in sorted order); NaN without a value.
    count, total, squares : ndarray (G,)
        Finite values, their sum and the sum of their squares, around the middle.
    """

    name: str
    has_values: bool
    is_constant: bool
    is_number: bool
    least: Floats
    largest: Floats
    count: Floats
    total: Floats
    squares: Floats

    def varies_within(self, codes: NDArray[np.int64], rounding: float) -> bool:
        """Tell whether the variable takes several values within a group of an outer level."""
        known = (codes >= 0) & ~np.isnan(self.least)
        n_groups = int(codes.max(initial=-1)) + 1
        high, low = np.full(n_groups, -np.inf), np.full(n_groups, np.inf)
        np.maximum.at(high, codes[known], self.largest[known])
        np.minimum.at(low, codes[known], self.least[known])
        with np.errstate(invalid="ignore"):
            spread = np.where(high == low, 0.0, high - low)
            limit = rounding * np.abs(self._finite()).max(initial=0.0)
        return bool((spread > limit).any())

    def share(self, codes: NDArray[np.int64]) -> float:
        """Return the share of the variance that lies between the groups of an outer level."""
        known = codes >= 0
        count, total = self.count[known], self.total[known]
        n = count.sum()
        if not n:
            return float("nan")
        mean = total.sum() / n
        whole = float(self.squares[known].sum() - n * mean**2)
        if not self.is_number or whole <= 0.0 or self.is_constant:
            return float("nan")
        sums = np.bincount(codes[known], total - count * mean)
        counts = np.bincount(codes[known], count)
        between = float((sums**2 / np.maximum(counts, 1.0)).sum())
        return min(between / whole, 1.0)

    def _finite(self) -> Floats:
        both = np.concatenate([self.least, self.largest])
        finite: Floats = both[np.isfinite(both)]
        return finite


def grouped_variables(
    source: Source, levels: Sequence[str]
) -> tuple[tuple[Nest, ...], list[GroupedVariable]]:
    """Return the levels over the innermost groups, and every other variable in these.

    Raises
    ------
    UnknownColumnError, DuplicateLevelError, AllMissingError, EngineError
    """
    import narwhals as nw

    check_columns(source, tuple(levels))
    names = [name for name in source.columns if name not in levels]
    keys = {f"k{index}": name for index, name in enumerate(levels)}
    columns = {f"c{index}": name for index, name in enumerate(names)}
    frame = source.frame.select(
        **{place: nw.col(name) for place, name in {**keys, **columns}.items()}
    )
    types = {place: dtype for place, dtype in frame.collect_schema().items() if place in columns}
    frame = frame.with_columns(
        **{place: _comparable(nw.col(place), dtype) for place, dtype in types.items()}
    )
    whole = _whole(source, frame, types)
    asked = [nw.len().alias("n")]
    for place in types:
        frame, expressions = _asked(frame, place, whole[place])
        asked += expressions
    found = source.collect(frame.group_by(*keys).agg(*asked))
    table = pandas_of(found, found.columns)
    lines = table[list(keys)].set_axis(list(levels), axis=1)
    nests = nest(lines, levels, counts=table["n"].to_numpy(dtype=np.int64))
    variables = [_variable(table, place, columns[place], whole[place]) for place in types]
    return nests, variables


@dataclass(frozen=True, slots=True)
class _Whole:
    """One variable over all rows: its extremes, middle, distinct values, and whether a number."""

    least: Any
    largest: Any
    middle: float
    n_distinct: int
    is_numeric: bool

    @property
    def unit(self) -> float:
        """The largest distance from the middle."""
        distance = max(abs(float(end) - self.middle) for end in (self.least, self.largest))
        return distance if np.isfinite(distance) and distance > 0.0 else 1.0


def _comparable(column: nw.Expr, dtype: Any) -> nw.Expr:
    """Return numbers as doubles without what is no number, everything else as texts."""
    import narwhals as nw

    if dtype.is_numeric() or dtype == nw.Boolean():
        values = column.cast(nw.Float64())
        return nw.when(~values.is_nan()).then(values)
    return column if dtype == nw.String() else column.cast(nw.String())


def _whole(source: Source, frame: nw.LazyFrame[Any], types: dict[str, Any]) -> dict[str, _Whole]:
    """Look at every variable over all rows."""
    import narwhals as nw

    if not types:
        return {}
    asked: dict[str, nw.Expr] = {}
    for place, dtype in types.items():
        asked[f"{place} least"] = nw.col(place).min()
        asked[f"{place} largest"] = nw.col(place).max()
        if dtype.is_numeric() or dtype == nw.Boolean():
            asked[f"{place} middle"] = nw.when(nw.col(place).is_finite()).then(nw.col(place)).mean()
    row = source.collect(frame.select(**asked)).row(0)
    found = dict(zip(asked, row, strict=True))
    return {place: _whole_of(source, frame, place, found) for place in types}


def _whole_of(
    source: Source, frame: nw.LazyFrame[Any], place: str, found: dict[str, Any]
) -> _Whole:
    import narwhals as nw

    least, largest = found[f"{place} least"], found[f"{place} largest"]
    if f"{place} middle" in found:
        return _Whole(least, largest, float(found[f"{place} middle"] or 0.0), 0, True)
    between = (nw.col(place) != nw.lit(least)) & (nw.col(place) != nw.lit(largest))
    has_third = least is not None and source.over(frame.filter(between).head(1)).n_rows > 0
    return _Whole(least, largest, 0.0, 3 if has_third else 2, False)


def _asked(
    frame: nw.LazyFrame[Any], place: str, whole: _Whole
) -> tuple[nw.LazyFrame[Any], list[nw.Expr]]:
    """Return the frame with a column to be summed, and what is asked of a variable by group."""
    import narwhals as nw

    column = nw.col(place)
    if whole.least is None:
        value = nw.lit(None).cast(nw.Float64())
    elif whole.is_numeric:
        value = nw.when(column.is_finite()).then((column - whole.middle) / whole.unit)
    else:
        is_last = (column == nw.lit(whole.largest)).cast(nw.Float64())
        value = nw.when(~column.is_null()).then(is_last)
    frame = frame.with_columns(value.alias(f"v {place}"))
    frame = frame.with_columns((nw.col(f"v {place}") * nw.col(f"v {place}")).alias(f"w {place}"))
    return frame, [
        column.min().alias(f"{place} least"),
        column.max().alias(f"{place} largest"),
        nw.col(f"v {place}").count().alias(f"{place} count"),
        nw.col(f"v {place}").sum().alias(f"{place} total"),
        nw.col(f"w {place}").sum().alias(f"{place} squares"),
    ]


def _variable(table: pd.DataFrame, place: str, name: str, whole: _Whole) -> GroupedVariable:
    """Put one variable's columns of the engine's answer together."""
    low, high = table[f"{place} least"], table[f"{place} largest"]
    if whole.is_numeric:
        least, largest = (
            as_float(low.to_numpy(na_value=np.nan)),
            as_float(high.to_numpy(na_value=np.nan)),
        )
    else:
        codes, _ = pd.factorize(pd.concat([low, high]), sort=True)
        ranks = np.where(codes < 0, np.nan, codes.astype(np.float64))
        least, largest = ranks[: len(low)], ranks[len(low) :]
    sums = {
        what: np.nan_to_num(table[f"{place} {what}"].to_numpy(dtype=np.float64, na_value=np.nan))
        for what in ("count", "total", "squares")
    }
    return GroupedVariable(
        name=name,
        has_values=whole.least is not None,
        is_constant=whole.least is not None and whole.least == whole.largest,
        is_number=whole.is_numeric or whole.n_distinct <= 2,
        least=least,
        largest=largest,
        **sums,
    )
