"""Cells: what a column of texts stands for, numbers or words.

Works on arrow arrays of strings, whole columns at a time. A cell is trimmed; the usual markers
become missing values; a column all of whose cells are numbers becomes numeric, be they written
``1234.5``, ``1,234.5``, ``1.234,5`` or ``1 234,5``. Labels of digits (``007``, or more digits than
a number keeps) stay text, and so does a column with a single word in it: its first word is reported
with its row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mlm_core.notes import Note, Severity

# Compared without regard to case; an empty cell is missing anyway.
MISSING_MARKERS = ("na", "n/a", "nan", "null", ".", "-", "#n/a", "?")
# More than this share of numbers makes a column "numbers with some text in it".
NUMERIC_SHARE = 0.5

_POWER = r"(?:[eE][+-]?\d+)?"
_INFINITY = r"[+-]?(?i:inf|infinity)"
_NUMBER = rf"^(?:[+-]?(?:\d+\.?\d*|\.\d+){_POWER}|{_INFINITY})$"
_BLANKS = r" \x{a0}\x{202f}\x{2009}'’"
_POINT = (
    rf"^(?:[+\-−]?(?:\d*|[1-9]\d{{0,2}}(?:[,{_BLANKS}]\d{{3}})+)(?:\.\d*)?{_POWER}|{_INFINITY})$"
)
_COMMA = (
    rf"^(?:[+\-−]?(?:\d*|[1-9]\d{{0,2}}(?:[.{_BLANKS}]\d{{3}})+)(?:,\d*)?{_POWER}|{_INFINITY})$"
)
# Marks that leave no doubt: not followed by exactly three digits, or both of them in one cell.
_SURE_COMMA = r",\d{1,2}$|,\d{4,}$|^[+\-−]?0*,\d+$|\.\d{3},|,\d+[eE]|^[+\-−]?0,"
_SURE_POINT = r"\.\d{1,2}$|\.\d{4,}$|^[+\-−]?0*\.\d+$|,\d{3}\.|\.\d+[eE]|^[+\-−]?0\."
_LEADING_ZERO = r"^0\d+$"
_LONG_DIGITS = r"^\d{16,}$"
# The way decimals are written is judged from so many rows: it does not change within a file.
_JUDGED_ROWS = 20_000
# Beyond this a whole number with missing neighbours, held as float64, would lose its last digits.
_EXACT = 2**53
# Columns with the same remark are named one by one up to this many.
_NAMED = 8

_SAID_COMMA = "Numbers with a decimal comma were understood in"
_SAID_THOUSANDS = (
    "Thousands separators were removed from numbers (check that none is a decimal mark) in"
)
_SAID_DIGITS = "Digits were kept as text, because zeros lead them or a number would lose some, in"


@dataclass(frozen=True, eq=False)
class Cells:
    """One column after its texts were understood.

    Attributes
    ----------
    values : pyarrow.ChunkedArray
        Numbers (int64 or double) or strings.
    n_markers : int
        Cells that held a missing-value marker.
    has_decimal_comma, has_thousands : bool
        How the numbers were written.
    has_leading_zeros : bool
        Whether digits were kept as text because zeros lead or the number would lose digits.
    first_text : tuple of int and str, or None
        Data row (from 1) and value of the first word in a column of mostly numbers.
    n_text : int
        How many words such a column holds.
    """

    values: Any
    n_markers: int = 0
    has_decimal_comma: bool = False
    has_thousands: bool = False
    has_leading_zeros: bool = False
    first_text: tuple[int, str] | None = None
    n_text: int = 0


def trim(texts: Any) -> Any:
    """Return the texts without surrounding blanks, empty ones as missing."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(pc.binary_length(trimmed), 0), None, trimmed)


