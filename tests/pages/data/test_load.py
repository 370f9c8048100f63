"""Data, Load: the table in use, with what was noticed while reading it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.columns import describe_columns
from tests.pages.view import View, agrees, numbers_in

PAGE = "data/load"
OpenView = Callable[..., View]


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_shows_the_table(data: str, view: OpenView, request: pytest.FixtureRequest) -> None:
    frame = request.getfixturevalue(data)
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Load"
    assert not page.notes("stop")
    assert numbers_in(page.answer)[-2:] == list(frame.shape)
    rows = page.table("columns")
    assert [row["Column"] for row in rows] == list(frame.columns)
    for row, own in zip(rows, describe_columns(frame), strict=True):
        assert row["Missing"] == str(own.n_missing)
        assert numbers_in(row["Distinct"]) == [own.n_unique]
        if row["Mean"]:
            assert agrees(row["Mean"], own.mean)
    assert page.app.dataframe[0].value.shape == (min(100, len(frame)), frame.shape[1])


def test_it_counts_the_rows_a_choice_costs(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    assert "All 1,190 rows" in page.sentences
    page.app.multiselect(key="predictors").set_value(["ses", "mathknow"])
    page.run()
    assert "1,081 of 1,190 rows" in page.sentences
    rows = {row["Column"]: row for row in page.table("missing")}
    assert rows["mathknow"]["Missing values"] == str(classroom["mathknow"].isna().sum())
    assert rows["mathknow"]["Rows only it costs"] == "109"
    assert rows["ses"]["Rows only it costs"] == "0"


def test_it_says_what_was_noticed_while_reading(view: OpenView) -> None:
    table = "x;x;g\n" + "".join(f"{n},5;{n};{n % 3}\n" for n in range(9))
    page = view(PAGE).upload(table.encode("cp1252"), "twice.csv")
    assert not page.notes("stop")
    assert any("'x (2)'" in note for note in page.notes("caution"))
    assert any("decimal comma" in note for note in page.notes("note"))
    assert page.app.dataframe[0].value["x"].tolist() == list(np.arange(9) + 0.5)
