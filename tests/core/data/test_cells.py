from __future__ import annotations

import pyarrow as pa
import pytest

from mlm_core.data.cells import (
    Cells,
    cell_notes,
    listed,
    text_mask,
    trim,
    understand,
    uses_decimal_comma,
    without_markers,
)


def column(*texts: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.string())])


def understood(*texts: str | None, prefers_comma: bool = False) -> Cells:
    return understand(trim(column(*texts)), prefers_comma=prefers_comma)


def test_blanks_are_trimmed_and_empty_cells_missing() -> None:
    assert trim(column(" a ", "\t", "", None, "b c")).to_pylist() == ["a", None, None, None, "b c"]


def test_markers_of_missing_values_whatever_the_case() -> None:
    texts, n_markers = without_markers(
        column("NA", "n/a", "NaN", "NULL", ".", "-", "#N/A", "?", "Nan", "None", "--", "x", None)
    )
    assert texts.to_pylist() == [None] * 9 + ["None", "--", "x", None]
    assert n_markers == 9


@pytest.mark.parametrize(
    ("texts", "values", "kind"),
    [
        (("1", "2", None), [1, 2, None], pa.int64()),
        (("1", "2.5", "-.5", "5.", "1e3", "+4"), [1, 2.5, -0.5, 5, 1000, 4], pa.float64()),
        (("Inf", "-inf", "1"), [float("inf"), float("-inf"), 1], pa.float64()),
        (("−5", "3"), [-5, 3], pa.int64()),
        (("1,234.5", "2", "1,234,567"), [1234.5, 2, 1234567], pa.float64()),
        (("1.234.567", "2"), [1234567, 2], pa.int64()),
        (("1 234", "12'345", "1\u202f000", "1\u00a0000"), [1234, 12345, 1000, 1000], pa.int64()),
        ((None, "NA"), [None, None], pa.float64()),
        (("0x1F", "1_000", "1"), ["0x1F", "1_000", "1"], pa.string()),
        (("a", "1", "b"), ["a", "1", "b"], pa.string()),
    ],
)
def test_what_a_column_stands_for(
    texts: tuple[str | None, ...], values: list[object], kind: pa.DataType
) -> None:
    cells = understood(*texts)
    assert cells.values.to_pylist() == values
    assert cells.values.type == kind


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("1,5", "2", "-0,25"), [1.5, 2, -0.25]),
        (("1,234", "5,678"), [1.234, 5.678]),
        (("1.234,5", "2"), [1234.5, 2]),
        (("1.234", "12.345"), [1234, 12345]),
        (("0.234", "1.234"), [0.234, 1.234]),
        (("1,5e3", ",5"), [1500, 0.5]),
    ],
)
def test_decimal_commas(texts: tuple[str, ...], values: list[float]) -> None:
    assert understood(*texts, prefers_comma=True).values.to_pylist() == values


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected"),
    [
        (("1,5", "2"), ";", True),
        (("1,5", "2"), ",", True),
        (("1,234", "2,345"), ";", True),
        (("1,234", "2,345"), "\t", True),
        (("1,234", "2,345"), ",", False),
        (("1,234", "1.5"), ";", False),
        (("1,234.5", "1"), ";", False),
        (("a, b", "c"), ";", True),
        (("1.5", "2"), ";", False),
        (("1,5", "1.5"), ";", False),
    ],
)
def test_which_mark_is_decimal(texts: tuple[str, ...], delimiter: str, expected: bool) -> None:
    assert uses_decimal_comma([column(*texts)], delimiter=delimiter) is expected


@pytest.mark.parametrize(
    "texts",
    [("007", "12"), ("00", "01"), ("12345678901234567890", "1"), ("1234567890123456789", None)],
)
def test_labels_of_digits_stay_text(texts: tuple[str | None, ...]) -> None:
    cells = understood(*texts)
    assert cells.values.to_pylist() == list(texts)
    assert cells.has_leading_zeros


def test_zero_itself_is_a_number() -> None:
    assert understood("0", "0.5", "10").values.to_pylist() == [0, 0.5, 10]


def test_text_among_numbers_is_named_by_row() -> None:
    cells = understood("1", None, "NA", "oops", "5", "6", "?!", "8")
    assert cells.values.to_pylist() == ["1", None, None, "oops", "5", "6", "?!", "8"]
    assert (cells.first_text, cells.n_text) == ((4, "oops"), 2)


def test_text_among_decimal_commas_leaves_plain_numbers() -> None:
    cells = understood("1,5", "k.A.", "2,5", "1.000,5", prefers_comma=True)
    assert cells.values.to_pylist() == ["1.5", "k.A.", "2.5", "1000.5"]
    assert cells.first_text == (2, "k.A.")
    assert cells.has_decimal_comma
    assert cells.has_thousands


def test_half_text_is_text() -> None:
    assert understood("1", "a").first_text is None


def test_notes_name_columns_rows_and_counts() -> None:
    cells = [
        understood("1", "x", "3", "NA"),
        understood("1,5", "2", prefers_comma=True),
        understood("1,234.5", "1"),
        understood("01", "02"),
    ]
    notes = {note.code: note for note in cell_notes(["a", "b", "{c}", "d"], cells)}
    assert set(notes) == {
        "text-among-numbers",
        "decimal-comma",
        "thousands",
        "digits-as-text",
        "missing-markers",
    }
    assert dict(notes["text-among-numbers"].numbers) == {
        "column": "a",
        "row": 2,
        "value": "x",
        "n": 1,
    }
    assert "'x' in data row 2" in notes["text-among-numbers"].message
    assert notes["thousands"].numbers["columns"] == ("{c}",)
    assert notes["missing-markers"].numbers["n"] == 1


def test_long_lists_are_cut() -> None:
    assert listed(["a", "b"]) == "'a', 'b'"
    assert listed([str(index) for index in range(10)]).endswith("and 2 more")


def test_mask_of_words() -> None:
    texts = column("1", " 2 ", "", None, " ", "x", "1,5", "Inf", "1e5", "0x1")
    assert text_mask(texts).tolist() == [
        *(False, False, False, False, True, True, True, False, False, True)
    ]
