"""Tables of any kind, brought into the one form that the functions on rows work with.

A table may be a pandas, polars, pyarrow or any other frame that narwhals knows, in memory or not,
a path, or the name of a bundled set. :func:`in_memory` turns it into a pandas frame of the columns
asked for and no others. Numbers, which are what large tables are made of, are passed on without a
copy where the frame's own memory allows it. What is not in memory (large files, lazy frames, the
tables of an engine) is a :class:`~mlm_core.data.engines.Source` for those that need no rows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from mlm_core.data.bundled import load
from mlm_core.data.engines import Source, check_columns, source_of
from mlm_core.data.files import is_for_engine, open_dataset, open_files
from mlm_core.errors import AmbiguousColumnError, NeedsRowsError, ReadError, UnknownColumnError

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals.typing import IntoFrame

    Table: TypeAlias = pd.DataFrame | IntoFrame | Source | str | os.PathLike[str]
else:
    Table = Any


def in_memory(table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a table as a pandas frame.

    Parameters
    ----------
    table : DataFrame, any frame narwhals knows, path or name
        A pandas frame is returned as it is.
    columns : sequence of str, optional
        What is needed of a frame of another kind; by default everything.

    Raises
    ------
    ReadError
        The object is no table, or its file cannot be read.
    UnknownColumnError, AmbiguousColumnError
        A frame of another kind lacks a column asked for, or has two of that name.
    NeedsRowsError
        The table is a source of more rows than may be read into memory.
    """
    if isinstance(table, pd.DataFrame):
        return table
    found = opened(table, columns)
    if isinstance(found, pd.DataFrame):
        return found
    if found.most_rows is not None and (n_rows := found.n_rows) > found.most_rows:
        raise NeedsRowsError(n_rows, found.most_rows)
    wanted = found.columns if columns is None else list(dict.fromkeys(columns))
    check_columns(found, tuple(wanted))
    return pandas_of(found.collect(found.frame.select(*wanted)), wanted)


def opened(table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame | Source:
    """Return what is in memory as a pandas frame, and anything else as the source it is.

    Parameters
    ----------
    table, columns
        As in :func:`in_memory`.

    Raises
    ------
    ReadError, UnknownColumnError, AmbiguousColumnError
        As in :func:`in_memory`; a source is not looked into here.
    """
    if isinstance(table, pd.DataFrame | Source):
        return table
    if isinstance(table, str | os.PathLike):
        return open_files(table, columns) if is_for_engine(table) else load(table)
    if _is_dataset(table):
        return open_dataset(table)
    import narwhals as nw

    frame = known_frame(table)
    if isinstance(frame, nw.LazyFrame):
        return source_of(frame)
    return pandas_of(frame, checked_columns(frame, columns))


def known_frame(table: object) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Return any frame narwhals knows, wrapped.

    Raises
    ------
    ReadError
        The object is no such frame.
    AmbiguousColumnError
        Two of its columns have one name.
    """
    import narwhals as nw
    from narwhals.exceptions import DuplicateError

    try:
        found: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(table)
    except TypeError:
        message = (
            f"{type(table).__name__} is no table known here. Give a pandas, polars, pyarrow, DuckDB"
            " or Spark frame, or the path of a CSV, Excel or Parquet file."
        )
        raise ReadError(message) from None
    except DuplicateError as error:
        raise AmbiguousColumnError(_twice(table)) from error
    return found


def checked_columns(frame: nw.DataFrame[Any], columns: Sequence[str] | None) -> list[str]:
    """Return the columns asked for, each once; all of the frame's by default.

    Raises
    ------
    UnknownColumnError, AmbiguousColumnError
        The frame lacks one, or has two of that name.
    """
    available = list(frame.columns)
    wanted = available if columns is None else list(dict.fromkeys(columns))
    for name in wanted:
        if name not in available:
            raise UnknownColumnError(name, available)
    return wanted


def pandas_of(frame: nw.DataFrame[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of a frame in memory as a pandas frame."""
    if not columns:
        return pd.DataFrame(index=range(len(frame)))
    return pd.DataFrame({name: _series(frame[name]) for name in columns}, copy=False)


def _is_dataset(table: object) -> bool:
    """Tell whether a table is a dataset of pyarrow, without importing it for this."""
    known = getattr(sys.modules.get("pyarrow.dataset"), "Dataset", None)
    return known is not None and isinstance(table, known)


def _series(column: nw.Series[Any]) -> Any:
    """Return a column for pandas: numbers as an array, the rest by the library's own conversion."""
    dtype = column.dtype
    is_plain = (dtype.is_integer() or dtype.is_float()) and not column.is_null().any()
    if is_plain:
        return column.to_numpy()
    import narwhals as nw

    if dtype.is_decimal():
        return column.cast(nw.Float64()).to_numpy()
    if dtype == nw.Categorical():  # in the order in which they happened to come: no order at all
        column = column.cast(nw.String())
    return column.to_pandas().reset_index(drop=True)


def _twice(table: Any) -> str:
    """Return the first name that a frame has twice."""
    names = [str(name) for name in getattr(table, "column_names", None) or table.columns]
    return next(name for name in names if names.count(name) > 1)
