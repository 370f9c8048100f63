"""Dialect: how a file of text is written; its encoding, its delimiter, its header.

Bytes are decoded by their byte order mark, else as UTF-8, else by a guess that is always reported.
The delimiter is the one of ``, ; tab |`` that divides the first lines into equally many fields,
with quoted fields respected. What is left, the body, is handed on as UTF-8 for a fast reader.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from charset_normalizer import from_bytes

from mlm_core.errors import NotATableError
from mlm_core.notes import Note

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Western European Windows is by far the commonest; another guess must recognise a language in it.
_DEFAULT_ENCODING = "cp1252"
_GUESSES = ["cp1252", "cp1250", "cp1251", "cp1253", "shift_jis", "gb18030", "euc_kr", "big5"]
_SURE_COHERENCE = 0.3
# A broken character here and there in a UTF-8 file: at most this share of its non-ASCII bytes.
_BROKEN_SHARE = 0.1
_SAMPLE_BYTES = 20_000
# When two delimiters divide the lines equally well, the first of these is taken.
_DELIMITERS = ("\t", ";", "|", ",")
_HEAD = 1_000_000
_HEAD_RECORDS = 200
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f]")
_CONTROL_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Decoded:
    """Bytes as text: the text, the name of its encoding, and a note where that was guessed."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, eq=False)
class Header:
    """The first record of a text and where the data begin.

    Attributes
    ----------
    names : tuple of str
        One name a field of the data, as written; blank where the file has none.
    delimiter : str
        What divides the fields.
    body : str
        Everything after the header.
    n_lines : int
        Lines of the file before the body.
    needs_care : bool
        Whether blanks stand between a delimiter and a quotation mark, which fast readers misread.
    """

    names: tuple[str, ...]
    delimiter: str
    body: str
    n_lines: int
    needs_care: bool


