"""Columns of a table that an engine works through: what they hold, and which divide the rows.

The numbers of :mod:`mlm_core.data.kinds`, from passes without groups. Columns get names of our own,
so that no name of the user's ever stands in a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import TYPE_CHECKING, Any

import numpy as np

from mlm_core.data.cells import NUMERIC_SHARE
from mlm_core.data.engines import Source, check_columns, distinct
from mlm_core.data.kinds import ColumnDescription, Numbers, kind_of, without_rounding

if TYPE_CHECKING:
    import narwhals as nw

# What reads as a number; blanks around it are passed over.
_PLAIN_NUMBER = r"^\s*([-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?)?\s*$"


@dataclass(frozen=True, slots=True)
class Holes:
    """Missing values of some columns, rows only one of them costs, all and complete rows."""

    missing: tuple[int, ...]
    alone: tuple[int, ...]
    n_rows: int
    n_complete: int


def count_holes(source: Source, names: Sequence[str]) -> Holes:
    """Count missing values in one pass.

    Raises
    ------
    UnknownColumnError, EngineError
    """
    import narwhals as nw

    check_columns(source, tuple(names))
    frame, types = _renamed(source, names)
    holes = {place: _one(is_absent(nw.col(place), types[place])) for place in types}
    frame = frame.select(**holes)
    frame = frame.with_columns(h=reduce(add, (nw.col(place) for place in holes), nw.lit(0.0)))
    alone = {
        f"{place} alone": _one((nw.col(place) == 1.0) & (nw.col("h") == 1.0)).sum()
        for place in holes
    }
    wanted = {"n": nw.len(), "complete": _one(nw.col("h") == 0.0).sum(), **alone}
    found = source.numbers({**wanted, **{place: nw.col(place).sum() for place in holes}}, frame)
    counts = {name: int(np.nan_to_num(value)) for name, value in found.items()}
    return Holes(
        tuple(counts[place] for place in holes),
        tuple(counts[name] for name in alone),
        counts["n"],
        counts["complete"],
    )


def complete_rows(source: Source, names: tuple[str, ...]) -> Source:
    """Return the rows with a value in every one of these columns, and these columns alone.

    Raises
    ------
    UnknownColumnError
    """
    import narwhals as nw

    check_columns(source, names)
    frame = source.frame.select(*names)
    types = dict(frame.collect_schema())
    absent = (is_absent(nw.col(name), dtype) for name, dtype in types.items())
    return source.over(frame.filter(~reduce(or_, absent)))


def describe_source(source: Source) -> list[ColumnDescription]:
    """Describe every column of a source, its role left open."""
    import narwhals as nw

    names = source.columns
    frame, types = _renamed(source, names)
    wanted: dict[str, nw.Expr] = {"n": nw.len()}
    for place, dtype in types.items():
        wanted |= _column_expressions(place, dtype)
    found = source.numbers(wanted, frame)
    return [
        _description(source, frame.select(place), name, types[place], found)
        for name, place in zip(names, types, strict=True)
    ]


def is_absent(column: nw.Expr, dtype: Any) -> nw.Expr:
    """Tell which values are missing; what is no number is."""
    return column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()


class SourceDivisions:
    """How columns of a source divide its rows; see :class:`mlm_core.data.roles.Divisions`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._counts: dict[tuple[str, ...], int] = {}

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return self.n_groups(())

    def n_groups(self, columns: tuple[str, ...]) -> int:
        """Return the number of different combinations of these columns' values."""
        if columns not in self._counts:
            frame = self._source.frame
            groups = distinct(_renamed(self._source, columns)[0]) if columns else frame
            self._counts[columns] = self._source.over(groups).n_rows
        return self._counts[columns]

    def varying(self, names: Sequence[str], within: str) -> set[str]:
        """Return which of these columns take several values within a group of another."""
        import narwhals as nw

        if not names:
            return set()
        frame, types = _renamed(self._source, [within, *names])
        key, *places = types
        extremes = [f(nw.col(place), place) for place in places for f in (_least, _largest)]
        groups = frame.group_by(key).agg(*extremes)
        differ = {
            place: _one(nw.col(f"{place} least") != nw.col(f"{place} largest")).sum()
            for place in places
        }
        found = self._source.numbers(differ, groups)
        return {name for name, place in zip(names, places, strict=True) if found[place] > 0}


