"""Moments on disk come back as they went, and what is no moments file is named."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mlm_core as mlm
from mlm_core.errors import MomentsFileError
from mlm_core.moments import storage
from tests.core.moments.closeness import assert_same_fit, assert_same_moments

FORMULAS = [
    "y ~ x + (1 | d/s/c)",
    "scale(y) ~ k * center(x) + (1 + x || s:d)",
    "y ~ x",
    "y ~ group_mean(x, s:d) + group_center(log(w), c:s:d) + (1 | d/s/c)",
    "`a b` ~ `x:y` + (1 | `gr/p`)",
]


@pytest.fixture
def frame(pupils):
    return pupils.assign(**{"a b": pupils["y"], "x:y": pupils["x"], "gr/p": pupils["c"]})


@pytest.mark.parametrize("formula", FORMULAS)
def test_moments_come_back(formula, frame, tmp_path):
    model = mlm.Model(formula, reference={"k": "b"} if "k" in formula.split() else None)
    holes = frame.assign(x=frame["x"].mask(frame.index == 3))
    kept = mlm.moments(model, holes)
    kept.save(tmp_path / "sums.parquet")
    found = mlm.load_moments(str(tmp_path / "sums.parquet"))
    assert found.model == model
    assert_same_moments(found, kept, tolerance=1e-14)
    assert [(n.code, n.message, dict(n.numbers)) for n in found.notes] == [
        (n.code, n.message, dict(n.numbers)) for n in kept.notes
    ]
    if model.random:
        fit = mlm.fit_mixed(model, found)
        assert_same_fit(fit, mlm.fit_mixed(model, holes))
        whole = mlm.fit_mixed(model, holes)
        assert mlm.predict(fit, frame) == pytest.approx(
            mlm.predict(whole, frame), rel=1e-9, nan_ok=True
        )
    assert mlm.fit_pooled(model, found).beta == pytest.approx(mlm.fit_pooled(model, holes).beta)


KEYS = {
    "texts": lambda s: "school " + s.astype(str),
    "dates": lambda s: pd.to_datetime("2020-01-01") + pd.to_timedelta(s, unit="D"),
    "floats": lambda s: s + 0.5,
    "large whole numbers": lambda s: s.astype("uint64") + 2**63,
    "truth values": lambda s: s == 1,
}


@pytest.mark.parametrize("kind", KEYS)
def test_keys_of_every_type_come_back(kind, pupils, tmp_path):
    model = mlm.Model("y ~ x + (1 | s)")
    kept = mlm.moments(model, pupils.assign(s=KEYS[kind](pupils["s"])))
    kept.save(tmp_path / "sums.parquet")
    found = mlm.load_moments(tmp_path / "sums.parquet")
    assert_same_moments(found, kept)
    assert found.levels[0].keys[0].dtype == kept.levels[0].keys[0].dtype


def test_the_file_is_plain_parquet_with_a_header_of_its_version(pupils, tmp_path):
    mlm.moments(mlm.Model("y ~ x + (1 | s:d)"), pupils).save(tmp_path / "sums.parquet")
    table = pq.read_table(tmp_path / "sums.parquet")
    assert table.column_names == [
        "key 0", "key 1", "count", "mean 0", "mean 1", "product 0", "product 1", "product 2"
    ]  # fmt: skip
    header = json.loads(table.schema.metadata[b"mlm_core.moments"])
    assert header["version"] == storage.VERSION == 1
    assert (header["keys"], header["columns"]) == (["d", "s"], ["x"])


def altered(path, **changes):
    """Write the file again with another header."""
    table = pq.read_table(path)
    metadata = dict(table.schema.metadata)
    header = {**json.loads(metadata[b"mlm_core.moments"]), **changes}
    metadata[b"mlm_core.moments"] = json.dumps(header).encode()
    pq.write_table(table.replace_schema_metadata(metadata), path)


@pytest.fixture
def saved(pupils, tmp_path):
    path = tmp_path / "sums.parquet"
    mlm.moments(mlm.Model("y ~ x + (1 | s:d)"), pupils).save(path)
    return path


def refused(path, words):
    with pytest.raises(MomentsFileError, match=words):
        mlm.load_moments(path)


def test_a_newer_version_is_not_guessed_at(saved):
    altered(saved, version=2)
    refused(saved, "version 2; version 1 is read here. Install a newer")


@pytest.mark.parametrize(
    "changes",
    [
        {"formula": "y ~ x + w + (1 | s:d)"},
        {"formula": "y ~ "},
        {"shift": [0.0]},
        {"columns": ["w"]},
        {"constants": [["center(z)", 0, 1]]},
        {"levels": []},
        {"notes": [["a"]]},
        {"completeness": {"n_all": 3}},
        {"group_means": [["x", ["s"]]]},
        {"categories": 3},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_damaged_header_is_named(changes, saved):
    altered(saved, **changes)
    refused(saved, r"(?s)are damaged .* Save them again")


@pytest.mark.parametrize("column", ["count", "product 1"])
def test_impossible_sums_are_refused(column, saved):
    table = pq.read_table(saved)
    place = table.column_names.index(column)
    values = np.full(len(table), 0 if column == "count" else np.nan)
    pq.write_table(table.set_column(place, column, pa.array(values)), saved)
    refused(saved, "are damaged")


def test_files_that_are_no_moments(saved, pupils, tmp_path):
    refused(tmp_path / "none.parquet", "There is no file")
    pupils.to_parquet(tmp_path / "rows.parquet")
    refused(tmp_path / "rows.parquet", "holds no moments")
    (tmp_path / "half.parquet").write_bytes(saved.read_bytes()[:200])
    refused(tmp_path / "half.parquet", "cannot be read as Parquet")


def test_a_file_that_is_cut_off_never_replaces_a_whole_one(saved, pupils, monkeypatch):
    before = saved.read_bytes()

    def half_way(table, where):
        where.write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.pq, "write_table", half_way)
    with pytest.raises(MomentsFileError, match="cannot be written: No space left on device"):
        mlm.moments(mlm.Model("y ~ w + (1 | s:d)"), pupils).save(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["sums.parquet"]


def test_a_folder_that_is_not_there(pupils, tmp_path):
    with pytest.raises(MomentsFileError, match="cannot be written"):
        mlm.moments(mlm.Model("y ~ x"), pupils).save(tmp_path / "no" / "sums.parquet")


def test_keys_of_mixed_types_cannot_be_written(pupils, tmp_path):
    names = pd.Series([1 if value == 1 else "two" for value in pupils["s"]], dtype=object)
    sums = mlm.moments(mlm.Model("y ~ x + (1 | s:d)"), pupils.assign(s=names))
    with pytest.raises(MomentsFileError, match="Give each grouping column one type"):
        sums.save(tmp_path / "sums.parquet")
    assert list(tmp_path.iterdir()) == []
