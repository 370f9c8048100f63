from __future__ import annotations

import pyarrow as pa
import pytest

from mlm_core.data.tidying import Sheet, Tidied, tidy
from mlm_core.errors import EmptyFileError, HeaderOnlyError


def tidied(columns: dict[str, list[str | None]] | list[tuple[str, list[str | None]]]) -> Tidied:
    pairs = list(columns.items()) if isinstance(columns, dict) else columns
    arrays = tuple(pa.chunked_array([pa.array(values, pa.string())]) for _, values in pairs)
    return tidy(Sheet(tuple(name for name, _ in pairs), arrays, is_typed=False), "x.csv")


def codes(table: Tidied) -> list[str]:
    return [note.code for note in table.notes]


def test_blanks_around_names_and_values_go() -> None:
    table = tidied({" a ": [" 1", "2 "], "b": [" x ", "y"]})
    assert table.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert table.notes == ()


def test_repeated_names_are_numbered_with_a_caution() -> None:
    table = tidied([("x", ["1"]), ("x", ["2"]), ("x (2)", ["3"]), ("x", ["4"])])
    assert list(table.frame) == ["x", "x (3)", "x (2)", "x (4)"]
    (note,) = table.notes
    assert (note.code, note.severity) == ("duplicate-names", "caution")
    assert note.numbers["columns"] == ("x (3)", "x (4)")


def test_blank_names_tell_their_place() -> None:
    table = tidied([("a", ["1"]), ("b", ["2"]), ("  ", ["3"]), ("d", ["4"])])
    assert list(table.frame) == ["a", "b", "column 3", "d"]
    assert codes(table) == ["blank-names"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=1+1", "`a` \"b'", "größe", "{0}"])
def test_hostile_names_pass_verbatim(name: str) -> None:
    table = tidied([(name, ["1", "x", "3", "4"]), (name, ["007", "1", "2", "3"])])
    assert list(table.frame) == [name, f"{name} (2)"]


def test_rows_and_unnamed_columns_without_content_go() -> None:
    table = tidied(
        [("a", ["1", "", "3"]), ("", ["", None, " "]), ("b", ["x", " ", ""]), ("c", [None] * 3)]
    )
    assert list(table.frame) == ["a", "b", "c"]
    assert table.frame["a"].tolist() == [1, 3]
    assert table.frame["c"].isna().all()
    assert codes(table) == ["empty-rows", "empty-columns"]
    assert dict(table.notes[0].numbers) == {"n": 1, "row": 2}
    assert table.notes[1].numbers["positions"] == (2,)


def test_a_row_of_markers_is_not_empty() -> None:
    assert len(tidied({"a": ["NA", "1"], "b": ["NA", "2"]}).frame) == 2


@pytest.mark.parametrize("first", [0, 1])
def test_a_nameless_column_that_counts_the_rows_goes(first: int) -> None:
    table = tidied([("", [str(first + row) for row in range(3)]), ("a", ["5", "6", "7"])])
    assert list(table.frame) == ["a"]
    assert codes(table) == ["row-numbers"]


def test_other_nameless_columns_stay() -> None:
    assert list(tidied([("", ["r1", "r2"]), ("a", ["5", "6"])]).frame) == ["column 1", "a"]
    assert list(tidied([("", ["3", "7"]), ("a", ["5", "6"])]).frame) == ["column 1", "a"]
    assert list(tidied([("", ["1", None]), ("a", ["5", "6"])]).frame) == ["column 1", "a"]
    assert list(tidied([("", ["0", "1"])]).frame) == ["column 1"]
    assert list(tidied([("n", ["1", "2"]), ("a", ["5", "6"])]).frame) == ["n", "a"]


def test_a_header_of_numbers_is_doubted() -> None:
    table = tidied({"1": ["2"], "3,5": ["4"]})
    assert codes(table) == ["names-look-like-values"]
    assert codes(tidied({"1": ["2"], "a": ["4"]})) == []


def test_nothing_left() -> None:
    with pytest.raises(EmptyFileError):
        tidied([("", ["", " "]), ("", ["", ""])])
    with pytest.raises(EmptyFileError):
        tidy(Sheet((), (), is_typed=True), "x")
    with pytest.raises(HeaderOnlyError):
        tidied({"a": ["", " "], "b": ["", ""]})


def test_typed_texts_stay_texts() -> None:
    column = pa.chunked_array([pa.array(["1", "2", " NA "])])
    frame = tidy(Sheet(("a",), (column,), is_typed=True), "x").frame
    assert frame["a"].tolist() == ["1", "2", "NA"]


def test_the_decimal_mark_is_told() -> None:
    assert tidied({"a": ["1.5"]}).decimal == "."
    assert tidied({"a": ["1,5"]}).decimal == ","


def test_the_table_can_be_changed() -> None:
    frame = tidied({"a": ["1", "2"], "b": ["1.5", "x"]}).frame
    frame.loc[0, "a"] = 9
    assert frame["a"].tolist() == [9, 2]
