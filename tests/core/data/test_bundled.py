from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlm_core.data import bundled
from mlm_core.data.bundled import BUNDLED, bundled_path, load
from mlm_core.errors import EmptyFileError, ReadError, UnknownDatasetError

SHAPES = {
    "classroom": (1190, 12),
    "sleepstudy": (180, 3),
    "hsb82": (7185, 8),
    "poisson_seed3": (3000, 2),
}


def test_the_catalogue() -> None:
    assert set(BUNDLED) == set(SHAPES)
    assert BUNDLED["classroom"].outcome == "mathkind"
    assert BUNDLED["classroom"].predictors == ("ses",)
    assert BUNDLED["classroom"].levels == ("schoolid", "classid")
    assert all(table.title and table.description for table in BUNDLED.values())


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_table_has_the_columns_its_record_names(name: str) -> None:
    frame, table = load(name), BUNDLED[name]
    assert table.name == name
    assert frame.shape == SHAPES[name]
    assert {table.outcome, *table.predictors, *table.levels} <= set(frame)
    assert all(pd.api.types.is_integer_dtype(frame[level].dtype) for level in table.levels)


def test_every_column_is_explained() -> None:
    readme = (bundled_path("classroom").parent / "README.md").read_text(encoding="utf-8")
    for name in BUNDLED:
        section = readme.partition(f"## {name}.csv")[2].partition("\n## ")[0]
        missing = [column for column in load(name) if f"| `{column}` |" not in section]
        assert not missing


def test_tables_are_independent() -> None:
    first = load("sleepstudy")
    first.loc[0, "Days"] = 99
    assert load("sleepstudy").loc[0, "Days"] == 0


def test_a_frame_is_returned_as_it_is() -> None:
    frame = pd.DataFrame({"a": [1]})
    assert load(frame) is frame


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a;b\n1,5;x\n")
    assert load(path).equals(load(str(path)))
    assert load(path)["a"].tolist() == [1.5]
    path.write_text("")
    with pytest.raises(EmptyFileError):
        load(path)


def test_a_file_without_ending_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "table").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    assert load("table").shape == (1, 2)


@pytest.mark.parametrize("name", ["clasroom", "", "classroom\0", "x" * 5000])
def test_unknown_names(name: str) -> None:
    with pytest.raises(UnknownDatasetError, match="classroom, hsb82, poisson_seed3, sleepstudy"):
        load(name)
    with pytest.raises(UnknownDatasetError):
        bundled_path(name)


@pytest.mark.parametrize("source", ["missing.csv", "no/such/folder", Path("missing"), "a\0.csv"])
def test_missing_files(source: str | Path) -> None:
    with pytest.raises(ReadError):
        load(source)


@pytest.mark.parametrize("source", [None, 3, [1, 2]])
def test_other_things(source: Any) -> None:
    with pytest.raises(ReadError, match=type(source).__name__):
        load(source)


def test_an_installed_package_brings_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mlm_core" / "datasets"
    folder.mkdir(parents=True)
    monkeypatch.setattr(bundled, "_PACKAGE", tmp_path / "mlm_core")
    assert bundled_path("classroom") == folder / "classroom.csv"
    folder.rmdir()
    assert bundled_path("classroom") == tmp_path / "data" / "classroom.csv"