def _least(column: nw.Expr, place: str) -> nw.Expr:
    return column.min().alias(f"{place} least")


def _largest(column: nw.Expr, place: str) -> nw.Expr:
    return column.max().alias(f"{place} largest")


def _renamed(source: Source, names: Sequence[str]) -> tuple[nw.LazyFrame[Any], dict[str, Any]]:
    """Return columns under names of our own, and the type of each."""
    import narwhals as nw

    frame = source.frame.select(**{f"c{index}": nw.col(name) for index, name in enumerate(names)})
    return frame, dict(frame.collect_schema())


def _one(condition: nw.Expr) -> nw.Expr:
    """Return 1 where something holds, 0 elsewhere."""
    import narwhals as nw

    return condition.cast(nw.Float64())


def _column_expressions(place: str, dtype: Any) -> dict[str, nw.Expr]:
    """Return what is asked of one column."""
    import narwhals as nw

    column = nw.col(place)
    absent = is_absent(column, dtype)
    values = nw.when(~absent).then(column)
    wanted = {f"{place} holes": _one(absent).sum(), f"{place} distinct": values.n_unique()}
    if dtype.is_numeric() or dtype == nw.Boolean():
        numbers = values.cast(nw.Float64())
        wanted[f"{place} least"] = numbers.min()
        wanted[f"{place} mean"] = numbers.mean()
        wanted[f"{place} largest"] = numbers.max()
        wanted[f"{place} broken"] = _one(numbers != numbers.floor()).sum()
    elif dtype == nw.String():
        wanted[f"{place} texts"] = _one(~column.str.contains(_PLAIN_NUMBER)).sum()
    return wanted


def _description(
    source: Source,
    column: nw.LazyFrame[Any],
    name: str,
    dtype: Any,
    found: dict[str, float],
) -> ColumnDescription:
    """Describe one column from what the engine found."""
    import narwhals as nw

    (place,) = column.collect_schema().names()
    asked = {key.removeprefix(f"{place} "): value for key, value in found.items()}
    n_rows, n_missing = int(found["n"]), int(np.nan_to_num(asked["holes"]))
    n_present = n_rows - n_missing
    # The engine's count has one value more where one is missing.
    n_unique = int(asked["distinct"]) - (1 if n_missing > 0 else 0) if n_present else 0
    numbers = None
    if n_present and "mean" in asked:
        low, mean, high = asked["least"], asked["mean"], asked["largest"]
        numbers = Numbers(low, without_rounding(mean, low, high), high, asked["broken"] == 0.0)
    n_texts = 0 if np.isnan(asked.get("texts", np.nan)) else asked["texts"]
    is_mixed = 0 < n_texts < (1 - NUMERIC_SHARE) * n_present
    example = None
    if is_mixed:
        texts = column.filter(~nw.col(place).str.contains(_PLAIN_NUMBER))
        example = str(source.collect(texts.head(1)).row(0)[0])
    return ColumnDescription(
        name=name,
        kind=kind_of(name, n_present, n_unique, numbers, is_mixed=is_mixed),
        n_rows=n_rows,
        n_missing=n_missing,
        n_unique=n_unique,
        minimum=None if numbers is None else numbers.least,
        mean=None if numbers is None else numbers.mean,
        maximum=None if numbers is None else numbers.largest,
        first_text_value=example,
    )


def distinct_texts(source: Source, *, most: int) -> dict[str, tuple[str, ...]]:
    """Return the values of every column that holds no numbers, up to one more than ``most``."""
    import narwhals as nw

    names = source.columns
    frame, types = _renamed(source, names)
    found = {}
    for name, (place, dtype) in zip(names, types.items(), strict=True):
        if not dtype.is_numeric():
            column = frame.select(place).filter(~nw.col(place).is_null())
            values = source.collect(distinct(column).head(most + 1))
            found[name] = tuple(str(value) for value in values[place].to_list())
    return found
