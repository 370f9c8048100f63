"""A first look at a table that an engine works through: its size, its columns, its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mlm_core.data.encoding import is_categorical
from mlm_core.data.engines import Source
from mlm_core.data.pushed_columns import distinct_texts
from mlm_core.data.tables import Table, in_memory, opened, pandas_of
from mlm_core.errors import HeaderOnlyError

FIRST_ROWS = 100


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What can be known of a table without working through it.

    Attributes
    ----------
    columns : tuple of str
    n_rows : int
    first_rows : DataFrame
    frame : DataFrame or None
        The whole table where it is small.
    """

    columns: tuple[str, ...]
    n_rows: int
    first_rows: pd.DataFrame
    frame: pd.DataFrame | None


def glimpse(source: Source, *, most_rows: int) -> Glimpse:
    """Look at a table; one of up to ``most_rows`` rows is read into memory.

    Raises
    ------
    HeaderOnlyError
        The table has no row.
    EngineError
        The engine stopped.
    """
    columns = source.columns
    n_rows = source.n_rows
    if not n_rows:
        raise HeaderOnlyError("The table has columns, but no row.")
    if n_rows <= most_rows:
        frame = in_memory(source.over(source.frame), columns)
        return Glimpse(tuple(columns), n_rows, frame.head(FIRST_ROWS), frame)
    first = pandas_of(source.collect(source.frame.head(FIRST_ROWS)), columns)
    return Glimpse(tuple(columns), n_rows, first, None)


def categories_of(data: Table, *, most: int) -> dict[str, tuple[str, ...]]:
    """Return the categories of every categorical column, sorted; none where there are too many."""
    table = opened(data)
    if isinstance(table, Source):
        return _short(distinct_texts(table, most=most), most)
    columns = {
        str(name): table.iloc[:, place].dropna().unique()
        for place, name in enumerate(table.columns)
        if is_categorical(table.iloc[:, place])
    }
    return _short({name: tuple(map(str, values)) for name, values in columns.items()}, most)


def _short(
    found: dict[str, Sequence[str]] | dict[str, tuple[str, ...]], most: int
) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(sorted(values)) if len(values) <= most else () for name, values in found.items()
    }
