"""At which level variables vary, counted by an engine."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from mlm_core.data.pushed_variation import grouped_variables
from mlm_core.data.tables import opened
from mlm_core.data.variation import variable_levels

LEVELS = ["schoolid", "classid"]


@pytest.fixture
def odd(classroom: pd.DataFrame) -> pd.DataFrame:
    """Give a table with variables of every kind and holes in everything."""
    frame = classroom[[*LEVELS, "ses", "housepov", "yearstea"]].copy()
    frame["town"] = np.where(frame["schoolid"] % 3 == 0, "north", "south")
    frame["word"] = [f"w{n % 7}" for n in range(len(frame))]
    frame["truth"] = frame["classid"] % 2 == 0
    frame["year"] = 2020.0 + 1e-6 * frame["ses"]
    frame["vast"] = frame["ses"] * 1e200
    frame["always"] = 3.5
    frame["never"] = np.nan
    frame.loc[::7, "ses"] = np.nan
    frame.loc[::11, "town"] = None
    return frame


def test_levels_and_shares_are_those_of_the_rows(odd: pd.DataFrame) -> None:
    here, there = variable_levels(odd, LEVELS), variable_levels(duckdb.from_df(odd), LEVELS)
    # The year's variation is 1e-9 of its size: the mean of the column carries fewer digits of it.
    assert_frame_equal(here, there, check_dtype=False, rtol=1e-6)


def test_groups_come_with_their_counts(odd: pd.DataFrame) -> None:
    nests, variables = grouped_variables(opened(duckdb.from_df(odd)), LEVELS)
    assert [each.n_groups for each in nests] == [107, 312]
    town = next(each for each in variables if each.name == "town")
    assert (town.is_number, town.is_constant) == (True, False)
    assert town.count.sum() == odd["town"].notna().sum()
