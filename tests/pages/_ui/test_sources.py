"""The administrator's list: what it offers, and what is wrong with it in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from mlm_core.data.places import Place
from pages._ui import sources

Configure = Callable[[str], sources.Offer]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Give a function that writes a configuration and reads what it offers."""
    path = tmp_path / "list.toml"
    monkeypatch.setenv(sources.VARIABLE, str(path))

    def write(text: str) -> sources.Offer:
        path.write_text(text, encoding="utf-8")
        return sources.offered()

    return write


def test_files_folders_and_databases_are_offered_by_name(
    tmp_path: Path, configure: Configure
) -> None:
    (tmp_path / "years" / "split").mkdir(parents=True)
    for name in ("a.parquet", "b.csv", "notes.docx"):
        (tmp_path / "years" / name).touch()
    with duckdb.connect(str(tmp_path / "r.duckdb")) as connection:
        connection.execute("CREATE TABLE one AS SELECT 1 AS x; CREATE TABLE two AS SELECT 2 AS x")
    offer = configure(
        '[exams]\nfiles = "exams/*.parquet"\n[archive]\nfolder = "years"\n'
        '[register]\ndatabase = "r.duckdb"\n[some]\ndatabase = "r.duckdb"\ntables = ["two"]\n'
        '[far]\nspark = "sc://there:15002"\ntables = ["s.t"]\n'
        '[near]\nspark = "local[2]"\nfiles = "x.parquet"\n'
    )
    assert offer.problems == ()
    database = str(tmp_path / "r.duckdb")
    assert offer.places == {
        "exams": Place("files", str(tmp_path / "exams/*.parquet")),
        "archive.a": Place("files", str(tmp_path / "years" / "a.parquet")),
        "archive.b": Place("files", str(tmp_path / "years" / "b.csv")),
        "archive.split": Place("files", str(tmp_path / "years" / "split")),
        "register.one": Place("database", database, "one"),
        "register.two": Place("database", database, "two"),
        "some.two": Place("database", database, "two"),
        "far.s.t": Place("spark", "sc://there:15002", "s.t"),
        "near": Place("spark", "local[2]", files=str(tmp_path / "x.parquet")),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a\n", "cannot be read"),
        ("a = 3\n", "a: A section says one of files, folder, database, spark"),
        ('[a]\nfiles = "x"\nfolder = "y"\n', "a: A section says one of"),
        ("[a]\nfiles = 3\n", "a: A section says one of"),
        ('[a]\nfolder = "nowhere"\n', "a: There is no folder 'nowhere'"),
        ('[a]\ndatabase = "nowhere.duckdb"\n', "a: There is no database 'nowhere.duckdb'"),
        ('[a]\ndatabase = "x"\ntables = "t"\n', "a: tables is a list of names"),
        ('[a]\nspark = "local"\n', "a: Of Spark the tables are named"),
        ('[classroom]\nfiles = "x"\n', "classroom: The name 'classroom' is taken"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_offered(
    text: str, said: str, configure: Configure
) -> None:
    fine = '[fine]\nfiles = "fine.csv"\n'
    offer = configure(fine + text if text.startswith("[") else text + fine)
    (problem,) = offer.problems
    assert said in problem
    assert list(offer.places) == ([] if "cannot be read" in said else ["fine"])


def test_without_a_list_nothing_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sources.VARIABLE, str(tmp_path / "none.toml"))
    assert "no file 'none.toml'" in sources.offered().problems[0]
    monkeypatch.delenv(sources.VARIABLE)
    monkeypatch.setattr(sources, "USUAL", tmp_path / "none.toml")
    assert sources.offered() == sources.Offer({}, ())


def test_a_table_of_a_frame_is_no_configuration(configure: Configure) -> None:
    assert configure(pd.DataFrame({"a": [1]}).to_csv()).problems
