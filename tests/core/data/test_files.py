"""Large files, folders and patterns are worked through by DuckDB; bad ones are named."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.data import files
from mlm_core.data.columns import describe_columns
from mlm_core.data.engines import Source
from mlm_core.data.files import is_for_engine, open_files
from mlm_core.data.groups import describe_groups
from mlm_core.data.tables import in_memory, opened
from mlm_core.errors import (
    ChangedTypeError,
    EngineError,
    NotATableError,
    NotNumericError,
    ReadError,
    UnknownColumnError,
)
from mlm_core.moments.making import summed
from tests.core.moments.closeness import assert_same_fit, assert_same_moments

MODEL = mlm.Model("y ~ x + k + (1 | d/s/c)")


@pytest.fixture
def always(monkeypatch):
    """Let every file count as large."""
    monkeypatch.setattr(files, "LARGE_FILE", 0)


@pytest.fixture
def folder(pupils, tmp_path):
    """Give a folder with one Parquet file for each district."""
    for district, rows in pupils.groupby("d"):
        rows.to_parquet(tmp_path / f"district-{district}.parquet", index=False)
    return tmp_path


def test_small_files_are_read_and_large_ones_are_not(pupils, tmp_path, monkeypatch):
    path = tmp_path / "rows.parquet"
    pupils.to_parquet(path)
    assert isinstance(opened(path), pd.DataFrame)
    monkeypatch.setattr(files, "LARGE_FILE", path.stat().st_size)
    assert not is_for_engine(path)
    monkeypatch.setattr(files, "LARGE_FILE", path.stat().st_size - 1)
    assert is_for_engine(str(path))
    assert isinstance(opened(str(path)), Source)
    assert not is_for_engine("classroom")
    assert not is_for_engine(tmp_path / "none.parquet")
    assert not is_for_engine("x" * 5000)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("suffix", ["parquet", "csv", "tsv", "txt"])
def test_a_large_file_gives_the_moments_of_its_rows(suffix, pupils, tmp_path):
    path = tmp_path / f"rows.{suffix}"
    rows = pupils.assign(x=pupils["x"].mask(pupils.index == 9))
    if suffix == "parquet":
        rows.to_parquet(path)
    else:
        rows.to_csv(path, sep="\t" if suffix == "tsv" else ",", index=False, na_rep="n/a")
    found = summed(MODEL, path)
    assert found.design is None
    assert_same_moments(found.moments, summed(MODEL, rows).moments, tolerance=1e-11)
    assert_same_fit(mlm.fit_mixed(MODEL, path), mlm.fit_mixed(MODEL, rows))


@pytest.mark.usefixtures("always")
def test_functions_on_rows_take_only_what_they_need(pupils, tmp_path):
    path = tmp_path / "rows.parquet"
    pupils.to_parquet(path, index=False)
    assert in_memory(path, ["x", "s"]).columns.tolist() == ["x", "s"]
    assert describe_groups(path, ["d", "s"]).table["groups"].tolist() == [2, 4]
    assert len(describe_columns(path)) == 10
    with pytest.raises(UnknownColumnError, match="'z'"):
        in_memory(path, ["z"])


def test_folders_and_patterns_are_one_table(folder, pupils):
    whole = summed(MODEL, pupils).moments
    for path in (folder, str(folder), folder / "*.parquet", str(folder / "district-?.parquet")):
        assert_same_moments(summed(MODEL, path).moments, whole, tolerance=1e-11)


def test_csv_files_are_one_table(pupils, tmp_path):
    for place, start in (("a", 0), ("b", 30)):
        pupils.iloc[start : 30 if start == 0 else 54].to_csv(tmp_path / f"{place}.csv", index=False)
    assert_same_moments(
        summed(MODEL, tmp_path).moments, summed(MODEL, pupils).moments, tolerance=1e-11
    )


def test_whole_numbers_in_one_file_and_others_in_the_next_are_numbers(pupils, tmp_path):
    whole = pupils.assign(x=pupils["x"].where(pupils["d"] == 2, pupils["x"].round()))
    for district, rows in whole.groupby("d"):
        kind = "int32" if district == 1 else "float64"
        rows.astype({"x": kind}).to_parquet(tmp_path / f"{district}.parquet")
    found = summed(MODEL, tmp_path).moments
    assert_same_moments(found, summed(MODEL, whole).moments, tolerance=1e-11)


# --- bad files ------------------------------------------------------------------------------------


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(ReadError, match="There is no file"):
        mlm.fit_mixed(MODEL, tmp_path / "none.parquet")
    with pytest.raises(ReadError, match="No file fits the pattern"):
        mlm.fit_mixed(MODEL, tmp_path / "*.parquet")
    with pytest.raises(ReadError, match="no Parquet or CSV file in the folder"):
        mlm.fit_mixed(MODEL, tmp_path)
    with pytest.raises(ReadError, match="There is no file"):
        open_files(tmp_path / "none.parquet")


def test_files_of_several_kinds_are_no_table(folder, pupils):
    pupils.to_csv(folder / "rows.csv")
    with pytest.raises(ReadError, match=r"several kinds \(csv, parquet\)"):
        mlm.fit_mixed(MODEL, folder)


def test_other_files_are_not_guessed_at(tmp_path):
    (tmp_path / "rows.json").write_text("[]")
    with pytest.raises(NotATableError, match="neither Parquet nor CSV"):
        open_files(tmp_path / "rows.json")


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing more", b"\x00\x01\x02" * 50])
def test_an_unreadable_parquet_file_is_named(content, folder):
    (folder / "broken.parquet").write_bytes(content)
    for path in (folder / "broken.parquet", folder):
        with pytest.raises(ReadError, match=r"broken\.parquet"):
            mlm.fit_mixed(MODEL, path)


@pytest.mark.usefixtures("always")
def test_a_parquet_file_cut_off_in_its_middle(folder):
    """The footer is whole, the pages are not: the engine finds out half-way."""
    path = folder / "district-1.parquet"
    content = bytearray(path.read_bytes())
    content[4:1500] = b"\xff" * 1496
    path.write_bytes(bytes(content))
    with pytest.raises(EngineError, match="DuckDB stopped before"):
        mlm.fit_mixed(MODEL, path)
    other = folder / "district-2.parquet"
    model = mlm.Model("y ~ x + (1 | s)")
    assert mlm.fit_mixed(model, other).n_obs == len(pd.read_parquet(other))


def test_a_column_that_changes_type_between_files_is_named(folder, pupils):
    rows = pupils.assign(x="many")
    rows.to_parquet(folder / "district-3.parquet")
    with pytest.raises(ChangedTypeError, match=r"'x' holds numbers in .*1.parquet', but text in"):
        mlm.fit_mixed(MODEL, folder)
    assert mlm.fit_mixed(mlm.Model("y ~ w + (1 | d/s/c)"), folder).n_obs == 108


def test_a_column_that_one_file_lacks_is_named(folder, pupils):
    pupils.drop(columns="x").to_parquet(folder / "district-3.parquet")
    with pytest.raises(ChangedTypeError, match=r"district-3\.parquet' lacks the column 'x'"):
        mlm.fit_mixed(MODEL, folder)


@pytest.mark.usefixtures("always")
def test_a_csv_column_that_turns_to_text_far_down_is_named(tmp_path):
    rows = pd.DataFrame({"y": np.arange(60_000.0), "g": np.arange(60_000) % 9})
    lines = rows.to_csv(index=False).splitlines()
    lines[50_000] = "many,3"
    (tmp_path / "rows.csv").write_text("\n".join(lines))
    with pytest.raises((ChangedTypeError, NotNumericError)) as caught:
        mlm.fit_mixed(mlm.Model("y ~ 1 + (1 | g)"), tmp_path / "rows.csv")
    assert "many" in str(caught.value)


def test_csv_columns_of_two_types_are_text(tmp_path, pupils):
    pupils.to_csv(tmp_path / "a.csv", index=False)
    pupils.assign(y="many").to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(NotNumericError, match="'y' must be numeric"):
        mlm.fit_mixed(MODEL, tmp_path)


def test_a_duckdb_that_gave_up_is_replaced():
    given_up = files._duckdb()
    given_up.close()
    assert files.new_connection().execute("SELECT 2").fetchall() == [(2,)]
    assert files._duckdb() is not given_up


def test_connections_share_one_duckdb_and_nothing_else():
    first, second = files.new_connection(), files.new_connection()
    first.execute("CREATE TEMP TABLE own AS SELECT 1 AS one")
    with pytest.raises(duckdb.CatalogException):
        second.execute("FROM own")
    first.close()
    assert second.execute("SELECT 2").fetchall() == [(2,)]
