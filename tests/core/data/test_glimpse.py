"""A first look: size, columns and first rows; small tables are read."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from mlm_core.data.glimpse import categories_of, glimpse
from mlm_core.data.tables import opened
from mlm_core.errors import HeaderOnlyError


def test_a_small_table_is_read_and_a_large_one_is_not(classroom: pd.DataFrame) -> None:
    source = opened(duckdb.from_df(classroom))
    small, large = glimpse(source, most_rows=1190), glimpse(source, most_rows=1189)
    assert small.frame is not None
    assert small.frame["mathkind"].tolist() == classroom["mathkind"].tolist()
    assert large.frame is None
    for seen in (small, large):
        assert (seen.n_rows, len(seen.first_rows)) == (1190, 100)
        assert list(seen.columns) == list(classroom.columns)


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(HeaderOnlyError):
        glimpse(opened(duckdb.sql("select 1 as a where false")), most_rows=10)


def test_categories_are_listed_while_they_are_few() -> None:
    frame = pd.DataFrame({"few": ["b", "a", None], "many": ["x", "y", "z"], "number": [1, 2, 3]})
    wanted = {"few": ("a", "b"), "many": ()}
    assert categories_of(frame, most=2) == wanted
    assert categories_of(duckdb.from_df(frame), most=2) == wanted
