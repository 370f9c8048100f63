"""Files larger than memory: Parquet and CSV, one or many, opened by DuckDB.

A file above :data:`LARGE_FILE` bytes, a folder, or a pattern such as ``"2024-*.parquet"`` is never
read as a whole: DuckDB, which is embedded and needs no server, works through it. Smaller files are
read into memory with all the care of :mod:`mlm_core.data.reading`.
"""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlm_core.data.bundled import BUNDLED
from mlm_core.data.cells import MISSING_MARKERS
from mlm_core.data.engines import Source, engine_errors, source_of
from mlm_core.errors import ChangedTypeError, NotATableError, ReadError

if TYPE_CHECKING:
    import duckdb
    import pyarrow.dataset

#: Files above this many bytes are worked through by DuckDB.
LARGE_FILE = 64 * 2**20
_PARQUET = {".parquet", ".pq"}
_TEXT = {".csv", ".tsv", ".txt"}
_WILD = "*?["


def is_for_engine(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is worked through by DuckDB: a large file, a folder, or a pattern."""
    if os.fspath(path) in BUNDLED:
        return False
    place = Path(path)
    try:
        if place.is_dir() or (not place.exists() and _is_pattern(place)):
            return True
        is_readable = place.suffix.lower() in _PARQUET | _TEXT
        return is_readable and place.stat().st_size > LARGE_FILE
    except (OSError, ValueError):  # no such file, or no name any file could have
        return False


def open_files(
    path: str | os.PathLike[str],
    columns: Sequence[str] | None = None,
    *,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Source:
    """Open Parquet or CSV files without reading them.

    Parameters
    ----------
    path : str or path
        A file, a folder of files, or a pattern.
    columns : sequence of str, optional
        Columns that will be used; their types must agree between the files.
    connection : DuckDBPyConnection, optional
        Where DuckDB works; a connection of its own unless given.

    Raises
    ------
    ReadError, NotATableError, ChangedTypeError, EngineError
        There is no such file, or it cannot be read, or the files do not agree.
    """
    import narwhals as nw

    files = files_of(path)
    kinds = {_kind(file) for file in files}
    if len(kinds) > 1:
        raise ReadError(
            f"{os.fspath(path)!r} holds files of several kinds ({', '.join(sorted(kinds))}). Give"
            " the files of one kind, for example as '*.parquet'."
        )
    names = [str(file) for file in files]
    if connection is None:
        connection = new_connection()
    with engine_errors("DuckDB"):
        relation = _relation(connection, names, kinds == {"parquet"})
        if len(names) > 1:
            _check_types(connection, names, kinds == {"parquet"}, columns)
        return source_of(nw.from_native(relation))


def open_dataset(dataset: pyarrow.dataset.Dataset) -> Source:
    """Open a dataset of pyarrow without reading it; DuckDB works through its batches.

    Raises
    ------
    EngineError
        DuckDB cannot take it.
    """
    import narwhals as nw

    with engine_errors("DuckDB"):
        return source_of(nw.from_native(new_connection().from_arrow(dataset)))


def new_connection() -> duckdb.DuckDBPyConnection:
    """Return a connection of its own to the one DuckDB of this process.

    They share threads and memory: what one query was given, the next need not ask the system for.
    """
    import duckdb

    try:
        connection = _duckdb().cursor()
        connection.execute("SELECT 1").fetchall()
    except duckdb.Error:  # it has given up after an error of its own: another takes its place
        _duckdb.cache_clear()
        connection = _duckdb().cursor()
    return connection


@functools.cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    """Start a DuckDB, which lays aside on disk what does not fit into memory.

    Files are not kept in its memory: the system keeps what was read lately, as long as it can.
    """
    import duckdb

    settings = {"temp_directory": tempfile.gettempdir(), "enable_external_file_cache": "false"}
    return duckdb.connect(":memory:", config=settings)  # type: ignore[arg-type]


def _relation(
    connection: duckdb.DuckDBPyConnection, names: list[str], is_parquet: bool
) -> duckdb.DuckDBPyRelation:
    """Let DuckDB look at the files; one that is no table is named."""
    import duckdb

    try:
        if is_parquet:
            return connection.read_parquet(names, union_by_name=len(names) > 1)
        markers = [*MISSING_MARKERS, *(marker.upper() for marker in MISSING_MARKERS), "NaN", ""]
        return connection.read_csv(
            names,  # type: ignore[arg-type]
            na_values=list(dict.fromkeys(markers)),
            union_by_name=len(names) > 1,
        )
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        reason = str(error).strip().splitlines()[0]
        broken = next((name for name in names if name in reason), names[0])
        raise NotATableError(
            f"{broken!r} cannot be read: it is damaged, cut off, or no table ({reason})."
        ) from error


def files_of(path: str | os.PathLike[str]) -> list[Path]:
    """Return the files that a path stands for."""
    place = Path(path)
    if place.is_dir():
        found = sorted(file for file in place.rglob("*") if file.suffix.lower() in _PARQUET | _TEXT)
        if not found:
            raise ReadError(f"There is no Parquet or CSV file in the folder {str(place)!r}.")
        return found
    if place.exists():
        return [place]
    if not _is_pattern(place):
        raise ReadError(f"There is no file {str(place)!r}. Check the path.")
    found = sorted(Path(place.anchor or ".").glob(str(place.relative_to(place.anchor))))
    if not found:
        raise ReadError(f"No file fits the pattern {str(place)!r}. Check the path.")
    return found


def _is_pattern(place: Path) -> bool:
    return any(mark in str(place) for mark in _WILD)


def _kind(file: Path) -> str:
    suffix = file.suffix.lower()
    if suffix in _PARQUET:
        return "parquet"
    if suffix in _TEXT:
        return "csv"
    raise NotATableError(f"{str(file)!r} is neither Parquet nor CSV by its name.")


def _check_types(
    connection: duckdb.DuckDBPyConnection,
    names: list[str],
    is_parquet: bool,
    columns: Sequence[str] | None,
) -> None:
    """Refuse a column that is missing in one of the files, or text here and a number there.

    What a column of CSV holds is found by looking at the values of all files together.
    """
    first: dict[str, tuple[str, Any]] = {}
    for file in names:
        own = _relation(connection, [file], is_parquet)
        types = dict(zip(own.columns, own.types, strict=True))
        for name in dict.fromkeys([*first, *types]) if columns is None else columns:
            if name not in types and name in first:
                raise ChangedTypeError(f"{file!r} lacks the column {name!r} that other files have.")
            kind = _broad(types.get(name)) if is_parquet or name not in types else "values"
            other, wanted = first.setdefault(name, (file, kind))
            if kind != wanted:
                raise ChangedTypeError(
                    f"The column {name!r} holds {wanted} in {other!r}, but {kind} in {file!r}. Give"
                    " it one type in all files."
                )


def _broad(kind: Any) -> str:
    """Return what kind of values a DuckDB type holds, numbers being one kind."""
    if kind is None:
        return "nothing"
    text = str(kind)
    numbers = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL")
    if any(name in text for name in numbers) and "INTERVAL" not in text:
        return "numbers"
    return {"VARCHAR": "text", "BOOLEAN": "truth values"}.get(text, text.lower())
