"""Roles: the same choice whether an engine or numpy counts what divides the rows."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from mlm_core.data.bundled import BUNDLED, load
from mlm_core.data.columns import survey
from mlm_core.data.pushed_columns import SourceDivisions
from mlm_core.data.roles import FrameDivisions
from mlm_core.data.tables import opened


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_an_engine_chooses_the_same(name: str) -> None:
    frame = load(name)
    assert survey(duckdb.from_df(frame)).roles == survey(frame).roles


def test_divisions_are_counted_alike() -> None:
    frame = pd.DataFrame(
        {"g": [1, 1, 2, 2], "h": ["a", "b", "a", "a"], "x": [1.0, 2.0, 3.0, 3.0], "c": [5, 5, 5, 5]}
    )
    source = SourceDivisions(opened(duckdb.from_df(frame)))
    for divisions in (FrameDivisions(frame), source):
        assert divisions.n_rows == 4
        assert [divisions.n_groups(each) for each in (("g",), ("g", "h"), ("c",))] == [2, 3, 1]
        assert divisions.varying(["h", "x", "c"], "g") == {"h", "x"}
        assert divisions.varying([], "g") == set()