def without_markers(texts: Any) -> tuple[Any, int]:
    """Return trimmed texts with the missing-value markers emptied, and how many there were."""
    longest = max(len(marker) for marker in MISSING_MARKERS)
    short = pc.if_else(pc.less_equal(pc.binary_length(texts), longest), texts, None)
    is_marker = pc.is_in(pc.utf8_lower(short), value_set=pa.array(MISSING_MARKERS))
    n_markers = pc.sum(is_marker).as_py() or 0
    return (pc.if_else(is_marker, None, texts) if n_markers else texts), n_markers


def uses_decimal_comma(columns: Sequence[Any], *, delimiter: str | None) -> bool:
    """Judge from all columns of a file which mark divides units from decimals.

    A mark that cannot be a thousands separator decides. With no such mark, or with both, commas are
    decimal only where the delimiter is not a comma itself and no point speaks against it.
    """
    has_comma = has_point = False
    samples = [texts.slice(0, _JUDGED_ROWS) for texts in columns]
    if not any(_contains(texts, ",") for texts in samples):
        return False
    for texts in samples:
        has_comma = has_comma or _some(texts, _COMMA, _SURE_COMMA)
        has_point = has_point or _some(texts, _POINT, _SURE_POINT)
    if has_comma != has_point:
        return has_comma
    return not has_point and delimiter in {";", "\t", "|"}


def understand(texts: Any, *, prefers_comma: bool) -> Cells:
    """Turn a column of trimmed texts into numbers where all of them are numbers.

    Parameters
    ----------
    texts : pyarrow.ChunkedArray of strings
        Trimmed, empty cells missing.
    prefers_comma : bool
        Read ``1,234`` as 1.234 and ``1.234`` as 1234 (see :func:`uses_decimal_comma`).
    """
    texts, n_markers = without_markers(texts)
    if texts.null_count == len(texts):
        return Cells(pc.cast(texts, pa.float64()), n_markers)
    has_point = _contains(texts, ".")
    if not (prefers_comma and has_point and _all(texts, _COMMA)):
        numbers = _plain_numbers(texts)
        if numbers is not None:
            return Cells(numbers, n_markers, has_leading_zeros=numbers is texts)
    if prefers_comma and not has_point:  # spares the common case all patterns below
        plain = pc.replace_substring(texts, ",", ".")
        numbers = _plain_numbers(plain)
        if numbers is not None and numbers is not plain:
            return Cells(numbers, n_markers, has_decimal_comma=True)
    share_point, share_comma = _share(texts, _POINT), _share(texts, _COMMA)
    if max(share_point, share_comma) <= NUMERIC_SHARE:
        return Cells(texts, n_markers)
    is_comma = share_comma > share_point or (share_comma == share_point and prefers_comma)
    return _localised(texts, n_markers, is_comma=is_comma)


def cell_notes(names: Sequence[str], cells: Sequence[Cells]) -> tuple[Note, ...]:
    """Say what the cells of a table were taken for, and name the first word among numbers."""
    notes: list[Note] = []
    remarks: tuple[tuple[str, Severity, Callable[[Cells], bool], str], ...] = (
        ("decimal-comma", "note", lambda column: column.has_decimal_comma, _SAID_COMMA),
        ("thousands", "caution", lambda column: column.has_thousands, _SAID_THOUSANDS),
        ("digits-as-text", "note", lambda column: column.has_leading_zeros, _SAID_DIGITS),
    )
    for code, severity, holds, message in remarks:
        found = tuple(name for name, column in zip(names, cells, strict=True) if holds(column))
        if found:
            numbers = {"columns": found}
            notes.append(Note(code, severity, f"{message}: {listed(found)}.", numbers))
    n_markers = sum(column.n_markers for column in cells)
    if n_markers:
        message = (
            f"Cells that hold a marker for a missing value ({', '.join(MISSING_MARKERS)}, whatever"
            f" the case) were read as missing: {n_markers:,}."
        )
        notes.append(Note("missing-markers", "note", message, {"n": n_markers}))
    for name, column in zip(names, cells, strict=True):
        if column.first_text is not None:
            notes.append(_mixed_note(name, column.n_text, *column.first_text))
    return tuple(notes)


