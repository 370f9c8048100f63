"""Tidying: columns as a file holds them become a table with unique names and proper kinds.

Surrounding blanks go; rows and unnamed columns that hold nothing go; an unnamed column that merely
counts the rows goes; blank and repeated names are completed; texts that are numbers become numbers.
Each of these leaves a note, because each changes what the user sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mlm_core.data.cells import Cells, cell_notes, listed, trim, understand, uses_decimal_comma
from mlm_core.errors import EmptyFileError, HeaderOnlyError
from mlm_core.notes import Note


@dataclass(frozen=True, eq=False)
class Sheet:
    """Columns as a file holds them.

    Attributes
    ----------
    names : tuple of str
        As written; they may be blank or repeat.
    columns : tuple of pyarrow.ChunkedArray
        Texts, or finished values when ``is_typed``; numbers in a text file are texts here.
    is_typed : bool
        Whether the format itself tells numbers from texts, so that texts stay texts.
    notes : tuple of Note
        Remarks of the reader.
    encoding, delimiter : str or None
        How a text was written.
    """

    names: tuple[str, ...]
    columns: tuple[Any, ...]
    is_typed: bool
    notes: tuple[Note, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, eq=False)
class Tidied:
    """A table, its notes, and the decimal mark its numbers were written with."""

    frame: pd.DataFrame
    notes: tuple[Note, ...]
    decimal: str


def tidy(sheet: Sheet, filename: str) -> Tidied:
    """Turn the columns of a file into a table.

    Raises
    ------
    EmptyFileError, HeaderOnlyError
        No column, or no row, holds anything.
    """
    positions = tuple(range(1, len(sheet.names) + 1))
    sheet = replace(
        sheet,
        names=tuple(name.strip() for name in sheet.names),
        columns=tuple(trim(column) if _is_text(column) else column for column in sheet.columns),
    )
    sheet = _without_empty_rows(sheet, filename)
    sheet, positions = _without_empty_columns(sheet, positions)
    sheet, positions = _without_row_numbers(sheet, positions)
    if not sheet.columns:
        raise EmptyFileError(f"{filename!r} is empty: no cell of it holds anything.")
    names, name_notes = _unique_names(sheet.names, positions)
    cells = _understand_all(sheet)
    decimal = "," if any(column.has_decimal_comma for column in cells) else "."
    frame = pa.table([column.values for column in cells], names=_numbered(len(cells))).to_pandas()
    frame.columns = pd.Index(names)
    notes = (*sheet.notes, *name_notes, *cell_notes(names, cells))
    return Tidied(frame.copy(), notes, decimal)


def _is_text(column: Any) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _numbered(n: int) -> list[str]:
    return [str(index) for index in range(n)]


# --- rows and columns without content -------------------------------------------------------------


def _without_empty_rows(sheet: Sheet, filename: str) -> Sheet:
    """Drop rows in which no cell holds anything."""
    n_rows = len(sheet.columns[0]) if sheet.columns else 0
    if n_rows and all(column.null_count for column in sheet.columns):
        is_empty = np.ones(n_rows, dtype=bool)
        for column in sheet.columns:
            is_empty &= np.asarray(column.is_null().to_numpy(), dtype=bool)
        n_empty = int(is_empty.sum())
        if n_empty == n_rows:
            n_rows = 0
        elif n_empty:
            first = int(np.flatnonzero(is_empty)[0]) + 1
            message = (
                f"Rows without any value were left out: {n_empty:,}, the first was row {first}."
            )
            note = Note("empty-rows", "note", message, {"n": n_empty, "row": first})
            kept = pa.array(~is_empty)
            columns = tuple(column.filter(kept) for column in sheet.columns)
            return replace(sheet, columns=columns, notes=(*sheet.notes, note))
    if n_rows == 0:
        if not any(sheet.names):
            raise EmptyFileError(f"{filename!r} is empty: no cell of it holds anything.")
        raise HeaderOnlyError(f"{filename!r} names its columns but has no row with a value.")
    return sheet


def _keep(sheet: Sheet, kept: Sequence[int], note: Note) -> Sheet:
    return replace(
        sheet,
        names=tuple(sheet.names[index] for index in kept),
        columns=tuple(sheet.columns[index] for index in kept),
        notes=(*sheet.notes, note),
    )


def _without_empty_columns(
    sheet: Sheet, positions: tuple[int, ...]
) -> tuple[Sheet, tuple[int, ...]]:
    """Drop columns that have neither a name nor a value; a named one stays, all missing."""
    kept = [
        index
        for index, (name, column) in enumerate(zip(sheet.names, sheet.columns, strict=True))
        if name or column.null_count < len(column)
    ]
    dropped = [positions[index] for index in range(len(positions)) if index not in set(kept)]
    if not dropped:
        return sheet, positions
    message = (
        f"Columns without a name or a value were left out: {len(dropped)}, the first was column"
        f" {dropped[0]}."
    )
    note = Note("empty-columns", "note", message, {"positions": tuple(dropped)})
    return _keep(sheet, kept, note), tuple(positions[index] for index in kept)


def _without_row_numbers(sheet: Sheet, positions: tuple[int, ...]) -> tuple[Sheet, tuple[int, ...]]:
    """Drop an unnamed first or last column that only counts the rows from 0 or 1."""
    n_columns = len(sheet.columns)
    for index in {0, n_columns - 1} if n_columns > 1 else ():
        if sheet.names[index] == "" and _counts_rows(sheet.columns[index]):
            message = (
                f"Column {positions[index]} has no name and only counts the rows (as a saved row"
                " index does): it was left out."
            )
            note = Note("row-numbers", "note", message, {"position": positions[index]})
            kept = [other for other in range(n_columns) if other != index]
            return _keep(sheet, kept, note), tuple(positions[other] for other in kept)
    return sheet, positions


def _counts_rows(column: Any) -> bool:
    """Tell whether the values are 0, 1, 2, ... or 1, 2, 3, ..."""
    if column.null_count:
        return False
    try:
        values = np.asarray(pc.cast(column, pa.int64()).to_numpy())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return bool(values[0] in (0, 1) and np.array_equal(values, np.arange(len(values)) + values[0]))


# --- names ----------------------------------------------------------------------------------------


def _unique_names(
    names: Sequence[str], positions: Sequence[int]
) -> tuple[list[str], tuple[Note, ...]]:
    """Complete blank names and number repeated ones."""
    given = [name or f"column {position}" for name, position in zip(names, positions, strict=True)]
    blank = [full for name, full in zip(names, given, strict=True) if not name]
    taken, seen = set(given), set[str]()
    unique: list[str] = []
    renamed: list[str] = []
    for name in given:
        new, count = name, 2
        if name in seen:
            while (new := f"{name} ({count})") in taken:
                count += 1
            renamed.append(new)
        seen.add(name)
        taken.add(new)
        unique.append(new)
    notes = []
    if blank:
        message = f"Columns without a name were named by their place: {listed(blank)}."
        notes.append(Note("blank-names", "note", message, {"columns": tuple(blank)}))
    if renamed:
        message = (
            "Several columns have the same name; the later ones were renamed:"
            f" {listed(renamed)}. Make sure to choose the right one."
        )
        notes.append(Note("duplicate-names", "caution", message, {"columns": tuple(renamed)}))
    if all(_is_number(name) for name in names if name) and any(names):
        message = (
            "The first row was taken as column names, but they look like values"
            f" ({unique[0]!r}, ...). If the file has no header, add one."
        )
        notes.append(Note("names-look-like-values", "caution", message, {}))
    return unique, tuple(notes)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


# --- cells ----------------------------------------------------------------------------------------


def _understand_all(sheet: Sheet) -> list[Cells]:
    """Turn texts into numbers, unless the format itself said that they are texts."""
    if sheet.is_typed:
        return [Cells(column) for column in sheet.columns]
    texts = [column for column in sheet.columns if _is_text(column)]
    prefers_comma = uses_decimal_comma(texts, delimiter=sheet.delimiter)
    return [
        understand(column, prefers_comma=prefers_comma) if _is_text(column) else Cells(column)
        for column in sheet.columns
    ]
