"""Sources that break: told by their names, nothing kept of them, and mended they work again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages._ui import pieces, sources
from tests.pages.view import plain

OpenPage = Callable[..., AppTest]
CHOICES = {"outcome": "mathkind", "predictor": "ses", "level": "schoolid"}
ENTRIES = {
    "rows": 'files = "rows.parquet"',
    "many": 'files = "many/*.parquet"',
    "text": 'files = "text"',
    "register.pupils": 'database = "r.duckdb"\ntables = ["pupils"]',
}
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.read()"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classroom: pd.DataFrame) -> Path:
    """Offer the classroom in four ways; give the folder they lie in."""
    monkeypatch.setattr(pieces, "MOST_ROWS", 100)
    for inside in ("many", "text"):
        (tmp_path / inside).mkdir()
    classroom.to_parquet(tmp_path / "rows.parquet")
    classroom.iloc[:600].to_parquet(tmp_path / "many" / "a.parquet")
    classroom.iloc[600:].to_parquet(tmp_path / "many" / "b.parquet")
    classroom.to_csv(tmp_path / "text" / "a.csv", index=False)
    with duckdb.connect(str(tmp_path / "r.duckdb")) as connection:
        connection.register("frame", classroom)
        connection.execute("CREATE TABLE pupils AS SELECT * FROM frame")
    listing = (f"[{name.split('.')[0]}]\n{entry}\n" for name, entry in ENTRIES.items())
    (tmp_path / "list.toml").write_text("".join(listing))
    monkeypatch.setenv(sources.VARIABLE, str(tmp_path / "list.toml"))
    return tmp_path


@contextmanager
def _written(path: Path, content: bytes | None) -> Iterator[None]:
    """Let a file hold something else, or let it be missing, for a while."""
    whole = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    yield
    path.write_bytes(whole)


def _missing(folder: Path) -> AbstractContextManager[None]:
    return _written(folder / "rows.parquet", None)


def _cut(folder: Path) -> AbstractContextManager[None]:
    path = folder / "rows.parquet"
    return _written(path, path.read_bytes()[:2000])


def _damaged_pages(folder: Path) -> AbstractContextManager[None]:
    path = folder / "rows.parquet"
    whole = path.read_bytes()
    return _written(path, whole[:4] + b"\xff" * 8000 + whole[8004:])


def _no_rows(folder: Path) -> AbstractContextManager[None]:
    path = folder / "rows.parquet"
    pd.read_parquet(path).iloc[:0].to_parquet(folder / "none")
    return _written(path, (folder / "none").read_bytes())


def _changed_type(folder: Path) -> AbstractContextManager[None]:
    path = folder / "many" / "b.parquet"
    pd.read_parquet(path).assign(mathkind="many").to_parquet(folder / "changed")
    return _written(path, (folder / "changed").read_bytes())


def _one_of_many_is_none(folder: Path) -> AbstractContextManager[None]:
    return _written(folder / "many" / "b.parquet", b"no table")


def _broken_line(folder: Path) -> AbstractContextManager[None]:
    path = folder / "text" / "a.csv"
    lines = path.read_bytes() + b"1,2\n" * 3
    return _written(path, lines + b'7,"not closed, \xff\xfe\n' * 50)


def _no_database(folder: Path) -> AbstractContextManager[None]:
    return _written(folder / "r.duckdb", b"no database at all" * 1000)


@contextmanager
def _no_such_table(folder: Path) -> Iterator[None]:
    with duckdb.connect(str(folder / "r.duckdb")) as connection:
        connection.execute("ALTER TABLE pupils RENAME TO others")
    yield
    with duckdb.connect(str(folder / "r.duckdb")) as connection:
        connection.execute("ALTER TABLE others RENAME TO pupils")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, str(folder / "r.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield
        holder.communicate()


CASES = {
    "missing": (_missing, "rows", "There is no file 'rows'"),
    "cut off": (_cut, "rows", "'rows' cannot be read"),
    "damaged pages": (_damaged_pages, "rows", "DuckDB stopped before"),
    "no rows": (_no_rows, "rows", "no row"),
    "changed type": (_changed_type, "many", "numbers in 'a.parquet', but text in 'b.parquet'"),
    "one of many": (_one_of_many_is_none, "many", "'b.parquet' cannot be read"),
    "broken line": (_broken_line, "text", "Stop."),
    "no database": (_no_database, "register.pupils", "cannot be opened"),
    "no such table": (_no_such_table, "register.pupils", "pupils"),
    "locked": (_locked, "register.pupils", "cannot be opened"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_source_is_told_by_name_and_works_when_mended(
    case: str, folder: Path, open_page: OpenPage
) -> None:
    damage, name, said = CASES[case]
    with damage(folder):
        app = open_page("model/mixed", data=name, **CHOICES)
        assert said in plain(app.error[0].value)
        _assert_no_path(app, folder)
        app.switch_page("../data/load.py").run()
        _assert_no_path(app, folder)
        assert not app.exception
    app.run()
    assert not app.error
    assert "1,190 rows" in " ".join(plain(each.value) for each in app.main.markdown)
    _assert_no_path(app, folder)


def test_a_source_that_breaks_while_it_is_in_use(folder: Path, open_page: OpenPage) -> None:
    app = open_page("model/mixed", data="rows", **CHOICES)
    assert not app.error
    with _missing(folder):
        app.run()
        assert "There is no file 'rows'" in plain(app.error[0].value)
        app.sidebar.selectbox(key="dataset").set_value("classroom").run()
        assert not app.error
        app.sidebar.selectbox(key="dataset").set_value("rows").run()
        assert "There is no file 'rows'" in plain(app.error[0].value)
    app.run()
    assert not app.error
    assert not app.exception


def test_spark_that_is_not_installed_is_told(
    folder: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    (folder / "list.toml").write_text('[near]\nspark = "local[2]"\nfiles = "rows.parquet"\n')
    app = open_page("model/mixed", data="near", **CHOICES)
    assert "pip install pyspark" in plain(app.error[0].value)
    _assert_no_path(app, folder)


def _assert_no_path(app: AppTest, folder: Path) -> None:
    shown = (app.error, app.warning, app.info, app.markdown, app.caption, app.code, app.title)
    texts = [str(each.value) for kind in shown for each in kind]
    texts += [str(each.proto) for each in app.get("html")]
    wrong = [text for text in texts if str(folder) in plain(text) or "/tmp" in plain(text)]
    assert not wrong
