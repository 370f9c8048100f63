from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlm_core.data.reading import Reading, read_table
from mlm_core.errors import (
    EmptyFileError,
    HeaderOnlyError,
    MlmError,
    NotATableError,
    ReadError,
)
from tests.core.pace import times_as_long

DATA = Path(__file__).resolve().parents[3] / "data"
MILLION = 1_000_000
# Times the cost of pandas told everything about the file; 15 measured.
MOST_TIMES = 60


def read(text: str | bytes, filename: str = "x.csv") -> Reading:
    return read_table(text.encode() if isinstance(text, str) else text, filename=filename)


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    return frame.to_parquet()


def codes(reading: Reading) -> list[str]:
    return [note.code for note in reading.notes]


# --- delimited text -------------------------------------------------------------------------------


def test_a_plain_file() -> None:
    content = b"id,x,g\n1,1.5,a\n2,,b\n"
    reading = read(content)
    assert reading.frame.to_dict("list") == {
        "id": [1, 2],
        "x": [1.5, pytest.approx(np.nan, nan_ok=True)],
        "g": ["a", "b"],
    }
    assert [str(kind) for kind in reading.frame.dtypes] == ["int64", "float64", "str"]
    assert reading.notes == ()
    assert (reading.format, reading.encoding, reading.delimiter) == ("csv", "utf-8", ",")
    assert reading.decimal == "."
    assert reading.fingerprint == hashlib.sha256(content).hexdigest()
    assert reading.filename == "x.csv"


@pytest.mark.parametrize("name", ["classroom", "sleepstudy", "hsb82"])
def test_bundled_files_as_pandas_reads_them(name: str) -> None:
    path = DATA / f"{name}.csv"
    reading = read_table(path)
    assert reading.filename == f"{name}.csv"
    assert reading.notes == ()
    expected = pd.read_csv(path)
    pd.testing.assert_frame_equal(reading.frame, expected)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_semicolons_decimal_commas_and_encodings(codec: str) -> None:
    reading = read("Schüler;Größe\n1;1,5\n2;1.234,25\n".encode(codec))
    assert reading.frame.to_dict("list") == {"Schüler": [1, 2], "Größe": [1.5, 1234.25]}
    assert (reading.delimiter, reading.decimal, reading.encoding) == (";", ",", codec)
    assert {"decimal-comma", "thousands"} <= set(codes(reading))


def test_tabs() -> None:
    reading = read("a\tb\n1\tx y\n", "x.txt")
    assert (reading.format, reading.delimiter) == ("tsv", "\t")


def test_text_among_numbers_is_said_with_its_row() -> None:
    (note,) = read("x,y\n1,2\n2,oops\n3,4\n4,5\n").notes
    assert (note.code, note.severity) == ("text-among-numbers", "caution")
    assert (note.numbers["column"], note.numbers["row"], note.numbers["value"]) == ("y", 2, "oops")


def test_duplicate_and_hostile_names() -> None:
    reading = read("<script>,=1+1,<script>,\n1,2,3,4\n5,6,7,9\n")
    assert list(reading.frame) == ["<script>", "=1+1", "<script> (2)", "column 4"]
    assert codes(reading) == ["blank-names", "duplicate-names"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyFileError),
        (b" \r\n\t\n", EmptyFileError),
        (b"\xef\xbb\xbf", EmptyFileError),
        (b"\xff\xfe", EmptyFileError),
        (b",,\n,,\n", EmptyFileError),
        (b"a,b\n", HeaderOnlyError),
        (b"a,b", HeaderOnlyError),
        (b"a,b\n,\n", HeaderOnlyError),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", NotATableError),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", NotATableError),
        (b"%PDF-1.7\n1 0 obj\n", NotATableError),
        (b"PK\x03\x04 no zip at all", NotATableError),
        (b"PAR1 cut off", NotATableError),
        (b"a,b\n1,\x00\n", NotATableError),
        (b"<!DOCTYPE html><html><table>", NotATableError),
        (b'{"a": [1, 2]}', NotATableError),
        (b"a,b\n1,2\n1,2,3\n", ReadError),
        (b'a,b\n1,"2\n3,4\n', ReadError),
    ],
)
def test_what_is_no_table(content: bytes, error: type[MlmError]) -> None:
    with pytest.raises(error, match=r"'x\.csv'"):
        read(content)


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_files_that_are_not_what_their_name_says(suffix: str) -> None:
    for content in (b"hello", b"hello\nworld\n", b"a,b\n"):
        with pytest.raises(NotATableError, match=f"no .{suffix} file"):
            read(content, f"x.{suffix}")
    reading = read("a,b\n1,2\n", f"x.{suffix}")
    assert reading.format == "csv"
    assert codes(reading) == ["other-format"]


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    assert read_table(path, filename="shown.csv").filename == "shown.csv"
    with pytest.raises(ReadError, match="There is no file"):
        read_table(tmp_path / "missing.csv")
    with pytest.raises(ReadError, match="cannot be opened"):
        read_table(tmp_path)


# --- workbooks ------------------------------------------------------------------------------------


