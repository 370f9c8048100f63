"""Sources on the screen: every page works, broken ones say so, small ones are read."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import mlm_core as mlm
from pages._ui import opening, pieces, sources
from pages._ui.sitemap import PAGES, SECTIONS
from tests.pages.view import View, plain

OpenPage = Callable[..., AppTest]
CHOICES = {
    "data": "pupils",
    "outcome": "mathkind",
    "predictor": ["ses", "sex"],
    "level": ["schoolid", "classid"],
}
SCRIPTS = [script.removesuffix(".py") for pages in SECTIONS.values() for script, *_ in pages]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classroom: pd.DataFrame) -> Path:
    """Offer the classroom as a source that stays where it is; give the folder."""
    monkeypatch.setattr(pieces, "MOST_ROWS", 100)
    classroom.to_parquet(tmp_path / "pupils.parquet")
    (tmp_path / "list.toml").write_text('[pupils]\nfiles = "pupils.parquet"\n')
    monkeypatch.setenv(sources.VARIABLE, str(tmp_path / "list.toml"))
    return tmp_path


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_page_works_on_a_source(name: str, offer: Path, open_page: OpenPage) -> None:
    app = open_page(name, **CHOICES)
    assert not app.error, plain(app.error[0].value)


def test_the_numbers_are_those_of_the_rows(
    offer: Path, view: Callable[..., View], classroom: pd.DataFrame
) -> None:
    model = mlm.Model("mathkind ~ ses + sex + (1 | schoolid/classid)")
    page = view("model/mixed", **CHOICES)
    here = view("model/mixed", **{**CHOICES, "data": "classroom"})
    assert page.answer == here.answer
    fit = mlm.fit_mixed(model, classroom)
    assert not any("need the rows" in text for text in page.notes("note"))
    page = view("model/mixed", **CHOICES, tab="Residuals, correlations, sizes")
    assert "they need the rows" in page.footnotes("residual-quantiles")
    assert fit.n_obs == 1190


def test_a_source_without_choices_gets_a_first_guess(offer: Path, open_page: OpenPage) -> None:
    app = open_page("data/load")
    app.main.selectbox(key="kept").set_value("pupils").run()
    assert "1,190 rows and 12 columns" in plain(app.main.markdown[0].value)
    assert "first guess" in plain(app.info[0].value)
    assert app.sidebar.selectbox(key="dataset").value == "pupils"
    app.sidebar.selectbox(key="dataset").set_value("classroom").run()
    app.sidebar.selectbox(key="dataset").set_value("pupils").run()
    assert not app.exception
    assert not app.error


def test_a_source_that_cannot_be_offered_is_told_on_load(offer: Path, open_page: OpenPage) -> None:
    (offer / "list.toml").write_text('[a]\nfolder = "nowhere"\n')
    app = open_page("data/load", data="pupils")
    assert "There is no folder 'nowhere'" in plain(app.main.warning[0].value)
    assert "which is not part of this app" in plain(app.info[0].value)


def test_a_small_source_is_read(
    offer: Path, view: Callable[..., View], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "MOST_ROWS", 5000)
    page = view("model/mixed", **CHOICES, tab="Residuals, correlations, sizes")
    assert not page.app.error
    assert "need the rows" not in page.footnotes("residual-quantiles")


def test_a_database_is_a_source(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_page: OpenPage,
    classroom: pd.DataFrame,
) -> None:
    monkeypatch.setattr(pieces, "MOST_ROWS", 100)
    with duckdb.connect(str(tmp_path / "r.duckdb")) as connection:
        connection.register("frame", classroom)
        connection.execute("CREATE TABLE pupils AS SELECT * FROM frame")
    (tmp_path / "list.toml").write_text('[register]\ndatabase = "r.duckdb"\n')
    monkeypatch.setenv(sources.VARIABLE, str(tmp_path / "list.toml"))
    app = open_page("explore/groups_differ", **{**CHOICES, "data": "register.pupils"})
    assert not app.error


def test_a_file_that_was_laid_aside_goes_with_its_last_holder() -> None:
    laid = opening.lay_aside(b"a,b\n1,2\n")
    path = laid.path
    assert path.read_bytes() == b"a,b\n1,2\n"
    del laid
    gc.collect()
    assert not path.parent.exists()


def test_a_large_upload_is_worked_through(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._ui.opening.LARGE_UPLOAD", 1000)
    monkeypatch.setattr(pieces, "MOST_ROWS", 100)
    generator = np.random.default_rng(1)
    group = np.arange(600) // 12
    frame = pd.DataFrame({"group_id": group, "score": generator.normal(size=600) + group % 5})
    app = open_page("start/start", tab="Residuals, correlations, sizes")
    content = frame.to_csv(index=False).encode()
    app.file_uploader(key="upload").upload("own.csv", content, "text/csv").run()
    assert not app.error
    app.switch_page(str(PAGES / "model" / "mixed.py")).run()
    assert not app.exception
    assert "they need the rows" in View(app).footnotes("residual-quantiles")
    broken = content[:3000] + b"\x00\xff,\x00\n" * 50
    app.switch_page(str(PAGES / "data" / "load.py")).run()
    app.file_uploader(key="upload").upload("bad.parquet", broken, "text/csv").run()
    assert not app.exception