def decode(content: bytes, filename: str) -> Decoded:
    """Decode the bytes of a file, saying how.

    Raises
    ------
    NotATableError
        The bytes are no text: zero bytes, control characters, or a broken UTF-16.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        decoded = Decoded(content.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        if encoding in {"utf-16", "utf-32"}:
            raise NotATableError(
                f"{filename!r} begins as {encoding.upper()} text but breaks off at byte"
                f" {error.start}. Save it again, as CSV in UTF-8."
            ) from error
        _refuse_binary(content.decode("latin-1"), filename)
        decoded = _guess(content, encoding)
    _refuse_binary(decoded.text, filename)
    return decoded


def read_header(text: str, filename: str) -> Header:
    """Find the delimiter and split the header from the data."""
    n_lines, declared = 0, None
    directive = re.match(r"\ufeff?sep=([,;|\t])\r?\n?", text)
    if directive:  # Excel's own way to declare the delimiter
        text, declared, n_lines = text[directive.end() :], directive[1], 1
    head = text[:_HEAD]
    if len(text) > _HEAD:
        head = head[: max(head.rfind("\n"), head.rfind("\r")) + 1] or head
    delimiter = declared or find_delimiter(head)
    records = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        names = next((record for record in records if not _is_blank(record)), [])
    except csv.Error as error:
        raise NotATableError(f"The first line of {filename!r} cannot be read: {error}.") from error
    used = records.line_num
    lines = io.StringIO(head, newline="")
    start = sum(len(line) for line in islice(lines, used))
    fields = _records(head[start:], delimiter)
    needs_care = re.search(rf"(?:^|{re.escape(delimiter)}) +\"", head, re.MULTILINE) is not None
    return Header(_fit(names, fields), delimiter, text[start:], n_lines + used, needs_care)


def find_delimiter(head: str) -> str:
    """Return the delimiter that divides the first records most evenly; a comma when none does."""
    best, best_score = ",", (0.0, False, 0)
    for delimiter in _DELIMITERS:
        counts = [len(record) for record in _records(head, delimiter)]
        if not counts or counts[0] < 2:
            continue
        width, n_even = Counter(counts[1:] or counts).most_common(1)[0]
        if abs(width - counts[0]) > 1 or width < 2:
            continue
        score = (n_even / len(counts[1:] or counts), width == counts[0], counts[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Return the first records that are not blank; as many as can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    found: list[list[str]] = []
    try:
        found.extend(record for record in islice(reader, _HEAD_RECORDS) if not _is_blank(record))
    except csv.Error:
        return found
    return found


def _fit(names: list[str], records: list[list[str]]) -> tuple[str, ...]:
    """Match the number of names to the number of fields where they differ by one.

    Data lines may end in a delimiter that the header lacks, or the header in one that they lack; R
    writes a column of row names without a name.
    """
    width = Counter(len(record) for record in records).most_common(1)[0][0] if records else 0
    if width == len(names) + 1:
        if all(not record[-1].strip() for record in records if len(record) == width):
            return (*names, "")
        return ("", *names) if len(names) > 1 else tuple(names)
    if width and width == len(names) - 1 and not names[-1].strip():
        return tuple(names[:-1])
    return tuple(names)


def _is_blank(record: list[str]) -> bool:
    return not record or (len(record) == 1 and not record[0].strip())


def _refuse_binary(text: str, filename: str) -> None:
    """Raise unless the characters are those of a text."""
    if "\0" in text:
        raise NotATableError(
            f"{filename!r} is not a text file: it holds zero bytes. Files read here are CSV, TSV or"
            " TXT, XLSX and Parquet; a text file in UTF-16 needs its byte order mark."
        )
    head = text[:_HEAD]
    if len(_CONTROL.findall(head)) > _CONTROL_SHARE * len(head):
        raise NotATableError(
            f"{filename!r} is not a text file: it is full of control characters. Files read here"
            " are CSV, TSV or TXT, XLSX and Parquet."
        )


def _guess(content: bytes, encoding: str) -> Decoded:
    """Decode bytes that are not valid UTF-8."""
    repaired = content.decode(encoding, errors="replace")
    n_broken = repaired.count("\ufffd")
    n_foreign = sum(1 for character in repaired[:_HEAD] if character > "\x7f")
    if n_broken <= _BROKEN_SHARE * n_foreign:
        line = repaired.count("\n", 0, repaired.index("\ufffd")) + 1
        message = (
            f"{n_broken:,} characters are no valid UTF-8 and were replaced by \ufffd, the first in"
            f" line {line}. Correct them in the file if they matter."
        )
        numbers = {"encoding": encoding, "n_broken": n_broken, "line": line}
        return Decoded(
            repaired, encoding, (Note("broken-characters", "caution", message, numbers),)
        )
    name = _likely_encoding(content)
    text = content.decode(name, errors="replace")
    example = re.search(r"[^\x00-\x7f]+", text)
    word = re.search(r"[^\W\d_]*[^\x00-\x7f]+[^\W\d_]*", text)
    seen = word[0] if word else example[0] if example else ""
    message = (
        f"The file is not in UTF-8; it was read as {name}, which gives for instance {seen[:40]!r}."
        " If letters look wrong, save the file as UTF-8 and load it again."
    )
    return Decoded(text, name, (Note("guessed-encoding", "note", message, {"encoding": name}),))


def _likely_encoding(content: bytes) -> str:
    """Guess an encoding from the lines that need one."""
    lines = [line for line in content[:_HEAD].splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE_BYTES]
    matches = from_bytes(sample, cp_isolation=list(_GUESSES))
    best = matches.best()
    try:
        content.decode(_DEFAULT_ENCODING)
    except UnicodeDecodeError:
        return best.encoding if best is not None else "latin-1"
    is_sure = best is not None and best.coherence >= _SURE_COHERENCE
    return best.encoding if best is not None and is_sure else _DEFAULT_ENCODING
