"""Moments of any table, of parts, and of models within models."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

import mlm_core as mlm
from mlm_core.errors import (
    ConstantOutcomeError,
    MomentsLackError,
    OneGroupError,
    SingletonGroupsError,
    UnknownReferenceError,
    UnseenCategoryError,
)
from mlm_core.inference.common_rows import compare_models
from mlm_core.moments.making import summed
from tests.core.moments.closeness import assert_same_fit, assert_same_moments

FULL = mlm.Model("y ~ x * k + w + (1 + x | d/s/c)")


@pytest.fixture(scope="module")
def kept(pupils):
    return mlm.moments(FULL, pupils)


@pytest.mark.parametrize("kind", [pl.from_pandas, pa.Table.from_pandas])
def test_any_table_gives_the_same_moments(kind, pupils, kept):
    assert_same_moments(mlm.moments(FULL, kind(pupils)), kept, tolerance=1e-14)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_fits_from_moments_are_fits_of_the_rows(method, pupils, kept):
    fit = mlm.fit_mixed(FULL, kept, method=method)
    assert_same_fit(fit, mlm.fit_mixed(FULL, pupils, method=method))
    same = mlm.fit_mixed(FULL, pupils, method=method)
    assert_frame_equal(fit.effects("s:d"), same.effects("s:d"), rtol=1e-9)
    assert_frame_equal(mlm.icc(fit).shares, mlm.icc(same).shares, rtol=1e-9)
    assert_frame_equal(fit.group_sizes, same.group_sizes)


def test_pooled_and_unpooled_fits_too(pupils, kept):
    pooled, same = mlm.fit_pooled(FULL, kept), mlm.fit_pooled(FULL, pupils)
    assert_frame_equal(pooled.coefficients, same.coefficients, rtol=1e-12)
    assert pooled.r2 == pytest.approx(same.r2)
    groups = mlm.fit_unpooled(FULL, kept, level="d").coefficients
    assert_frame_equal(groups, mlm.fit_unpooled(FULL, pupils, level="d").coefficients)


@pytest.mark.parametrize(
    "model",
    [
        mlm.Model("y ~ w + (1 | s:d)"),
        mlm.Model("y ~ x + (1 | d) + (0 + x | c:s:d)"),
        mlm.Model("y ~ 0 + k + (1 | s:d)"),
        mlm.Model("y ~ x * k + (x || s:d)", reference={"k": "c"}),
    ],
    ids=lambda model: model.formula,
)
def test_smaller_models_are_fitted_from_the_same_moments(model, pupils, kept):
    assert_same_fit(mlm.fit_mixed(model, kept), mlm.fit_mixed(model, pupils))


def test_two_models_are_compared_on_moments(pupils, kept):
    models = mlm.Model("y ~ x + w + (1 | s:d)"), mlm.Model("y ~ x + (1 | s:d)")
    found, same = compare_models(*models, kept), compare_models(*models, pupils)
    assert found.statistic == pytest.approx(same.statistic, rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("y ~ log(w) + (1 | s:d)", r"log\(w\)"),
        ("y ~ x:w + (1 | s:d)", "x:w"),
        ("w ~ x + (1 | s:d)", "w"),
        ("y ~ x + (1 | k)", "k"),
        ("y ~ center(x) + (1 | s:d)", r"center\(x\)"),
    ],
)
def test_what_was_not_summed_is_named(formula, named, kept):
    with pytest.raises(MomentsLackError, match=f"do not hold '{named}'"):
        mlm.fit_mixed(mlm.Model(formula), kept)


def test_an_unknown_reference_is_named(kept):
    with pytest.raises(UnknownReferenceError, match="'z' is not a category of 'k'"):
        mlm.fit_mixed(mlm.Model("y ~ k + (1 | s:d)", reference={"k": "z"}), kept)


def test_a_statistic_that_needs_rows_is_a_value_with_its_reason(pupils, kept):
    for fit in (mlm.fit_mixed(FULL, kept), mlm.fit_pooled(FULL, kept)):
        assert len(fit.residual_quantiles) == 5
        assert all(value != value for value in fit.residual_quantiles)
        assert fit.notes[-1].code == "residuals-need-rows"
        assert "esiduals: not given, they need the rows" in fit.summary()
    assert "residuals-need-rows" not in [n.code for n in mlm.fit_mixed(FULL, pupils).notes]


def test_one_group_or_groups_of_one_row_can_be_summed_but_not_fitted(pupils):
    model = mlm.Model("y ~ x + (1 | d)")
    one = mlm.moments(model, pupils[pupils["d"] == 1])
    assert one.levels[0].n_groups == 1
    with pytest.raises(OneGroupError):
        mlm.fit_mixed(model, one)
    alone = mlm.moments(model, pupils.assign(d=range(54)))
    with pytest.raises(SingletonGroupsError):
        mlm.fit_mixed(model, alone)
    flat = mlm.moments(model, pupils.assign(y=1.0))
    with pytest.raises(ConstantOutcomeError):
        mlm.fit_mixed(model, flat)


def test_coding_is_taken_from_other_moments(pupils):
    model = mlm.Model("y ~ k * scale(x) + (1 | s:d)")
    first = mlm.moments(model, pupils)
    found = mlm.moments(model, pupils[pupils["k"] == "b"], like=first)
    assert found.layout.encoder.constants == first.layout.encoder.constants
    assert found.layout.encoder.categories == {"k": ("a", "b", "c")}
    assert found.layout.encoder.constants is not first.layout.encoder.constants
    with pytest.raises(UnseenCategoryError, match="'d'"):
        mlm.moments(model, pupils.assign(k="d"), like=first)


def test_rows_stay_behind(pupils, kept):
    assert summed(FULL, pupils).design is not None
    assert summed(FULL, kept).design is None
