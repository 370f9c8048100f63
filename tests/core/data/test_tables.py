"""Tables of other kinds answer as the pandas frame of the same rows does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

import mlm_core as mlm
from mlm_core.data.columns import describe_columns, missing_report, suggest_roles
from mlm_core.data.groups import check_nested, describe_groups, tree_example
from mlm_core.data.nests import group_labels
from mlm_core.data.tables import in_memory
from mlm_core.data.variation import variable_levels
from mlm_core.errors import AmbiguousColumnError, CrossedGroupsError, ReadError, UnknownColumnError
from mlm_core.inference.common_rows import compare_models
from mlm_core.inference.fitted_lines import fitted_lines
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.nesting import nesting_tree
from mlm_core.inference.pair_experiment import pair_experiment
from mlm_core.inference.pairs import draw_pairs

KINDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": pl.from_pandas,
    "polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "pyarrow": pa.Table.from_pandas,
    "duckdb": lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame)),
    "pandas of arrow types": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
}
MODEL = mlm.Model("y ~ x * k + (1 + x | s:d)")
# Another order of the same sums.
ROUNDING = 1e-9


@pytest.fixture(scope="module")
def holes(pupils):
    """Give the made-up rows with missing values of every kind, and a flag."""
    frame = pupils.assign(flag=pupils["w"] > 2.0)
    frame.loc[3, "x"] = np.nan
    frame.loc[[7, 8], "k"] = None
    return frame


@pytest.mark.parametrize("kind", KINDS)
def test_fits_are_the_same(kind, holes):
    table = KINDS[kind](holes)
    fit, same = mlm.fit_mixed(MODEL, table), mlm.fit_mixed(MODEL, holes)
    assert fit.n_obs == 51
    assert_frame_equal(fit.coefficients, same.coefficients, rtol=ROUNDING)
    assert_frame_equal(fit.effects("s:d"), same.effects("s:d"), rtol=ROUNDING, check_dtype=False)
    assert_frame_equal(mlm.icc(fit).shares, mlm.icc(same).shares, rtol=ROUNDING)
    own = [note.message for note in fit.notes if note.code != "residuals-need-rows"]
    assert own == [note.message for note in same.notes]
    for effects in ("all", "none"):
        assert_allclose(mlm.predict(fit, table, effects=effects),
                        mlm.predict(same, holes, effects=effects), rtol=ROUNDING)  # fmt: skip
    assert_allclose(mlm.residuals(fit, table), mlm.residuals(same, holes), atol=ROUNDING)
    pooled = mlm.fit_pooled(MODEL, table)
    assert_frame_equal(pooled.coefficients, mlm.fit_pooled(MODEL, holes).coefficients)
    assert mlm.compare(pooled, fit).statistic == pytest.approx(
        mlm.compare(mlm.fit_pooled(MODEL, holes), same).statistic, rel=ROUNDING
    )
    unpooled = mlm.fit_unpooled(mlm.Model("y ~ x + (1 | s:d)"), table)
    assert unpooled.n_groups == 4
    lines = fitted_lines(table, predictor="x", pooled=pooled, mixed=fit)
    assert lines.points.n_total == 51


@pytest.mark.parametrize("kind", KINDS)
def test_descriptions_are_the_same(kind, holes):
    table = KINDS[kind](holes)
    levels = ["d", "s", "c"]
    assert_frame_equal(describe_groups(table, levels).table, describe_groups(holes, levels).table)
    assert tree_example(table, levels) == tree_example(holes, levels)
    assert group_labels(table, levels).tolist() == group_labels(holes, levels).tolist()
    assert nesting_tree(table, levels).n_groups == nesting_tree(holes, levels).n_groups
    assert_frame_equal(variable_levels(table, levels), variable_levels(holes, levels))
    assert_frame_equal(
        missing_report(table, ["x", "k"]).table, missing_report(holes, ["x", "k"]).table
    )
    assert [(c.name, c.kind, c.n_missing) for c in describe_columns(table)] == [
        (c.name, c.kind, c.n_missing) for c in describe_columns(holes)
    ]
    assert suggest_roles(table) == suggest_roles(holes)
    with pytest.raises(CrossedGroupsError):
        check_nested(table, "s", "c")


@pytest.mark.parametrize("kind", KINDS)
def test_summaries_and_comparisons_are_the_same(kind, holes):
    table = KINDS[kind](holes)
    options = {"outcome": "x", "groups": ["d", "s"]}
    assert_frame_equal(
        summarise_groups(table, **options).table, summarise_groups(holes, **options).table
    )
    assert draw_pairs(table, **options).correlation == pytest.approx(
        draw_pairs(holes, **options).correlation
    )
    assert pair_experiment(table, draws=3, **options).limit == pytest.approx(
        pair_experiment(holes, draws=3, **options).limit
    )
    models = [mlm.Model(f"y ~ {terms} + (1 | s:d)") for terms in ("w", "w + x")]
    assert compare_models(*models, table).statistic == pytest.approx(
        compare_models(*models, holes).statistic, rel=ROUNDING
    )


def test_a_pandas_frame_is_not_copied(holes):
    assert in_memory(holes, ["x"]) is holes


def test_only_the_columns_asked_for_are_taken(holes):
    frame = in_memory(pl.from_pandas(holes), ["x", "d", "x"])
    assert frame.columns.tolist() == ["x", "d"]
    assert in_memory(pl.from_pandas(holes), []).shape == (54, 0)


def test_a_path_and_a_name_are_read(tmp_path, holes):
    holes.to_parquet(tmp_path / "rows.parquet")
    assert in_memory(tmp_path / "rows.parquet")["x"].isna().sum() == 1
    assert in_memory("sleepstudy").shape == (180, 3)


def test_decimals_are_numbers():
    frame = in_memory(pl.DataFrame({"a": ["1.5", "2.25", None]}).cast(pl.Decimal(6, 2)))
    assert frame["a"].tolist()[:2] == [1.5, 2.25]
    assert np.isnan(frame["a"].iloc[2])


@pytest.mark.parametrize("thing", [None, 3, [1, 2], {"a": [1]}, np.zeros((2, 2))])
def test_what_is_no_table_is_refused(thing):
    with pytest.raises(ReadError, match="is no table known here"):
        mlm.fit_pooled(MODEL, thing)


def test_a_missing_column_is_named_with_all_there_are(holes):
    with pytest.raises(UnknownColumnError, match=r"'ks'.*'kc'"):
        in_memory(pl.from_pandas(holes), ["ks"])


def test_a_name_that_stands_twice_is_refused():
    with pytest.raises(AmbiguousColumnError, match="'a'"):
        in_memory(pa.table([[1], [2]], names=["a", "a"]))
