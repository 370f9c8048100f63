"""Places where tables lie, and the engine at work on one of them.

A :class:`Place` says where a table is: files, a database of DuckDB, a Spark session. It holds no
connection, so it can be kept and compared. :func:`at_work` opens it for one piece of work, with a
connection of its own: how far the engine is can be asked, and it can be stopped, from another
thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mlm_core.data.engines import Source, engine_errors, source_of
from mlm_core.data.files import files_of, new_connection, open_files
from mlm_core.data.spark import spark_at_work
from mlm_core.errors import NotATableError, ReadError

if TYPE_CHECKING:
    import duckdb

Kind = Literal["files", "database", "spark"]

# Seconds between two requests to stop.
_INSISTENCE = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table lies.

    Attributes
    ----------
    kind : {"files", "database", "spark"}
    location : str
        A file, folder or pattern; a file of DuckDB; the address of a Spark session.
    table : str
        Name of the table, with its schema where it has one; empty for files.
    files : str
        Of Spark: Parquet files to read in place of a table.
    """

    kind: Kind
    location: str
    table: str = ""
    files: str = ""

    @property
    def state(self) -> str:
        """Key of the state that files are in: another one after any of them has changed.

        Raises
        ------
        ReadError
            There is no such file.
        """
        digest = sha256(repr(self).encode())
        for file in self._files():
            try:
                known = file.stat()
            except OSError:
                raise ReadError(f"There is no file {file.name!r} any more.") from None
            digest.update(f"{file}\0{known.st_size}\0{known.st_mtime_ns}\0".encode())
        return digest.hexdigest()

    def _files(self) -> list[Path]:
        if self.kind == "files":
            return files_of(self.location)
        if self.kind == "database":
            return [Path(self.location)]
        # Those of a cluster need not be seen from here; Spark says whether they are there.
        return files_of(self.files) if self.files and Path(self.files).exists() else []


@dataclass(frozen=True, eq=False)
class Work:
    """An engine at work on one table.

    Attributes
    ----------
    source : Source
    progress : callable
        Share of the present pass that is done; None where the engine does not tell.
    stop : callable
        Let the engine stop as soon as it can; what it is asked for, now or later, ends in an error.
    """

    source: Source
    progress: Callable[[], float | None]
    stop: Callable[[], None]


@contextmanager
def at_work(place: Place) -> Iterator[Work]:
    """Open a place for one piece of work, and close it afterwards.

    Raises
    ------
    ReadError
        There is no table, or it cannot be read.
    """
    with _engine_at_work(place) as work, _until_over(work) as asked:
        yield asked


@contextmanager
def _until_over(work: Work) -> Iterator[Work]:
    """Ask an engine nothing once its work is over: it may be gone.

    What asks it to stop does so until then, since between two queries it forgets.
    """
    over, turn = threading.Event(), threading.Lock()

    def progress() -> float | None:
        with turn:
            return None if over.is_set() else work.progress()

    def insist() -> None:
        while not over.is_set():
            with turn:
                if not over.is_set():
                    work.stop()
            over.wait(_INSISTENCE)

    def stop() -> None:
        threading.Thread(target=insist, daemon=True, name="stop").start()

    try:
        yield replace(work, progress=progress, stop=stop)
    finally:
        with turn:
            over.set()


@contextmanager
def _engine_at_work(place: Place) -> Iterator[Work]:
    if place.kind == "spark":
        with spark_at_work(place.location, table=place.table, files=place.files) as found:
            yield Work(found.source, found.progress, found.stop)
        return
    with engine_errors("DuckDB"):
        connection = new_connection() if place.kind == "files" else _database(place)
    try:
        with engine_errors("DuckDB"):
            connection.execute("SET enable_progress_bar = true")
            connection.execute("SET enable_progress_bar_print = false")
            connection.execute("SET progress_bar_time = 0")
        yield Work(_duckdb(place, connection), lambda: _share(connection), connection.interrupt)
    finally:
        connection.close()


def tables_of(place: Place) -> tuple[str, ...]:
    """Return the names of all tables and views of a database.

    Raises
    ------
    ReadError
        There is no such database, or it cannot be read.
    """
    with engine_errors("DuckDB"):
        connection = _database(place)
        try:
            rows = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables"
                " WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY ALL"
            ).fetchall()
        finally:
            connection.close()
    return tuple(name if schema == "main" else f"{schema}.{name}" for schema, name in rows)


def _database(place: Place) -> duckdb.DuckDBPyConnection:
    """Open a file of DuckDB; nothing is ever written to it."""
    import duckdb

    path = Path(place.location)
    if not path.is_file():
        raise ReadError(f"There is no database {path.name!r} where it is said to be.")
    try:
        return duckdb.connect(str(path), read_only=True)
    except (duckdb.IOException, duckdb.SerializationException) as error:
        reason = str(error).strip().splitlines()[0]
        raise NotATableError(f"The database {path.name!r} cannot be opened ({reason}).") from error


def _duckdb(place: Place, connection: duckdb.DuckDBPyConnection) -> Source:
    import narwhals as nw

    if place.kind == "files":
        return open_files(place.location, connection=connection)
    parts = ('"' + part.replace('"', '""') + '"' for part in place.table.split(".", 1))
    with engine_errors("DuckDB"):
        return source_of(nw.from_native(connection.sql(f"SELECT * FROM {'.'.join(parts)}")))


def _share(connection: duckdb.DuckDBPyConnection) -> float | None:
    """Return the share of DuckDB's present query that is done; it says -1 between two."""
    percent = float(connection.query_progress())
    return percent / 100.0 if percent >= 0.0 else None
