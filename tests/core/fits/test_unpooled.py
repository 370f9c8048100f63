"""A regression in every group against least squares group by group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import ModelError, UnknownColumnError
from mlm_core.fits.unpooled import fit_unpooled
from tests.core import dense

FORMULAS = {
    "y ~ x": ("1", "x"),
    "y ~ x + w": ("1", "x", "w"),
    "y ~ x * w": ("1", "x", "w", "x:w"),
    "y ~ 1": ("1",),
}


@pytest.mark.parametrize("level", ["d", "s:d"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_every_group_is_an_ordinary_regression(formula, level, pupils):
    fit = fit_unpooled(Model(f"{formula} + (1 | d/s)"), pupils, level=level)
    keys = ["d", "s"][: level.count(":") + 1]
    assert fit.n_groups == pupils.groupby(keys).ngroups
    for group, (_, rows) in enumerate(pupils.groupby(keys)):
        expected = sm.OLS(rows["y"].to_numpy(), dense.matrix(rows, FORMULAS[formula])).fit()
        assert fit.sizes[group] == len(rows)
        assert_allclose(fit.estimates[:, group], expected.params, rtol=1e-8, atol=1e-10)
        assert_allclose(fit.errors[:, group], expected.bse, rtol=1e-8)
        assert fit.degrees[group] == expected.df_resid


def test_table_of_coefficients_with_intervals(pupils):
    table = fit_unpooled(Model("y ~ x + (1 | s:d)"), pupils).coefficients
    assert list(table.columns) == ["group", "n", "term", "estimate", "se", "lower", "upper"]
    assert table["group"].tolist()[:3] == ["1 / 1", "1 / 1", "1 / 2"]
    assert table["term"].tolist()[:2] == ["(Intercept)", "x"]
    rows = pupils[(pupils["d"] == 1) & (pupils["s"] == 1)]
    expected = sm.OLS(rows["y"].to_numpy(), dense.matrix(rows, ("1", "x"))).fit().conf_int()
    assert_allclose(table[["lower", "upper"]][:2], expected, rtol=1e-8)


@pytest.fixture
def uneven():
    """Give groups of 1, 2, 3 rows, one without variation of x, and a large one."""
    rng = np.random.default_rng(3)
    group = np.repeat(list("abcde"), [1, 2, 3, 4, 20])
    x = rng.normal(size=30)
    x[group == "d"] = 7.0
    return pd.DataFrame({"g": group, "x": x, "y": 2.0 + x + rng.normal(size=30)})


def test_groups_that_cannot_carry_a_line_are_missing_and_listed(uneven):
    fit = fit_unpooled(Model("y ~ x + (1 | g)"), uneven)
    assert fit.missing_groups == ("a", "d")
    assert np.isnan(fit.estimates).any(axis=0).tolist() == [True, False, False, True, False]
    (note,) = fit.notes
    assert note.code == "groups-without-line"
    assert "2 of 5 groups of g" in note.message
    assert note.numbers["groups"] == ("a", "d")


def test_a_line_through_all_its_rows_has_no_standard_error(uneven):
    fit = fit_unpooled(Model("y ~ x + (1 | g)"), uneven)
    assert np.isnan(fit.errors[1]).tolist() == [True, True, False, True, False]
    two = uneven[uneven["g"] == "b"]
    slope = np.diff(two["y"])[0] / np.diff(two["x"])[0]
    assert fit.estimates[1, 1] == pytest.approx(slope, rel=1e-9)


def test_four_averages(uneven):
    fit = fit_unpooled(Model("y ~ x + (1 | g)"), uneven)
    row = fit.averages.set_index("term").loc["x"]
    slopes, errors, sizes = fit.estimates[1], fit.errors[1], fit.sizes
    has, weighted = ~np.isnan(slopes), ~np.isnan(errors)
    assert row["mean"] == pytest.approx(slopes[has].mean())
    assert row["median"] == pytest.approx(np.median(slopes[has]))
    assert row["size_weighted"] == pytest.approx(np.average(slopes[has], weights=sizes[has]))
    precision = errors[weighted] ** -2.0
    expected = np.average(slopes[weighted], weights=precision)
    assert row["precision_weighted"] == pytest.approx(expected)
    assert (row["n_groups"], row["n_missing"], row["n_weighted"]) == (3, 2, 2)


def test_predictors_of_the_groups_are_left_out_and_named(uneven):
    frame = uneven.assign(size=uneven.groupby("g")["y"].transform("size").astype(float))
    fit = fit_unpooled(Model("y ~ x + size + (1 | g)"), frame)
    assert fit.terms == ("(Intercept)", "x")
    assert [note.code for note in fit.notes] == ["constant-within-groups", "groups-without-line"]
    assert fit.notes[0].numbers["term"] == "size"


def test_collinear_inside_one_group_only(pupils):
    frame = pupils.assign(v=pupils["w"].where(pupils["d"] == 2, 2.0 * pupils["x"]))
    fit = fit_unpooled(Model("y ~ x + v + (1 | d)"), frame)
    assert fit.missing_groups == ("1",)


def test_no_group_can_carry_a_line(uneven):
    pairs = uneven.iloc[:6].assign(g=list("aabbcc"), z=np.arange(6.0) ** 2)
    fit = fit_unpooled(Model("y ~ x + z + (1 | g)"), pairs)
    row = fit.averages.iloc[1]
    assert np.isnan([row["mean"], row["median"], row["size_weighted"]]).all()
    assert np.isnan(row["precision_weighted"])
    assert (row["n_groups"], row["n_missing"]) == (0, 3)


def test_residual_squares_are_those_of_the_groups_with_a_line(pupils):
    fit = fit_unpooled(Model("y ~ x + (1 | s:d)"), pupils)
    expected = sum(
        sm.OLS(rows["y"].to_numpy(), dense.matrix(rows, ("1", "x"))).fit().ssr
        for _, rows in pupils.groupby(["d", "s"])
    )
    assert fit.residual_squares == pytest.approx(expected, rel=1e-9)
    assert fit.n_obs == 54


@pytest.mark.parametrize(("shift", "factor"), [(2020.0, 1.0), (0.0, 1e6), (1e6, 1.0)])
def test_unit_of_a_predictor(shift, factor, pupils):
    plain = fit_unpooled(Model("y ~ x + (1 | s:d)"), pupils)
    moved = fit_unpooled(Model("y ~ x + (1 | s:d)"), pupils.assign(x=shift + factor * pupils["x"]))
    assert_allclose(moved.estimates[1], plain.estimates[1] / factor, rtol=1e-7)
    assert_allclose(moved.errors[1], plain.errors[1] / factor, rtol=1e-7)


def test_the_outermost_level_unless_another_is_asked_for(pupils):
    model = Model("y ~ x + (1 | d/s/c)")
    assert fit_unpooled(model, pupils).level == "d"
    assert fit_unpooled(model, pupils, level="c").level == "c:s:d"
    with pytest.raises(UnknownColumnError, match="no column 'school'"):
        fit_unpooled(model, pupils, level="school")


def test_models_without_groups_or_intercept_are_refused(pupils):
    with pytest.raises(ModelError, match="no grouping level"):
        fit_unpooled(Model("y ~ x"), pupils)
    with pytest.raises(ModelError, match="need an intercept"):
        fit_unpooled(Model("y ~ 0 + x + (1 | d)"), pupils)