def listed(names: Sequence[str]) -> str:
    """Join names in quotes, cutting a long list short."""
    shown = ", ".join(repr(name) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _mixed_note(name: str, n_text: int, row: int, value: str) -> Note:
    cells = "one cell is" if n_text == 1 else f"{n_text:,} cells are"
    message = (
        f"The column {name!r} holds numbers, but {cells} text; the first is {value!r} in data row"
        f" {row}. It is kept as text: correct or empty that, to use it as a number."
    )
    numbers = {"column": name, "row": row, "value": value, "n": n_text}
    return Note("text-among-numbers", "caution", message, numbers)


def text_mask(texts: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell for each text whether it is a word: neither missing, empty, nor a plain number."""
    is_number = pc.match_substring_regex(pc.ascii_trim_whitespace(texts), _NUMBER)
    is_word = pc.and_not(pc.greater(pc.binary_length(texts), 0), is_number)
    mask = pc.fill_null(is_word, False)
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)


def _plain_numbers(texts: Any) -> Any | None:
    """Return numbers, or the texts themselves if they are labels of digits, or None for words."""
    try:
        numbers = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        return None
    if pc.any(pc.match_substring_regex(texts, _LEADING_ZERO)).as_py():
        return texts
    try:
        whole = pc.cast(texts, pa.int64())
        loses_digits = texts.null_count and pc.max(pc.abs_checked(whole)).as_py() > _EXACT
        return texts if loses_digits else whole
    except pa.ArrowInvalid:
        loses_digits = pc.any(pc.match_substring_regex(texts, _LONG_DIGITS)).as_py()
        return texts if loses_digits else numbers


def _localised(texts: Any, n_markers: int, *, is_comma: bool) -> Cells:
    """Rewrite numbers with separators as plain ones; the rest of the column stays as it is."""
    pattern, decimal, grouping = (_COMMA, ",", ".") if is_comma else (_POINT, ".", ",")
    fits = _matches(texts, pattern)
    cells = pc.if_else(fits, texts, None)
    has_thousands = _some(cells, pattern, rf"[{grouping}{_BLANKS}]")
    has_decimal_comma = is_comma and _some(cells, pattern, ",")
    plain = pc.replace_substring_regex(cells, f"[{grouping}{_BLANKS}]", "")
    plain = pc.replace_substring(plain, decimal, ".") if is_comma else plain
    plain = pc.replace_substring(plain, "−", "-")
    n_text = len(texts) - texts.null_count - pc.sum(fits).as_py()
    if n_text == 0:
        numbers = _plain_numbers(plain)
        if numbers is None or numbers is plain:
            return Cells(texts, n_markers, has_leading_zeros=numbers is plain)
        return Cells(numbers, n_markers, has_decimal_comma, has_thousands)
    row = pc.index(pc.fill_null(fits, True), False).as_py()
    return Cells(
        pc.coalesce(plain, texts),
        n_markers,
        has_decimal_comma,
        has_thousands,
        first_text=(row + 1, texts[row].as_py()),
        n_text=n_text,
    )


def _matches(texts: Any, pattern: str) -> Any:
    """Match a number pattern; a cell without any digit only counts when it is an infinity."""
    has_digit = pc.match_substring_regex(texts, rf"\d|^{_INFINITY}$")
    return pc.and_(has_digit, pc.match_substring_regex(texts, pattern))


def _share(texts: Any, pattern: str) -> float:
    """Return the share of present cells that match a number pattern."""
    return float(pc.mean(_matches(texts, pattern)).as_py() or 0.0)


def _all(texts: Any, pattern: str) -> bool:
    return bool(pc.all(_matches(texts, pattern)).as_py())


def _contains(texts: Any, mark: str) -> bool:
    return bool(pc.any(pc.match_substring(texts, mark)).as_py())


def _some(texts: Any, pattern: str, feature: str) -> bool:
    """Tell whether some cell is a number of this pattern and shows the feature."""
    shown = pc.and_(_matches(texts, pattern), pc.match_substring_regex(texts, feature))
    return bool(pc.any(shown).as_py())
