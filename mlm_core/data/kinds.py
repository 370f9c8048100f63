"""Kinds: what a single column holds, in a few numbers.

Text among numbers makes a column mixed; its first text is named by data row, counted from 1, as in
every message about a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from mlm_core.data.cells import NUMERIC_SHARE, text_mask
from mlm_core.data.naming import is_label

Kind = Literal["numeric", "binary", "categorical", "identifier", "constant", "empty", "mixed"]
Role = Literal["outcome", "predictor", "level", "none"]

# In fewer rows than this, distinct values say nothing about a column being a row number or a name.
_FEWEST_ROWS = 20


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """One column in a few numbers.

    Attributes
    ----------
    name : str
        The column's exact name.
    kind : {"numeric", "binary", "categorical", "identifier", "constant", "empty", "mixed"}
        ``binary`` has two values, whatever they are; ``identifier`` labels groups or rows (by its
        name, or because it tells all rows apart); ``mixed`` is mostly numbers, with some text.
    n_rows, n_missing, n_unique : int
        Rows, missing cells, and distinct values among the others.
    minimum, mean, maximum : float or None
        Of a column of numbers; None for texts.
    first_text_row : int or None
        Data row (from 1) of the first text in a mixed column.
    first_text_value : str or None
        That text.
    suggested_role : {"outcome", "predictor", "level", "none"}
        What the column may serve for.
    """

    name: str
    kind: Kind
    n_rows: int
    n_missing: int
    n_unique: int
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None
    first_text_row: int | None = None
    first_text_value: str | None = None
    suggested_role: Role = "none"


def first_text(series: pd.Series[Any]) -> tuple[int, str] | None:
    """Return data row (from 1) and value of the first cell that is text and no plain number.

    Missing and empty cells are passed over. None means that every value is, or reads as, a number.
    """
    is_text = _text_cells(series)
    if is_text is None or not is_text.any():
        return None
    row = int(np.argmax(is_text))
    return row + 1, str(series.iloc[row])


def describe_column(name: str, series: pd.Series[Any]) -> ColumnDescription:
    """Describe one column; its role stays open."""
    n_missing = int(series.isna().sum())
    n_present = len(series) - n_missing
    n_unique = _n_unique(series)
    is_text = _text_cells(series)
    n_text = 0 if is_text is None else int(is_text.sum())
    is_mixed = 0 < n_text < (1 - NUMERIC_SHARE) * n_present
    found = first_text(series) if is_mixed else None
    values = _numbers(series) if n_present and is_text is None else None
    numbers = None if values is None else _summed_up(values)
    return ColumnDescription(
        name=name,
        kind=kind_of(name, n_present, n_unique, numbers, is_mixed=is_mixed),
        n_rows=len(series),
        n_missing=n_missing,
        n_unique=n_unique,
        minimum=None if numbers is None else numbers.least,
        mean=None if numbers is None else numbers.mean,
        maximum=None if numbers is None else numbers.largest,
        first_text_row=None if found is None else found[0],
        first_text_value=None if found is None else found[1],
    )


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers in a few: its range, its mean, and whether all of them are whole."""

    least: float
    mean: float
    largest: float
    is_whole: bool


def kind_of(
    name: str, n_present: int, n_unique: int, numbers: Numbers | None, *, is_mixed: bool
) -> Kind:
    """Name the kind of a column; ``numbers`` is None for texts."""
    if n_unique <= 2:
        few: tuple[Kind, ...] = ("empty", "constant", "binary")
        return few[n_unique]
    is_counted = numbers is None or numbers.is_whole
    if is_label(name) and is_counted:
        return "identifier"
    if is_mixed:
        return "mixed"
    tells_rows_apart = n_unique == n_present >= _FEWEST_ROWS and (
        numbers is None or (is_counted and numbers.largest - numbers.least == n_unique - 1)
    )
    if tells_rows_apart:
        return "identifier"
    return "categorical" if numbers is None else "numeric"


def _numbers(series: pd.Series[Any]) -> NDArray[np.float64] | None:
    """Return the present values of a numeric column; None for any other."""
    if not pd.api.types.is_numeric_dtype(series.dtype):
        return None
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    present: NDArray[np.float64] = values[~np.isnan(values)]
    return present


def _summed_up(numbers: NDArray[np.float64]) -> Numbers:
    """Return minimum, mean and maximum; infinities show."""
    if numbers.size == 0:
        return Numbers(np.nan, np.nan, np.nan, True)
    with np.errstate(invalid="ignore", over="ignore"):
        low, mean, high = float(numbers.min()), float(numbers.mean()), float(numbers.max())
    is_whole = bool(np.all(numbers == np.floor(numbers)))
    return Numbers(low, without_rounding(mean, low, high), high, is_whole)


def without_rounding(mean: float, low: float, high: float) -> float:
    """Return a mean; that of a centred column is zero but for rounding."""
    return 0.0 if abs(mean) < 1e-14 * max(abs(low), abs(high)) else mean


def _n_unique(series: pd.Series[Any]) -> int:
    try:
        return int(series.nunique())
    except TypeError:  # values that cannot be hashed, such as lists
        return int(series.dropna().map(str).nunique())


def _text_cells(series: pd.Series[Any]) -> NDArray[np.bool_] | None:
    """Tell for every cell whether it is text; None for a column of numbers or truth values."""
    if pd.api.types.is_numeric_dtype(series.dtype):
        return None
    if isinstance(series.dtype, pd.CategoricalDtype):
        is_text = _text_cells(pd.Series(series.cat.categories))
        if is_text is None:
            return None
        codes = series.cat.codes.to_numpy()
        return np.append(is_text, False)[codes]  # code -1, a missing value, takes the last
    if isinstance(series.dtype, pd.StringDtype):
        texts = pa.array(series.array)
        return text_mask(texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts]))
    missing = series.isna().to_numpy()
    words = [None if gone else str(value) for value, gone in zip(series, missing, strict=True)]
    return text_mask(pa.chunked_array([pa.array(words, pa.large_string())]))
