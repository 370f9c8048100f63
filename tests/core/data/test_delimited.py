from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlm_core.data.delimited import read_delimited
from mlm_core.data.reading import read_table
from mlm_core.errors import (
    EmptyFileError,
    HeaderOnlyError,
    MlmError,
    NotATableError,
    ReadError,
)

CELLS = st.text(st.sampled_from("ab01,;.-\t\"'|\n\r é€\u00a0\x1a?NA="), max_size=6)


def columns_of(text: str) -> list[list[str | None]]:
    return [column.to_pylist() for column in read_delimited(text.encode(), "x.csv").columns]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a,b\n1,2\n3,4\n", [["1", "3"], ["2", "4"]]),
        ("a,b\r1,2\r3,4", [["1", "3"], ["2", "4"]]),
        ('a,b\n"x,y","u ""v"""\n', [["x,y"], ['u "v"']]),
        ('a,b\n"x\ny",1\n\n2,3\n', [["x\ny", "2"], ["1", "3"]]),
        ('a, b\n1, "x,y"\n2, z\n', [["1", "2"], ["x,y", "z"]]),
        ("a,b\n1,2\x1a", [["1"], ["2"]]),
        ("a,b\n1,2,,\n3,4,,\n5,6\n", [["1", "3", "5"], ["2", "4", "6"]]),
        ('a,b\n5" pipe,1\n6,2\n', [['5" pipe', "6"], ["1", "2"]]),
    ],
)
def test_fields(text: str, columns: list[list[str]]) -> None:
    assert columns_of(text) == columns


def test_short_lines_are_filled_and_said() -> None:
    sheet = read_delimited(b"a,b,c\n1,2,3\n4,5\n\n6\n", "x.csv")
    assert [column.to_pylist() for column in sheet.columns] == [
        ["1", "4", "6"],
        ["2", "5", ""],
        ["3", "", ""],
    ]
    (note,) = sheet.notes
    assert (note.code, note.severity) == ("short-lines", "caution")
    assert dict(note.numbers) == {"n": 2, "line": 3}
    assert "line 3" in note.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3,4,5\n", r"Line 3 of 'x\.csv' has 3 fields, but the header names 2"),
        ("Some title\na,b\n1,2\n", r"Line 2 of 'x\.csv' has 2 fields"),
        ('a,b\n"x\ny",1\n2,3,4\n', "Line 4 "),
        ('a,b\n1,"x\n2,3\n4,5\n', "In line 2 .* quotation mark is opened and never closed"),
    ],
)
def test_lines_that_would_shift_values_are_refused(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read_delimited(text.encode(), "x.csv")


@pytest.mark.parametrize("text", ["", " \n\t", "\ufeff", "\x1a"])
def test_nothing(text: str) -> None:
    with pytest.raises(EmptyFileError):
        read_delimited(text.encode(), "x.csv")


def test_header_only_names_the_columns() -> None:
    with pytest.raises(HeaderOnlyError, match=r"'a', 'b'"):
        read_delimited(b"a,b\n\n", "x.csv")
    with pytest.raises(HeaderOnlyError, match="and 2 more"):
        read_delimited(b"a,b,c,d,e,f,g,h,i,j\n", "x.csv")


@pytest.mark.parametrize("text", ['{"a": [1, 2]}', '[{"a": 1},\n{"a": 2}]'])
def test_json_is_no_table(text: str) -> None:
    with pytest.raises(NotATableError, match="JSON"):
        read_delimited(text.encode(), "x.csv")


def test_a_field_without_end_is_refused() -> None:
    with pytest.raises(NotATableError, match="Line 3 "):
        read_delimited(b"a,b\n1\n" + b"2," + b"x" * 200_000 + b"\n", "x.csv")


def test_one_column_is_said() -> None:
    sheet = read_delimited(b"a b\n1 2\n3 4\n", "x.csv")
    assert sheet.names == ("a b",)
    assert [note.code for note in sheet.notes] == ["one-column"]


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    codec=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_any_small_text_is_a_table_or_a_named_error(
    rows: list[list[str]], delimiter: str, codec: str
) -> None:
    text = "\n".join(delimiter.join(row) for row in rows)
    try:
        frame = read_table(text.encode(codec), filename="x.csv").frame
    except MlmError as error:
        assert str(error)
    else:
        assert frame.columns.is_unique
        assert all(name.strip() == name and name for name in frame.columns)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9)), min_size=1, max_size=20)
)
def test_numbers_come_back_exactly(rows: list[tuple[int, float]]) -> None:
    text = "i,f\n" + "".join(f"{whole},{number!r}\n" for whole, number in rows)
    frame = read_table(text.encode(), filename="x.csv").frame
    assert frame["i"].tolist() == [whole for whole, _ in rows]
    assert frame["f"].tolist() == [number for _, number in rows]
