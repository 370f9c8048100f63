"""Reading: the bytes of a file become a table, and whatever had to be guessed becomes a note.

Read are delimited text (CSV, TSV, TXT), the first sheet of an Excel workbook (XLSX), and Parquet;
the format is taken from the content, not from the name. Whatever the bytes, the outcome is a
:class:`Reading` or a :class:`~mlm_core.errors.ReadError`.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from mlm_core.data.delimited import read_delimited
from mlm_core.data.tidying import Sheet, tidy
from mlm_core.errors import EmptyFileError, NotATableError, ReadError
from mlm_core.notes import Note

Format = Literal["csv", "tsv", "xlsx", "parquet"]

_READABLE = "Files read here are CSV, TSV or TXT, XLSX and Parquet."
_BINARY_SUFFIXES = {".xlsx", ".xlsm", ".parquet", ".pq"}
_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a compressed file (gzip); unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file; save it as .xlsx"),
    (b"SQLite format 3", "an SQLite database"),
    (b"$FL2", "an SPSS file; save it as CSV"),
    (b"<stata_dta>", "a Stata file; save it as CSV"),
    (b"RDX", "an R data file; save it with write.csv"),
    (b"<!doctype html", "a web page; save the table itself as CSV"),
    (b"<html", "a web page; save the table itself as CSV"),
    (b"<?xml", "an XML document"),
)


@dataclass(frozen=True, eq=False)
class Reading:
    """A file as a table.

    Attributes
    ----------
    frame : DataFrame
        One row an observation; columns have unique names that are not blank.
    notes : tuple of Note
        What was guessed, changed or looks doubtful.
    format : {"csv", "tsv", "xlsx", "parquet"}
        By content; every delimited text without tabs is ``"csv"``.
    encoding, delimiter, decimal : str or None
        How a text was written; None for the other formats.
    fingerprint : str
        SHA-256 of the bytes, in hexadecimal.
    filename : str
        The name given.
    """

    frame: pd.DataFrame
    notes: tuple[Note, ...]
    format: Format
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    fingerprint: str
    filename: str


def read_table(content: bytes | Path, *, filename: str = "") -> Reading:
    """Read a table from the bytes of a file or from its path.

    Parameters
    ----------
    content : bytes or Path
        The file's content, or where it lies.
    filename : str
        Name for messages; its ending is only a hint. A path brings its own.

    Raises
    ------
    EmptyFileError, HeaderOnlyError, NotATableError, ReadError
        There is no table in these bytes; the message says why.
    """
    if isinstance(content, Path):
        filename = filename or content.name
        content = _bytes_of(content)
    content = bytes(content)
    if not re.search(rb"[^\s\xef\xbb\xbf]", content):
        raise EmptyFileError(f"{filename!r} is empty: there is nothing in it to read.")
    sheet, form = _read_any(content, filename)
    table = tidy(sheet, filename)
    return Reading(
        frame=table.frame,
        notes=table.notes,
        format=form,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        decimal=None if sheet.delimiter is None else table.decimal,
        fingerprint=hashlib.sha256(content).hexdigest(),
        filename=filename,
    )


def _bytes_of(path: Path) -> bytes:
    """Return the content of a file on disk."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError(f"There is no file {str(path)!r}. Check the path.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"The file {str(path)!r} cannot be opened: {reason}.") from error


def _read_any(content: bytes, filename: str) -> tuple[Sheet, Format]:
    """Choose the reader by what the bytes begin with."""
    if content.startswith(b"PK\x03\x04"):
        return _read_workbook(content, filename), "xlsx"
    if content.startswith(b"PAR1"):
        return _read_parquet(content, filename), "parquet"
    start = content[:64].lstrip().lower()
    for signature, name in _SIGNATURES:
        if start.startswith(signature.lower()):
            raise NotATableError(f"{filename!r} is {name}. {_READABLE}")
    promised = Path(filename).suffix.lower()
    sheet = (
        _read_misnamed(content, filename, promised)
        if promised in _BINARY_SUFFIXES
        else read_delimited(content, filename)
    )
    return sheet, "tsv" if sheet.delimiter == "\t" else "csv"


