"""The table in use, and what its columns are offered for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mlm_core.data.encoding import is_categorical
from mlm_core.data.kinds import ColumnDescription
from mlm_core.data.reading import Reading
from mlm_core.views.source import Source, source_of

# A list of more categories is no list to choose a reference from.
MOST_CATEGORIES = 50
OUTCOME_KINDS = {"numeric", "binary", "mixed"}


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table in use.

    Attributes
    ----------
    fingerprint : str
        Key of everything computed from the table.
    name : str
        What people call it: the name of a bundled set or of their file.
    reading : Reading
        The frame with all that was noticed while reading it.
    is_bundled : bool
        Whether it is an example of the app rather than a person's file.
    """

    fingerprint: str
    name: str
    reading: Reading
    is_bundled: bool

    @property
    def frame(self) -> pd.DataFrame:
        """The rows; shared by all sessions, never to be changed."""
        return self.reading.frame

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(str(column) for column in self.frame.columns)

    @property
    def source(self) -> Source:
        """Where R and Python code reads the table from."""
        return source_of(self.reading, bundled=self.name if self.is_bundled else "")


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns of a table are offered for.

    Attributes
    ----------
    outcomes : tuple of str
        Columns of numbers that are no identifiers.
    levels : tuple of str
        Every column, likely grouping levels first.
    categories : dict
        Categories of the categorical columns; none listed where they are too many.
    """

    outcomes: tuple[str, ...]
    levels: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]


def roles_of(data: Dataset, described: Sequence[ColumnDescription]) -> Roles:
    """Tell what each column may be chosen as."""
    likely = [each.name for each in described if each.suggested_role == "level"]
    categories = {}
    for name in data.columns:
        values = data.frame[name]
        if is_categorical(values):
            found = sorted(map(str, values.dropna().unique()))
            categories[name] = tuple(found) if len(found) <= MOST_CATEGORIES else ()
    return Roles(
        outcomes=tuple(each.name for each in described if each.kind in OUTCOME_KINDS),
        levels=(*likely, *(name for name in data.columns if name not in likely)),
        categories=categories,
    )
