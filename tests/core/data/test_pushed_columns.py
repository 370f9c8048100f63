"""Columns of a source: the descriptions that rows in memory give."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pandas as pd
import polars as pl
import pytest

from mlm_core.data.columns import describe_columns, missing_report
from mlm_core.data.pushed_columns import complete_rows, distinct_texts
from mlm_core.data.tables import opened
from mlm_core.errors import UnknownColumnError

ODD = pd.DataFrame(
    {
        "number": [1.5, 2.0, None, float("nan")] * 10,
        "whole": list(range(40)),
        "text": ["a", "b", None, "c"] * 10,
        "truth": [True, False, True, True] * 10,
        "single": [7] * 40,
        "empty": pd.Series([None] * 40, dtype="float64"),
        "mixed": [str(n) for n in range(39)] + ["none told"],
        'name "; drop': [0, 1] * 20,
    }
)


@pytest.mark.parametrize("kind", ["duckdb", "polars"])
def test_descriptions_are_those_of_the_rows(kind: str) -> None:
    there = duckdb.from_df(ODD) if kind == "duckdb" else pl.from_pandas(ODD).lazy()
    for here, found in zip(describe_columns(ODD), describe_columns(there), strict=True):
        # An engine has no row numbers, and sums in another order.
        assert found.mean == pytest.approx(here.mean)
        assert replace(found, mean=None) == replace(here, mean=None, first_text_row=None)


def test_missing_values_are_counted_alike() -> None:
    names = ["number", "text", "whole"]
    here, there = missing_report(ODD, names), missing_report(duckdb.from_df(ODD), names)
    pd.testing.assert_frame_equal(here.table, there.table, check_dtype=False)
    assert (there.n_rows, there.n_complete) == (here.n_rows, here.n_complete)


def test_complete_rows_are_left() -> None:
    found = complete_rows(opened(duckdb.from_df(ODD)), ("number", "text"))
    assert (found.columns, found.n_rows) == (["number", "text"], 20)
    with pytest.raises(UnknownColumnError, match="'nowhere'"):
        complete_rows(found, ("nowhere",))


def test_distinct_texts_stop_one_after_the_most() -> None:
    found = distinct_texts(opened(duckdb.from_df(ODD)), most=3)
    assert sorted(found["text"]) == ["a", "b", "c"]
    assert sorted(found["truth"]) == ["False", "True"]
    assert len(found["mixed"]) == 4
    assert "number" not in found
