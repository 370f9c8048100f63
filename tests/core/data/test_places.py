"""Places: opened for one piece of work, watched and stopped from outside."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import duckdb
import pytest

from mlm_core.data.places import Place, at_work, tables_of
from mlm_core.errors import EngineError, NotATableError, ReadError

SLOW = "SELECT a.range AS a, b.range AS b FROM range(100000) a, range(100000) b"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "some.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE pupils AS SELECT range AS id FROM range(5)")
        connection.execute('CREATE SCHEMA old; CREATE TABLE old."odd ""name" AS SELECT 1 AS one')
        connection.execute(f"CREATE VIEW slow AS {SLOW}")
    return path


def test_files_are_opened_and_known_by_their_state(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n3,4\n")
    place = Place("files", str(path))
    before = place.state
    with at_work(place) as work:
        assert (work.source.columns, work.source.n_rows) == (["x", "y"], 2)
        assert work.progress() is None
    assert place.state == before
    path.write_text("x,y\n1,2\n3,4\n5,6\n")
    assert place.state != before
    path.unlink()
    with pytest.raises(ReadError, match="no file"):
        _ = place.state


def test_tables_of_a_database_are_listed_and_opened(database: Path) -> None:
    place = Place("database", str(database))
    assert tables_of(place) == ("pupils", "slow", 'old.odd "name')
    for table, n_rows in (("pupils", 5), ('old.odd "name', 1)):
        with at_work(Place("database", str(database), table)) as work:
            assert work.source.n_rows == n_rows


def test_a_missing_or_broken_database_is_named(tmp_path: Path, database: Path) -> None:
    with pytest.raises(ReadError, match=r"no database 'none\.duckdb'"):
        tables_of(Place("database", str(tmp_path / "none.duckdb")))
    (tmp_path / "bad.duckdb").write_bytes(b"no database at all" * 500)
    with pytest.raises(NotATableError, match=r"bad\.duckdb"):
        tables_of(Place("database", str(tmp_path / "bad.duckdb")))
    with (
        pytest.raises(EngineError, match="nowhere"),
        at_work(Place("database", str(database), "nowhere")),
    ):
        pass


def test_work_is_watched_and_stopped_from_another_thread(database: Path) -> None:
    seen = []
    with at_work(Place("database", str(database), "slow")) as work:

        def watch() -> None:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and not (seen and seen[-1] > 0.0):
                time.sleep(0.05)
                share = work.progress()
                if share is not None:
                    seen.append(share)
            work.stop()

        watcher = threading.Thread(target=watch)
        watcher.start()
        with pytest.raises(EngineError, match="stopped"):
            work.source.collect(work.source.frame.unique())
        watcher.join()
    assert seen
    assert all(0.0 <= share <= 1.0 for share in seen)


def test_work_stopped_between_two_queries_stays_stopped(database: Path) -> None:
    with at_work(Place("database", str(database), "slow")) as work:
        work.stop()
        with pytest.raises(EngineError, match="stopped"):
            work.source.collect(work.source.frame.unique())
    assert not any(thread.name == "stop" for thread in _after_a_moment())


def _after_a_moment() -> list[threading.Thread]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(
        each.name == "stop" for each in threading.enumerate()
    ):
        time.sleep(0.05)
    return threading.enumerate()


def test_work_may_be_watched_and_stopped_after_its_end(database: Path) -> None:
    with at_work(Place("database", str(database), "slow")) as work:
        pass
    assert work.progress() is None
    work.stop()


def test_spark_is_asked_for_by_name_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    place = Place("spark", "local[1]", "pupils")
    assert place.state == Place("spark", "local[1]", "pupils").state
    with pytest.raises(ReadError, match="pip install pyspark"), at_work(place):
        pass
