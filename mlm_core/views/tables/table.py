"""The record a table is handed over in, and footnotes that several tables share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlm_core.fits.mixed import MixedFit
from mlm_core.notes import Note
from mlm_core.views.numbers import count, fixed

_ON_THE_TABLE = {"rows-lost", "predictor-dropped"}


@dataclass(frozen=True, eq=False)
class Table:
    """A table ready to be shown.

    Attributes
    ----------
    frame : DataFrame
        Column titles and cells. Cells are texts, ready to print; long tables that people sort and
        search (see :mod:`mlm_core.views.tables.groups`) keep their numbers.
    caption : str
        What the table shows.
    footnotes : tuple of str
        Method, coding, rows left out. Plain text.
    name : str
        File name (without ending) when it is saved.
    """

    frame: pd.DataFrame
    caption: str
    footnotes: tuple[str, ...]
    name: str


def frame_of(columns: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Return a frame of texts; ``columns`` maps titles to cells."""
    return pd.DataFrame({title: np.array(list(cells), dtype=object) for title, cells in
                         columns.items()})  # fmt: skip


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a result, each a mapping from column to value."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def sizes_footnote(fit: MixedFit) -> str:
    """Return numbers of rows and groups with the sizes of the groups."""
    parts = [
        f"{row['level']}: {count(row['groups'])} groups of {_sizes(row)}"
        for row in records(fit.group_sizes)
    ]
    return f"{count(fit.n_obs)} rows. {'; '.join(parts)}."


def _sizes(row: dict[str, Any]) -> str:
    if row["min"] == row["max"]:
        return f"{count(row['min'])} rows"
    return f"{count(row['min'])} to {count(row['max'])} rows (mean {fixed(row['mean'], 1)})"


def note_footnotes(notes: Iterable[Note]) -> tuple[str, ...]:
    """Return the notes that belong under a table: rows left out, predictors left out."""
    return tuple(note.message for note in notes if note.code in _ON_THE_TABLE)