def _read_misnamed(content: bytes, filename: str, promised: str) -> Sheet:
    """Read text whose name promises a workbook or Parquet, if there is no doubt it is a table."""
    try:
        sheet = read_delimited(content, filename)
    except ReadError:
        sheet = None
    if sheet is None or len(sheet.names) < 2:
        raise NotATableError(
            f"{filename!r} is damaged, or no {promised} file at all: it does not begin as one."
            f" {_READABLE}"
        )
    message = f"The file is named {promised} but holds delimited text, and was read as such."
    note = Note("other-format", "caution", message, {"suffix": promised})
    return replace(sheet, notes=(*sheet.notes, note))


# --- workbooks ------------------------------------------------------------------------------------


def _read_workbook(content: bytes, filename: str) -> Sheet:
    """Read the first sheet of an XLSX workbook as numbers and texts."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl speaks of styles and checks that it skips
            with pd.ExcelFile(io.BytesIO(content), engine="openpyxl") as book:
                sheets = [str(name) for name in book.sheet_names]
                cells = book.parse(0, header=None, dtype=object, na_filter=False)
    except Exception as error:  # whatever fails inside the library means the same to the user
        raise NotATableError(
            f"{filename!r} is a zip archive, but not a whole Excel workbook (XLSX). {_READABLE}"
        ) from error
    others = sheets[1:]
    if cells.empty:
        elsewhere = f" Only the first of its {len(sheets)} sheets is read." if others else ""
        raise EmptyFileError(f"The sheet {sheets[0]!r} of {filename!r} is empty.{elsewhere}")
    notes: tuple[Note, ...] = ()
    if others:
        message = (
            f"The workbook has {len(sheets)} sheets; the first, {sheets[0]!r}, was read. To read"
            " another, move it to the front or save it as CSV."
        )
        notes = (Note("more-sheets", "note", message, {"sheets": tuple(sheets)}),)
    names = tuple(_cell_text(value) or "" for value in cells.iloc[0])
    columns = tuple(_workbook_column(cells[position].iloc[1:].tolist()) for position in cells)
    return Sheet(names, columns, is_typed=False, notes=notes)


def _workbook_column(values: list[Any]) -> Any:
    """Return numbers where every filled cell is one, texts otherwise."""
    values = [
        None if value is None or value == "" or value is pd.NaT else value for value in values
    ]
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds and kinds <= {int, float}:
        kind = pa.int64() if kinds == {int} else pa.float64()
        # More digits than a number holds: they stay text.
        with suppress(pa.ArrowInvalid, OverflowError):
            return pa.chunked_array([pa.array(values, kind)])
    return pa.chunked_array([pa.array([_cell_text(value) for value in values], pa.string())])


def _cell_text(value: object) -> str | None:
    """Write one cell as text: dates as 2024-05-31, truth values as R does."""
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time.min else value)
    return str(value)


# --- Parquet --------------------------------------------------------------------------------------


def _read_parquet(content: bytes, filename: str) -> Sheet:
    """Read a Parquet file; kinds are as the file says."""
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        columns = tuple(_parquet_column(column) for column in table.columns)
    except Exception as error:  # whatever fails inside the library means the same to the user
        raise NotATableError(
            f"{filename!r} begins as a Parquet file but cannot be read: it is damaged or cut off."
        ) from error
    if not columns:
        raise EmptyFileError(f"{filename!r} is empty: it has no column.")
    names = tuple(
        "" if re.fullmatch(r"__index_level_\d+__", name) else name for name in table.column_names
    )
    return Sheet(names, columns, is_typed=True)


def _parquet_column(column: Any) -> Any:
    """Return a column as numbers or texts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _parquet_column(pc.cast(column, kind.value_type))
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_integer(kind):
        return column
    if pa.types.is_boolean(kind):
        return pc.utf8_upper(pc.cast(column, pa.string()))
    try:
        return pc.cast(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
