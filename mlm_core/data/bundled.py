"""Bundled data: the tables that every example, test and lesson can rely on, loaded by name.

The files lie in ``data/`` of the checkout, beside a README with their sources; an installed package
carries the same folder as ``mlm_core/datasets``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from mlm_core.data.reading import read_table
from mlm_core.errors import ReadError, UnknownDatasetError

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class BundledTable:
    """A bundled table and the model it is usually shown with.

    Attributes
    ----------
    name : str
        What :func:`load` is given.
    title, description : str
        A heading, and one or two sentences.
    outcome : str
        The usual outcome.
    predictors : tuple of str
        The usual predictors.
    levels : tuple of str
        Grouping columns, outermost first; none where the rows are not grouped.
    """

    name: str
    title: str
    description: str
    outcome: str
    predictors: tuple[str, ...]
    levels: tuple[str, ...]


_TABLES = (
    BundledTable(
        name="classroom",
        title="Pupils in classes in schools",
        description=(
            "Mathematics scores of 1,190 pupils in 312 first-grade classes in 107 schools in the"
            " USA, with what is known of pupils, teachers and places (Study of Instructional"
            " Improvement)."
        ),
        outcome="mathkind",
        predictors=("ses",),
        levels=("schoolid", "classid"),
    ),
    BundledTable(
        name="sleepstudy",
        title="Days without enough sleep",
        description=(
            "Average reaction times of 18 people on ten days in a row, most of them after nights of"
            " three hours in bed."
        ),
        outcome="Reaction",
        predictors=("Days",),
        levels=("Subject",),
    ),
    BundledTable(
        name="hsb82",
        title="Pupils in public and Catholic schools",
        description=(
            "Mathematics achievement of 7,185 pupils in 160 secondary schools in the USA, with the"
            " socio-economic status of pupil and school (High School and Beyond, 1982)."
        ),
        outcome="mAch",
        predictors=("cses",),
        levels=("school",),
    ),
    BundledTable(
        name="poisson_seed3",
        title="Counts with a known truth",
        description=(
            "3,000 simulated counts y whose logarithm of the rate is -0.5 + 0.5 x: the lesson on"
            " likelihood and least squares."
        ),
        outcome="y",
        predictors=("x",),
        levels=(),
    ),
)
BUNDLED: Mapping[str, BundledTable] = MappingProxyType({table.name: table for table in _TABLES})


def load(source: str | os.PathLike[str] | pd.DataFrame) -> pd.DataFrame:
    """Return a table: a bundled one by name, a file by path, or a DataFrame as it is.

    What was guessed while reading a file is told by :func:`mlm_core.data.reading.read_table`, not
    here.

    Parameters
    ----------
    source : str, path or DataFrame
        A name in :data:`BUNDLED` goes before a file of the same name.

    Raises
    ------
    UnknownDatasetError
        A single word that is neither a bundled name nor a file.
    ReadError
        The file cannot be read as a table.

    Examples
    --------
    >>> load("sleepstudy").shape
    (180, 3)
    """
    if isinstance(source, pd.DataFrame):
        return source
    try:
        name = os.fsdecode(source)
    except TypeError as error:
        kind = type(source).__name__
        message = f"A table is loaded from a name, a path or a DataFrame, not from {kind}."
        raise ReadError(message) from error
    if name in BUNDLED:
        path = bundled_path(name)
        return read_table(path, filename=path.name).frame
    path = Path(name)
    is_word = isinstance(source, str) and path.name == name and not path.suffix
    if not name or (is_word and not _exists(path)):
        raise UnknownDatasetError(name, BUNDLED)
    return read_table(path, filename=path.name).frame


def bundled_path(name: str) -> Path:
    """Return where the file of a bundled table lies.

    Raises
    ------
    UnknownDatasetError
        No bundled table has that name.
    """
    if name not in BUNDLED:
        raise UnknownDatasetError(name, BUNDLED)
    return _folder() / f"{name}.csv"


def _folder() -> Path:
    """Return the folder of bundled files: in an installed package, or beside it in a checkout."""
    installed = _PACKAGE / "datasets"
    return installed if installed.is_dir() else _PACKAGE.parent / "data"


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name no file system would accept
        return False
