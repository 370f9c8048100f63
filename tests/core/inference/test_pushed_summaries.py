"""Five numbers of every group, made by an engine: those of the rows."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

import mlm_core as mlm
from mlm_core.data.tables import opened
from mlm_core.errors import NotNumericError
from mlm_core.inference import pushed_summaries
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.pushed_summaries import summarise_source

WITHIN = 1e-12  # means and deviations are summed in another order


@pytest.mark.parametrize("groups", [["schoolid"], ["schoolid", "classid"]])
@pytest.mark.parametrize("kind", ["duckdb", "polars"])
def test_every_number_is_that_of_the_rows(
    classroom: pd.DataFrame, groups: list[str], kind: str
) -> None:
    holes = classroom.assign(mathkind=classroom["mathkind"].mask(classroom.index % 9 == 0))
    there = duckdb.from_df(holes) if kind == "duckdb" else pl.from_pandas(holes).lazy()
    here = summarise_groups(holes, outcome="mathkind", groups=groups)
    found = summarise_groups(there, outcome="mathkind", groups=groups)
    assert_frame_equal(found.table, here.table, check_dtype=False, rtol=WITHIN)
    order = ["position", "value"]
    assert_frame_equal(
        found.outliers.sort_values(order, ignore_index=True),
        here.outliers.sort_values(order, ignore_index=True),
        check_dtype=False,
    )
    assert (found.median, found.n_obs) == (here.median, here.n_obs)
    assert found.mean == pytest.approx(here.mean, rel=WITHIN)


def test_very_many_outliers_are_counted_only(
    classroom: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushed_summaries, "MOST_OUTLIERS", 3)
    found = summarise_source(opened(duckdb.from_df(classroom)), "mathkind", ["schoolid"])
    assert len(found.outliers) == 0
    assert len(found.table) == 107


def test_text_is_no_outcome() -> None:
    frame = pd.DataFrame({"g": [1, 1, 2], "y": ["a", "b", "c"]})
    with pytest.raises(NotNumericError):
        summarise_groups(duckdb.from_df(frame), outcome="y", groups=["g"])
    assert mlm.MlmError in NotNumericError.__mro__
