"""Tables of a Spark session as sources of the app: screens, progress, cancel, errors."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import mlm_core as mlm
from mlm_core.data import spark as sessions
from mlm_core.data.places import Place, at_work
from mlm_core.errors import EngineError, ReadError
from pages._ui import pieces, sources
from tests.pages.conftest import FRAME
from tests.pages.view import PAGES, View, plain

pytestmark = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
    pytest.mark.usefixtures("spark"),
]

CHOICES = {
    "data": "near",
    "outcome": "mathkind",
    "predictor": ["ses", "sex"],
    "level": ["schoolid", "classid"],
}
# Each asks for something else; the others are made of the same.
SCREENS = ["explore/groups_differ", "explore/lines_differ", "model/pooling", "learn/likelihood"]
# Seconds: a session starts in some, and every click takes several jobs.
LIMIT = 300


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classroom: pd.DataFrame) -> Path:
    """Offer the classroom as a Parquet file of a Spark session; give its folder."""
    monkeypatch.setattr(pieces, "MOST_ROWS", 100)
    classroom.to_parquet(tmp_path / "pupils.parquet")
    entry = '[near]\nspark = "local[2]"\nfiles = "pupils.parquet"\n'
    (tmp_path / "list.toml").write_text(entry)
    monkeypatch.setenv(sources.VARIABLE, str(tmp_path / "list.toml"))
    return tmp_path


def _open(name: str, **query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(FRAME), default_timeout=LIMIT)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    return app.switch_page(str(PAGES / f"{name}.py")).run()


def test_screens_work_on_a_table_of_spark(offer: Path) -> None:
    app = _open("model/mixed", **CHOICES)
    assert app.sidebar.selectbox(key="dataset").value == "near"
    bundled = _open("model/mixed", **{**CHOICES, "data": "classroom"})
    assert View(app).answer == View(bundled).answer
    for name in SCREENS:
        app.switch_page(str(PAGES / f"{name}.py")).run()
        assert not app.exception, name
        assert not app.error, f"{name}: {plain(app.error[0].value)}"
        assert str(offer) not in "".join(str(each.value) for each in app.main.markdown)
    app.session_state["tab"] = "Your model"
    app.run()
    assert not app.error
    assert "most likely under these variances of your model" in View(app).answer


def test_what_is_wrong_is_told_by_name_and_can_be_mended(offer: Path) -> None:
    path = offer / "pupils.parquet"
    whole = path.read_bytes()
    path.unlink()
    app = _open("model/mixed", **CHOICES)
    _assert_told(app, offer, "does not exist: near")
    path.write_bytes(whole[:2000])
    app.run()
    _assert_told(app, offer, "Spark stopped before")
    path.write_bytes(whole)
    app.run()
    assert not app.error
    assert View(app).answer.startswith("One more unit of ses")


def _assert_told(app: AppTest, folder: Path, said: str) -> None:
    assert not app.exception
    told = plain(app.error[0].value)
    assert said in told
    assert str(folder) not in told
    assert "file:" not in told


@pytest.fixture
def slow(spark) -> Place:
    """A view whose rows take for ever."""
    text = "SELECT id % 7 AS g, sum(a.id * b.id % 13) OVER (PARTITION BY a.id % 3) AS y"
    query = f"{text} FROM range(0, 2000000, 1, 8) a CROSS JOIN range(100000) b"
    spark.sql(query.replace("SELECT id", "SELECT a.id")).createOrReplaceTempView("slow")
    return Place("spark", "local[2]", "slow")


def _when_it_works(place: Place, then: Callable[[object], None]) -> None:
    """Count the rows of a table; do something once Spark has tasks under way."""
    with at_work(place) as work:

        def watch() -> None:
            deadline = time.monotonic() + LIMIT
            while work.progress() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            then(work)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            work.source.collect(work.source.frame.unique())
        finally:
            watcher.join()


def test_work_tells_its_progress_and_is_stopped(slow: Place) -> None:
    shares = []

    def stop(work) -> None:
        shares.append(work.progress())
        work.stop()

    with pytest.raises(EngineError, match="ancel"):
        _when_it_works(slow, stop)
    assert 0.0 <= shares[0] <= 1.0


def test_spark_that_dies_half_way_is_named_and_started_anew(slow: Place, offer: Path) -> None:
    def kill(_work) -> None:
        os.kill(sessions._process().pid, signal.SIGKILL)

    with pytest.raises(EngineError, match="Its process ended"):
        _when_it_works(slow, kill)
    with at_work(Place("spark", "local[2]", files=str(offer / "pupils.parquet"))) as work:
        assert work.source.n_rows == 1190
        model = mlm.Model("mathkind ~ ses + (1 | schoolid)")
        assert mlm.fit_mixed(model, work.source).n_obs == 1190


def test_a_table_that_is_not_there_is_named(spark) -> None:
    with (
        pytest.raises(ReadError, match="nowhere"),
        at_work(Place("spark", "local[2]", "nowhere")),
    ):
        pass
