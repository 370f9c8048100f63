"""Samples drawn by the engine: of the size asked for, whole groups, the same for a seed."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from mlm_core.data.engine_samples import sample_groups, sample_rows, sampled_table
from mlm_core.data.tables import opened

ROWS = 20_000
FRAME = pd.DataFrame({"k0": np.arange(ROWS) // 10, "v0": np.arange(ROWS, dtype=np.float64)})


@pytest.fixture(params=["duckdb", "polars"])
def source(request: pytest.FixtureRequest):
    is_duckdb = request.param == "duckdb"
    return opened(duckdb.from_df(FRAME) if is_duckdb else pl.from_pandas(FRAME).lazy())


def _rows(source, seed=1, most=500):
    return sample_rows(source, source.frame, most=most, n_rows=ROWS, seed=seed)


def test_a_sample_of_rows_has_the_size_asked_for_and_follows_its_seed(source) -> None:
    first, again, other = _rows(source), _rows(source), _rows(source, seed=2)
    assert len(first) == len(other) == 500
    pd.testing.assert_frame_equal(first, again)
    assert not first["v0"].equals(other["v0"])
    assert first["v0"].is_unique
    # The mean of 500 of these rows scatters around the middle with a standard error of 258.
    assert abs(first["v0"].mean() - ROWS / 2) < 4 * 258
    assert len(_rows(source, most=ROWS)) == ROWS


def test_a_table_in_memory_is_taken_whole_and_a_source_sampled() -> None:
    odd = FRAME.rename(columns={"v0": "place"})
    assert len(sampled_table(odd, ["place"], most=10)) == ROWS
    found = sampled_table(duckdb.from_df(odd), ["place", "k0"], most=100)
    assert (list(found.columns), len(found)) == (["place", "k0"], 100)
    assert (found["place"] // 10 == found["k0"]).all()


def test_a_sample_of_groups_has_them_whole(source) -> None:
    found = sample_groups(source, source.frame, ["k0"], most_rows=2000, n_rows=ROWS)
    assert set(found.groupby("k0").size()) == {10}
    if source.engine == "DuckDB":
        assert 1000 < len(found) < 3000
    every = sample_groups(source, source.frame, ["k0"], most_rows=ROWS, n_rows=ROWS)
    assert len(every) == ROWS
