"""Variation: at which level each variable varies.

A variable that is constant within every school is a property of schools, however many rows repeat
it. Besides this yes or no, the share of its variance that lies between the groups of a level (eta
squared: between sum of squares over total) tells how much of it is a matter of groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.engines import Source
from mlm_core.data.nests import Nest, nest
from mlm_core.data.pushed_variation import grouped_variables
from mlm_core.data.tables import Table, in_memory, opened

EACH_ROW = "each row"
WHOLE_TABLE = "whole table"
NO_VALUE = "no value"
# Rounding in computed group means, relative to the largest value of the variable.
_ROUNDING = 1e-12

Values = NDArray[np.float64]


def variable_levels(data: Table, levels: Sequence[str]) -> pd.DataFrame:
    """Tell for every other column at which level it varies.

    Parameters
    ----------
    data : DataFrame or any other table
    levels : sequence of str
        Grouping columns, outermost first, each nested in the one before.

    Returns
    -------
    DataFrame
        ``variable``; ``level``, the outermost level within whose groups the variable is constant,
        else ``"each row"`` (``"whole table"`` for a constant, ``"no value"`` for an empty column);
        and for each level ``"between <level>"``, the share of the variance between its groups,
        missing for texts with more than two values.
    """
    table = opened(data)
    if isinstance(table, Source):
        return _of_source(table, levels)
    frame = in_memory(table)
    sorted_groups = [_SortedGroups(level) for level in nest(frame, levels)]
    rows: list[dict[str, Any]] = []
    for place, name in enumerate(frame.columns):
        if name in levels:
            continue
        values, is_number = _numbered(frame.iloc[:, place])
        row: dict[str, Any] = {
            "variable": str(name),
            "level": _level(values, sorted_groups),
        }
        for groups in sorted_groups:
            row[f"between {groups.name}"] = groups.share(values) if is_number else np.nan
        rows.append(row)
    return _laid_out(rows, levels)


def _laid_out(rows: list[dict[str, Any]], levels: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        rows, columns=["variable", "level", *(f"between {name}" for name in levels)]
    )


def _of_source(source: Source, levels: Sequence[str]) -> pd.DataFrame:
    """Tell the same of a table that an engine works through."""
    nests, variables = grouped_variables(source, levels)
    rows: list[dict[str, Any]] = []
    for variable in variables:
        within = (each.name for each in nests if not variable.varies_within(each.codes, _ROUNDING))
        row: dict[str, Any] = {"variable": variable.name}
        if not variable.has_values:
            row["level"] = NO_VALUE
        else:
            row["level"] = WHOLE_TABLE if variable.is_constant else next(within, EACH_ROW)
        row |= {f"between {each.name}": variable.share(each.codes) for each in nests}
        rows.append(row)
    return _laid_out(rows, levels)


class _SortedGroups:
    """Rows of a level brought into group order once, for all variables."""

    def __init__(self, level: Nest) -> None:
        self.name = level.name
        present = np.flatnonzero(level.codes >= 0)
        codes = level.codes[present]
        order = np.argsort(codes, kind="stable")
        self._rows = present[order]
        self._codes = codes[order]
        self._starts = np.concatenate([[0], np.cumsum(level.sizes)[:-1]]).astype(np.intp)
        self._n_groups = level.n_groups

    def is_constant(self, values: Values) -> bool:
        """Tell whether the variable has one value within every group, missing ones apart."""
        sorted_values = values[self._rows]
        with np.errstate(invalid="ignore"):
            high = np.fmax.reduceat(sorted_values, self._starts)
            low = np.fmin.reduceat(sorted_values, self._starts)
            spread = np.where(high == low, 0.0, high - low)  # two infinities are equal
            rounding = _ROUNDING * np.abs(values[np.isfinite(values)]).max(initial=0.0)
        return not bool((spread > rounding).any())

    def share(self, values: Values) -> float:
        """Return eta squared; NaN where nothing varies."""
        sorted_values = values[self._rows]
        present = np.isfinite(sorted_values)
        centred, codes = sorted_values[present], self._codes[present]
        largest = np.abs(centred).max(initial=0.0)
        if largest == 0.0:
            return float("nan")
        centred = centred / largest  # squares of huge or tiny values leave the range of floats
        centred = centred - centred.mean()
        total = float(centred @ centred)
        if total == 0.0:
            return float("nan")
        sums = np.bincount(codes, weights=centred, minlength=self._n_groups)
        counts = np.bincount(codes, minlength=self._n_groups)
        between = float((sums**2 / np.maximum(counts, 1)).sum())
        return min(between / total, 1.0)


def _level(values: Values, sorted_groups: Sequence[_SortedGroups]) -> str:
    """Return the outermost level within whose groups the values are constant."""
    present = values[~np.isnan(values)]
    if not present.size:
        return NO_VALUE
    if present.min() == present.max():
        return WHOLE_TABLE
    return next((groups.name for groups in sorted_groups if groups.is_constant(values)), EACH_ROW)


def _numbered(series: pd.Series[Any]) -> tuple[Values, bool]:
    """Return the values as floats (texts by a number), and whether a variance makes sense."""
    if pd.api.types.is_numeric_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan), True
    try:
        codes, categories = pd.factorize(series)
    except TypeError:  # values that cannot be hashed, such as lists
        codes, categories = pd.factorize(series.map(str, na_action="ignore"))
    return np.where(codes < 0, np.nan, codes.astype(np.float64)), len(categories) <= 2
