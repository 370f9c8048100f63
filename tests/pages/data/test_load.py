"""Data, Load: the table in use, with what was noticed while reading it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from streamlit.testing.v1 import AppTest


def test_it_shows_the_table(open_page: Callable[..., AppTest], classroom: pd.DataFrame) -> None:
    app = open_page("data/load", data="classroom")
    assert app.title[0].value == "Load"
    assert "1,190 rows and 12 columns" in " ".join(each.value for each in app.markdown)
    described = next(each.proto.body for each in app.get("html") if "<table>" in each.proto.body)
    assert f'<td class="number">{classroom["mathknow"].isna().sum()}</td>' in described
    assert app.dataframe[0].value.shape == (100, 12)


def test_it_says_what_was_noticed_while_reading(open_page: Callable[..., AppTest]) -> None:
    app = open_page("data/load")
    table = "x;x;g\n" + "".join(f"{n},5;{n};{n % 3}\n" for n in range(9))
    app.file_uploader(key="upload").upload("twice.csv", table.encode("cp1252"), "text/csv").run()
    assert not app.exception
    assert not app.error
    assert app.info or app.warning
