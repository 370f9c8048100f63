"""Tables that an administrator offers: files, databases and Spark sessions, by name.

They are written in ``.streamlit/sources.toml`` beside ``app.py``, or in the file that the variable
``MLM_SOURCES`` names; nobody who visits the app can name a path. A section is one entry::

    [exams]
    files = "exams/*.parquet"     # one table: a file, a folder of files, or a pattern

    [archive]
    folder = "archive"            # every file and folder in it is a table: archive.2024, ...

    [register]
    database = "register.duckdb"  # every table in it; tables = ["pupils"] offers some

    [cluster]
    spark = "sc://spark.example.org:15002"  # or a master, such as "local[4]"
    tables = ["school.pupils"]

Relative paths begin where the file lies.
"""

from __future__ import annotations

import functools
import os
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlm_core.data.bundled import BUNDLED
from mlm_core.data.places import Place, tables_of
from mlm_core.errors import MlmError, ReadError
from pages._ui.link import SIMULATED, UPLOAD
from pages._ui.naming import by_name

VARIABLE = "MLM_SOURCES"
USUAL = Path(__file__).resolve().parent.parent.parent / ".streamlit" / "sources.toml"
# Folders and databases are looked into anew after this time.
SECONDS = 5.0
KINDS = ("files", "folder", "database", "spark")
_TABLES = {".parquet", ".pq", ".csv", ".tsv", ".txt"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the configuration offers.

    Attributes
    ----------
    places : dict
        Where each table lies, by the name it is chosen by.
    problems : tuple of str
        What in the configuration cannot be offered, and why.
    """

    places: dict[str, Place]
    problems: tuple[str, ...]


def offered() -> Offer:
    """Read the configuration; whatever is wrong with it becomes a problem in words."""
    path = Path(os.environ.get(VARIABLE) or USUAL)
    try:
        known = path.stat()
    except OSError:
        told = (f"There is no file {path.name!r}, which {VARIABLE} names.",)
        return Offer({}, told if os.environ.get(VARIABLE) else ())
    return _read(path, (known.st_mtime_ns, known.st_size), int(time.monotonic() // SECONDS))


@functools.lru_cache(maxsize=2)
def _read(path: Path, _state: tuple[int, int], _moment: int) -> Offer:
    """Read a configuration; asked for many times a click, read anew every few seconds."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return Offer({}, (f"{path.name!r} cannot be read: {reason}.",))
    places: dict[str, Place] = {}
    problems = []
    for name, entry in entries.items():
        try:
            for full, place in _places(name, entry, path.resolve().parent):
                if full in BUNDLED or full in places or full in (UPLOAD, SIMULATED):
                    raise ReadError(f"The name {full!r} is taken; give the section another.")
                places[full] = place
        except MlmError as error:
            problems.append(f"{name}: {error}")
    return Offer(places, tuple(problems))


def _places(name: str, entry: Any, base: Path) -> Iterator[tuple[str, Place]]:
    """Yield the tables of one section, each with the name it is chosen by."""
    kinds = [kind for kind in KINDS if isinstance(entry, dict) and kind in entry]
    if "spark" in kinds:
        kinds = ["spark"]
    if len(kinds) != 1 or not isinstance(entry[kinds[0]], str):
        raise ReadError(f"A section says one of {', '.join(KINDS)}, each with a text.")
    (kind,) = kinds
    if kind == "files":
        yield name, Place("files", str(base / entry[kind]))
    elif kind == "folder":
        yield from _folder(name, base / entry[kind])
    elif kind == "database":
        place = Place("database", str(base / entry[kind]))
        with by_name(place, name):
            tables = _tables(entry) or tables_of(place)
        for table in tables:
            yield f"{name}.{table}", Place("database", place.location, table)
    elif "files" in entry:
        yield name, Place("spark", entry[kind], files=str(base / entry["files"]))
    else:
        tables = _tables(entry)
        if not tables:
            raise ReadError('Of Spark the tables are named, as tables = ["school.pupils"].')
        for table in tables:
            yield f"{name}.{table}", Place("spark", entry[kind], table)


def _tables(entry: dict[str, Any]) -> list[str]:
    found = entry.get("tables", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ReadError("tables is a list of names.")
    return found


def _folder(name: str, folder: Path) -> Iterator[tuple[str, Place]]:
    """Yield every file and every folder in a folder."""
    if not folder.is_dir():
        raise ReadError(f"There is no folder {folder.name!r} where it is said to be.")
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() or entry.suffix.lower() in _TABLES:
            yield f"{name}.{entry.stem}", Place("files", str(entry))
