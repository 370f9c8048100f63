"""Delimited text: from decoded text to columns of texts.

A fast reader (arrow) splits files whose lines all have the same number of fields. Any other file is
split line by line: short lines are filled and reported, a line with too many values is refused by
its number, and so is a quotation mark that is never closed: both would shift or swallow values.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv

from mlm_core.data.dialect import Header, decode, read_header
from mlm_core.data.tidying import Sheet
from mlm_core.errors import EmptyFileError, HeaderOnlyError, NotATableError, ReadError
from mlm_core.notes import Note

_SOMETHING = re.compile(r"[^\s\ufeff\x1a]")
_SMALLEST_BLOCK, _LARGEST_BLOCK = 1 << 16, 1 << 24


def read_delimited(content: bytes, filename: str) -> Sheet:
    """Split delimited text into columns of texts.

    Raises
    ------
    EmptyFileError, HeaderOnlyError, NotATableError, ReadError
        Naming the line concerned where there is one.
    """
    decoded = decode(content, filename)
    text = decoded.text.removeprefix("\ufeff").rstrip("\x1a")
    if not _SOMETHING.search(text):
        raise EmptyFileError(f"{filename!r} is empty: there is nothing in it to read.")
    if text.startswith(("{", "[")) and text[-100:].rstrip().endswith(("}", "]")):
        raise NotATableError(f"{filename!r} looks like a JSON document: save the table as CSV.")
    header = read_header(text, filename)
    if not _SOMETHING.search(header.body):
        raise _header_only(filename, header.names)
    _check_quotes(header, filename)
    table, notes = None if header.needs_care else _split_fast(header), decoded.notes
    if table is None:
        table, note = _split_carefully(header, filename)
        notes = notes if note is None else (*notes, note)
    if len(header.names) == 1:
        message = (
            "Only one column was found. If there should be more, they are divided by something else"
            " than comma, semicolon, tab or |: save the file as CSV."
        )
        notes = (*notes, Note("one-column", "note", message, {}))
    return Sheet(
        names=header.names,
        columns=tuple(table.columns),
        is_typed=False,
        notes=notes,
        encoding=decoded.encoding,
        delimiter=header.delimiter,
    )


def _split_fast(header: Header) -> Any | None:
    """Split with arrow; None when some line has another number of fields."""
    names = _numbered(len(header.names))
    body = header.body.encode("utf-8", errors="replace")
    block = min(max(len(body) + 1, _SMALLEST_BLOCK), _LARGEST_BLOCK)
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(body),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=block),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=header.delimiter, newlines_in_values=b'"' in body
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowException:
        return None


def _split_carefully(header: Header, filename: str) -> tuple[Any, Note | None]:
    """Split line by line, filling short lines and refusing the first long one."""
    width = len(header.names)
    rows: list[list[str]] = []
    short: list[int] = []
    for line, row in _lines(header, filename):
        if any(field.strip() for field in row[width:]):
            raise ReadError(
                f"Line {line} of {filename!r} has {len(row)} fields, but the header names {width}"
                f" columns. Is there a {header.delimiter!r} inside a value, or a line of text above"
                " the header? Correct the file, or put such values in quotation marks."
            )
        if len(row) < width:
            short.append(line)
        rows.append((row + [""] * width)[:width])
    if not rows:
        raise _header_only(filename, header.names)
    columns = [
        pa.chunked_array([pa.array(column, pa.string())]) for column in zip(*rows, strict=True)
    ]
    table = pa.table(columns, names=_numbered(width))
    if not short:
        return table, None
    message = (
        f"Lines with fewer than {width} fields: {len(short)}, the first is line {short[0]}. What"
        " they lack was taken as missing at the end of the line: check that no value slipped left."
    )
    return table, Note("short-lines", "caution", message, {"n": len(short), "line": short[0]})


def _lines(header: Header, filename: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of the body that are not blank, each with the line it begins in."""
    reader = csv.reader(
        io.StringIO(header.body, newline=""), delimiter=header.delimiter, skipinitialspace=True
    )
    line = header.n_lines + 1
    try:
        for row in reader:
            if len(row) > 1 or (row and row[0].strip()):
                yield line, row
            line = header.n_lines + reader.line_num + 1
    except csv.Error as error:
        raise NotATableError(f"Line {line} of {filename!r} cannot be read: {error}.") from error


def _check_quotes(header: Header, filename: str) -> None:
    """Refuse a quotation mark that is opened and never closed: it would swallow lines."""
    if header.body.count('"') % 2 == 0:
        return
    reader = csv.reader(
        io.StringIO(header.body, newline=""),
        delimiter=header.delimiter,
        skipinitialspace=True,
        strict=True,
    )
    line = header.n_lines + 1
    try:
        for _ in reader:
            line = header.n_lines + reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise ReadError(
                f"In line {line} of {filename!r} a quotation mark is opened and never closed."
                " Close or remove it."
            ) from error


def _header_only(filename: str, names: Sequence[str]) -> HeaderOnlyError:
    shown = ", ".join(repr(name.strip()[:40]) for name in names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return HeaderOnlyError(
        f"{filename!r} names its columns ({shown}{more}) but has no row beneath them."
    )


def _numbered(n: int) -> list[str]:
    return [str(index) for index in range(n)]
