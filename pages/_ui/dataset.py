"""The table in use, and what its columns are offered for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mlm_core.data.glimpse import FIRST_ROWS, Glimpse
from mlm_core.data.kinds import ColumnDescription
from mlm_core.data.places import Place
from mlm_core.data.reading import Reading
from mlm_core.errors import NeedsRowsError
from mlm_core.notes import Note
from mlm_core.views.source import Source, source_of, source_of_place
from pages._ui.pieces import MOST_ROWS

# A list of more categories is no list to choose a reference from.
MOST_CATEGORIES = 50
# Rows drawn at random where something is made of rows that stay where they are.
MOST_SAMPLED = 50_000
OUTCOME_KINDS = {"numeric", "binary", "mixed"}


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table in use.

    Attributes
    ----------
    fingerprint : str
        Key of everything computed from the table.
    name : str
        What people call it: the name of a bundled set, of their file, or of a source.
    columns : tuple of str
        Column names in order.
    n_rows : int
    first_rows : DataFrame
        Rows to look at.
    notes : tuple of Note
        What was noticed while reading it.
    source : Source
        Where R and Python code reads the table from.
    place : Place or None
        Where an engine works through the table; None where it is in memory.
    kept : object
        What has to last as long as the table, such as a file laid aside.
    """

    fingerprint: str
    name: str
    columns: tuple[str, ...]
    n_rows: int
    first_rows: pd.DataFrame
    notes: tuple[Note, ...]
    source: Source
    place: Place | None = None
    held: pd.DataFrame | None = None
    kept: object = None

    @property
    def frame(self) -> pd.DataFrame:
        """The rows; shared by all sessions, never to be changed.

        Raises
        ------
        NeedsRowsError
            The table stays where it is.
        """
        if self.held is None:
            raise NeedsRowsError(self.n_rows, MOST_ROWS)
        return self.held


def dataset_of(reading: Reading, fingerprint: str, name: str, *, bundled: bool) -> Dataset:
    """Return a file that was read into memory as the table in use."""
    frame = reading.frame
    return Dataset(
        fingerprint=fingerprint,
        name=name,
        columns=tuple(str(column) for column in frame.columns),
        n_rows=len(frame),
        first_rows=frame.head(FIRST_ROWS),
        notes=reading.notes,
        source=source_of(reading, bundled=name if bundled else ""),
        held=frame,
    )


def dataset_at(
    place: Place, seen: Glimpse, fingerprint: str, name: str, *, file: str = "", kept: object = None
) -> Dataset:
    """Return a table that stays where it is, or was read because it is small."""
    return Dataset(
        fingerprint=fingerprint,
        name=name,
        columns=seen.columns,
        n_rows=seen.n_rows,
        first_rows=seen.first_rows,
        notes=(),
        source=source_of_place(place, file=file),
        place=None if seen.frame is not None else place,
        held=seen.frame,
        kept=kept,
    )


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns of a table are offered for.

    Attributes
    ----------
    outcomes : tuple of str
        Columns of numbers that are no identifiers.
    levels : tuple of str
        Every column, likely grouping levels first.
    categories : Mapping
        Categories of the categorical columns; none listed where they are too many.
    """

    outcomes: tuple[str, ...]
    levels: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]


def roles_of(
    columns: Sequence[str],
    described: Sequence[ColumnDescription],
    categories: Mapping[str, tuple[str, ...]],
) -> Roles:
    """Tell what each column may be chosen as."""
    likely = [each.name for each in described if each.suggested_role == "level"]
    return Roles(
        outcomes=tuple(each.name for each in described if each.kind in OUTCOME_KINDS),
        levels=(*likely, *(name for name in columns if name not in likely)),
        categories=categories,
    )