def test_a_workbook() -> None:
    day = datetime(2024, 5, 31)
    reading = read(
        workbook(
            [
                [" id ", "x", "g", "when", "ok", "mixed", "code", "n"],
                [1, 1.5, "a", day, True, 1, "007", 1],
                [2, None, " b ", date(2024, 6, 1), False, "oops", "010", 2.0],
                [3, 2, "NA", day.replace(hour=9), True, 2.5, "011", None],
                [4, 3, None, None, None, 3.0, "012", 4],
            ]
        ),
        "x.xlsx",
    )
    frame = reading.frame
    assert reading.format == "xlsx"
    assert (reading.encoding, reading.delimiter, reading.decimal) == (None, None, None)
    assert frame["id"].tolist() == [1, 2, 3, 4]
    assert frame["x"].tolist() == pytest.approx([1.5, np.nan, 2, 3], nan_ok=True)
    assert frame["g"].fillna("").tolist() == ["a", "b", "", ""]
    assert frame["when"].tolist()[:3] == ["2024-05-31", "2024-06-01", "2024-05-31 09:00:00"]
    assert frame["ok"].tolist()[:2] == ["TRUE", "FALSE"]
    assert frame["mixed"].tolist() == ["1", "oops", "2.5", "3"]
    assert frame["code"].tolist() == ["007", "010", "011", "012"]
    assert frame["n"].tolist() == pytest.approx([1, 2, np.nan, 4], nan_ok=True)
    assert set(codes(reading)) == {"missing-markers", "text-among-numbers", "digits-as-text"}


def test_only_the_first_sheet_is_read_and_said() -> None:
    reading = read(workbook([["a", "b"], [1, 2]], [["c"], [3]]))
    assert list(reading.frame) == ["a", "b"]
    assert codes(reading) == ["more-sheets"]


def test_workbooks_without_a_table() -> None:
    with pytest.raises(EmptyFileError, match="Only the first of its 2 sheets"):
        read(workbook([], [["a"], [1]]))
    with pytest.raises(HeaderOnlyError):
        read(workbook([["a", "b"]]))
    whole = workbook([["a", "b"], [1, 2]])
    with pytest.raises(NotATableError):
        read(whole[: len(whole) // 2])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(NotATableError, match="zip"):
        read(stream.getvalue(), "x.xlsx")


def test_huge_integers_of_a_workbook_keep_their_digits() -> None:
    frame = read(workbook([["a", "b"], ["12345678901234567890", 1], ["2", 2]])).frame
    assert frame["a"].tolist() == ["12345678901234567890", "2"]


# --- Parquet --------------------------------------------------------------------------------------


def test_a_parquet_file() -> None:
    frame = pd.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [1.5, None, 2],
            "s": ["1", "b", None],
            "b": [True, False, None],
            "c": pd.Categorical(["u", "v", "u"]),
            "n": pd.Categorical([3, 4, 3]),
            "t": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
            "d": [Decimal("1.50"), None, Decimal("2.25")],
            "l": [[1, 2], None, []],
            "z": [None, None, None],
        }
    )
    reading = read(parquet(frame), "x.parquet")
    got = reading.frame
    assert reading.format == "parquet"
    assert got["i"].tolist() == [1, 2, 3]
    assert got["f"].tolist() == pytest.approx([1.5, np.nan, 2], nan_ok=True)
    assert got["s"].tolist()[:2] == ["1", "b"]
    assert got["b"].tolist()[:2] == ["TRUE", "FALSE"]
    assert got["c"].tolist() == ["u", "v", "u"]
    assert got["n"].tolist() == [3, 4, 3]
    assert got["t"].tolist()[0].startswith("2024-01-01")
    assert got["d"].tolist() == pytest.approx([1.5, np.nan, 2.25], nan_ok=True)
    assert got["l"].tolist()[0] == "[1, 2]"
    assert got["z"].isna().all()


def test_a_saved_row_index_goes() -> None:
    frame = pd.DataFrame({"a": [5, 6, 7]}, index=[0, 1, 2])
    frame.index = pd.Index([0, 1, 2], dtype="int64")
    reading = read(parquet(frame))
    assert list(reading.frame) == ["a"]


def test_damaged_parquet() -> None:
    whole = parquet(pd.DataFrame({"a": range(100), "b": ["x"] * 100}))
    for content in (whole[:-20], whole[:200], whole[:50] + b"\xff" * 50 + whole[100:]):
        try:
            read(content, "x.parquet")
        except MlmError as error:
            assert isinstance(error, NotATableError)
    with pytest.raises(HeaderOnlyError):
        read(parquet(pd.DataFrame({"a": pd.Series([], dtype=float)})))
    with pytest.raises(EmptyFileError):
        read(parquet(pd.DataFrame(index=range(3))))


# --- anything at all ------------------------------------------------------------------------------

FILENAMES = st.sampled_from(["x.csv", "x.xlsx", "x.parquet", "x"])
STARTS = st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"\xef\xbb\xbf", b"\xff\xfe", b"a,b\n1,"])


@settings(max_examples=300, deadline=None)
@given(start=STARTS, rest=st.binary(max_size=200), filename=FILENAMES)
def test_any_bytes_are_a_table_or_a_named_error(start: bytes, rest: bytes, filename: str) -> None:
    try:
        frame = read(start + rest, filename).frame
    except MlmError as error:
        assert str(error)
    else:
        assert len(frame) > 0
        assert frame.columns.is_unique


def test_a_million_rows() -> None:
    noise = np.random.default_rng(1).normal(size=MILLION)
    frame = pd.DataFrame(
        {"g": np.arange(MILLION) // 25, "y": noise, "s": ["f", "m"] * (MILLION // 2)}
    )
    content = frame.to_csv(index=False).encode()
    got: list[pd.DataFrame] = []
    taken = times_as_long(
        lambda: got.append(read(content).frame), lambda: pd.read_csv(io.BytesIO(content)), turns=1
    )
    assert taken < MOST_TIMES
    assert np.array_equal(got[0]["y"].to_numpy(), noise)
