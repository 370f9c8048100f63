"""Showing: nothing a person typed is run, by a browser or by a spreadsheet."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages._ui import show


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_spreadsheet_runs_a_downloaded_cell(cell: str) -> None:
    text = show.csv_of(pd.DataFrame({cell: [cell], "fine": ["x=1"]})).decode("utf-8-sig")
    back = pd.read_csv(io.StringIO(text, newline=""))
    assert list(back.columns) == ["'" + cell, "fine"]
    assert back.iloc[0].tolist() == ["'" + cell, "x=1"]


def test_a_line_break_inside_a_cell_begins_no_new_row() -> None:
    text = show.csv_of(pd.DataFrame({"a": ["x\r=1+1", "y\n=1+1"]})).decode("utf-8-sig")
    assert len(pd.read_csv(io.StringIO(text, newline=""))) == 2


def test_numbers_are_downloaded_as_numbers() -> None:
    frame = pd.DataFrame({"estimate": [-0.1 - 0.2, 3.0], "text": ["x", "Müller"]})
    content = show.csv_of(frame)
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
    text = show.csv_of(pd.DataFrame({"x": [printed]})).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [["x"], [saved]]


def _page_with_tables() -> None:
    import pandas as pd

    from mlm_core.errors import UnknownColumnError
    from mlm_core.notes import Note
    from mlm_core.views.tables.table import Table
    from pages._ui import show

    hostile = "<img src=x onerror=alert(1)>"
    frame = pd.DataFrame(
        {"term": ["(Intercept)", hostile], "estimate": [466.8, -14.36], "p": ["<.001", ".030"]}
    )
    show.heading(hostile, hostile)
    show.table(Table(frame, caption=hostile, footnotes=(hostile,), name="coefficients"))
    show.notes([Note("a", "note", "*first*"), Note("b", "stop", "last\n   ^ here")])
    with show.guard():
        raise UnknownColumnError(hostile, ["a"])
    show.answer("still here")


def test_a_page_shows_user_text_letter_by_letter_and_goes_on_after_a_refusal() -> None:
    app = AppTest.from_function(_page_with_tables).run()
    assert not app.exception
    bodies = [each.proto.body for each in app.get("html")]
    assert all("<img" not in body for body in bodies)
    table = next(body for body in bodies if "<table>" in body)
    assert table.count('<th scope="col" class="number">') == 2
    assert "−14.36" in table
    assert app.error[0].value == "**Stop.** last"
    assert app.code[0].value == "   ^ here"
    assert app.info[0].value == r"**Note.** \*first\*"
    assert "still here" in [each.value for each in app.markdown]
