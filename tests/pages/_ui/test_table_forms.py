"""Tables in HTML, in a grid and as CSV: nothing a person typed is run, by anything."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from mlm_core.views.tables.table import Table
from pages._ui.table_forms import as_csv, as_html, grid_columns


def test_html_shows_user_text_letter_by_letter() -> None:
    name = "<b>&"
    shown = as_html(Table(pd.DataFrame({name: [name]}), caption=name, footnotes=(name,), name="x"))
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;&amp;") == 4


def test_a_column_of_a_grid_has_one_count_of_decimals() -> None:
    frame = pd.DataFrame({"group": ["a", "b"], "n": [3, 4], "mode": [-35.3565, 7.022]})
    columns = grid_columns(frame)
    assert list(columns) == ["mode"]
    assert columns["mode"]["type_config"]["format"] == "%.2f"


def test_the_smallest_of_a_printed_column_does_not_set_its_decimals() -> None:
    printed = Table(pd.DataFrame({"mode": [-64.05699, 0.03209, 25.1]}), "", (), "x")
    shown = as_html(printed)
    assert all(f">{text}</td>" in shown for text in ("−64.06", "0.03", "25.10"))


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_spreadsheet_runs_a_downloaded_cell(cell: str) -> None:
    text = as_csv(pd.DataFrame({cell: [cell], "fine": ["x=1"]})).decode("utf-8-sig")
    back = pd.read_csv(io.StringIO(text, newline=""))
    assert list(back.columns) == ["'" + cell, "fine"]
    assert back.iloc[0].tolist() == ["'" + cell, "x=1"]


def test_a_line_break_inside_a_cell_begins_no_new_row() -> None:
    text = as_csv(pd.DataFrame({"a": ["x\r=1+1", "y\n=1+1"]})).decode("utf-8-sig")
    assert len(pd.read_csv(io.StringIO(text, newline=""))) == 2


def test_numbers_are_downloaded_as_numbers() -> None:
    frame = pd.DataFrame({"estimate": [-0.1 - 0.2, 3.0], "text": ["x", "Müller"]})
    content = as_csv(frame)
    assert content.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    assert back["estimate"].tolist() == frame["estimate"].tolist()
    assert back["text"].tolist() == ["x", "Müller"]


@pytest.mark.parametrize(
    ("printed", "saved"),
    [
        ("1,190", "1190"),
        ("−1,234.50", "-1234.50"),
        ("−0.013", "-0.013"),
        (".030", ".030"),
        ("<.001", "<.001"),
        ("21%", "21%"),
        ("007", "007"),  # a label
        ("1,5", "1,5"),
        ("2021.05.01", "2021.05.01"),
        ("-", "'-"),
    ],
)
def test_printed_numbers_are_saved_readable_and_labels_as_they_are(
    printed: str, saved: str
) -> None:
    text = as_csv(pd.DataFrame({"x": [printed]})).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [["x"], [saved]]
