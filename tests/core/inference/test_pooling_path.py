"""The path from no pooling to complete pooling: its ends and its middle are known otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core import fit_mixed, fit_pooled, fit_unpooled
from mlm_core.data.model import Model
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.effects import level_modes
from mlm_core.inference import pooling_path as module
from mlm_core.inference.pooling_path import pooling_path
from tests.core.tolerances import EXACT

# No pooling is pooling by 1e-12: the own estimates are met to about that share of what they differ
# by, more where a group's predictor hardly varies.
ALMOST = 1e-6

CASES = [
    ("classroom", "mathkind ~ ses + (1 | schoolid/classid)", "schoolid"),
    ("classroom", "mathkind ~ ses + (1 | schoolid/classid)", "classid:schoolid"),
    ("classroom", "mathkind ~ ses + minority + housepov + (1 + ses | schoolid)", "schoolid"),
    ("classroom", "mathkind ~ ses + (1 + ses || schoolid)", "schoolid"),
    ("sleepstudy", "Reaction ~ Days + (1 + Days | Subject)", "Subject"),
    ("hsb82", "mAch ~ cses + (1 + cses | school)", "school"),
]


@pytest.fixture(params=CASES, ids=[f"{case[1]}, {case[2]}" for case in CASES])
def case(request, fitted, tables):
    table, formula, level = request.param
    fit = fitted(formula, table)
    return fit, level, tables[table], pooling_path(fit, level)


def test_the_fit_is_one_of_the_positions(case):
    fit, level, _, path = case
    own = fit.group_coefficients(level)
    for term in fit.terms:
        at = path.coefficients[term][path.at_estimate]
        of_term = own[own["term"] == term]
        assert of_term["group"].tolist() == path.labels.tolist()
        np.testing.assert_allclose(at, of_term["estimate"], rtol=EXACT)
        assert path.overall[term][path.at_estimate] == pytest.approx(fit.estimate(term), rel=EXACT)
    assert path.rise[path.at_estimate] == pytest.approx(0.0, abs=1e-8)


def test_complete_pooling_is_the_pooled_regression(case):
    fit, _, data, path = case
    assert path.pooling[-1] == 1.0
    pooled = fit_pooled(fit.model, data)
    for term in fit.terms:
        np.testing.assert_allclose(path.coefficients[term][-1], pooled.estimate(term), rtol=EXACT)


def test_the_estimate_fits_best_and_both_ends_fit_worse(case):
    *_, path = case
    assert path.rise.min() >= -1e-8
    assert path.rise[0] > 10
    assert path.rise[-1] > 10
    order = np.argsort(np.abs(path.pooling - path.pooling[path.at_estimate]))
    assert order[0] == path.at_estimate
    assert (np.diff(path.pooling) > 0).all()


@pytest.mark.parametrize(
    ("table", "formula", "level"),
    [
        ("sleepstudy", "Reaction ~ Days + (1 + Days | Subject)", "Subject"),
        ("hsb82", "mAch ~ cses + (1 + cses | school)", "school"),
        ("classroom", "mathkind ~ ses + housepov + (1 + ses | schoolid)", "schoolid"),
        ("classroom", "mathkind ~ ses + (1 + ses | schoolid) + (1 | classid:schoolid)", "schoolid"),
    ],
)
def test_no_pooling_is_every_groups_own_regression(table, formula, level, fitted, tables):
    """Also where the fit is singular (classroom), and with a predictor of the schools."""
    path = pooling_path(fitted(formula, table), level)
    own = fit_unpooled(Model(formula), tables[table], level=level)
    for term, raw in zip(own.terms, own.estimates, strict=True):
        has = ~np.isnan(raw)
        np.testing.assert_allclose(
            path.estimates(term)[0][has], raw[has], atol=ALMOST * raw[has].std()
        )


def test_without_slopes_no_pooling_is_own_levels_and_one_slope_within_groups(fitted, classroom):
    """The dummy-variable regression: slope from deviations within schools, levels from means."""
    path = pooling_path(fitted("mathkind ~ ses + (1 | schoolid)"), "schoolid")
    means = classroom.groupby("schoolid")[["mathkind", "ses"]].mean()
    inside = classroom[["mathkind", "ses"]] - means.loc[classroom["schoolid"]].to_numpy()
    slope = float(inside["mathkind"] @ inside["ses"] / (inside["ses"] @ inside["ses"]))
    np.testing.assert_allclose(path.coefficients["ses"][0], slope, rtol=1e-6)
    levels = means["mathkind"] - slope * means["ses"]
    levels.index = levels.index.map(str)
    np.testing.assert_allclose(
        path.coefficients["(Intercept)"][0], levels[list(path.labels)], rtol=1e-6
    )


def test_a_typical_group_is_drawn_by_the_share_that_is_named(fitted, classroom):
    """In a random-intercept model: (1 - p) of the way stays, for a group of median size."""
    path = pooling_path(fitted("mathkind ~ 1 + (1 | schoolid)"), "schoolid")
    typical = np.flatnonzero(path.sizes == path.typical_size)
    assert len(typical) > 3
    means = classroom.groupby("schoolid")["mathkind"].mean()
    means.index = means.index.map(str)
    own = means[list(path.labels[typical])].to_numpy()
    common = path.overall["(Intercept)"][:, None]
    kept = (path.coefficients["(Intercept)"][:, typical] - common) / (own - common)
    expected = np.broadcast_to(1.0 - path.pooling[:, None], kept.shape)
    np.testing.assert_allclose(kept, expected, atol=1e-7)


def test_each_position_is_the_criterion_at_its_theta(fitted):
    fit = fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy")
    path = pooling_path(fit, "Subject", steps=5)
    given = 1.0 / path.pooling[path.at_estimate] - 1.0
    place = 3
    factor = (1.0 / path.pooling[place] - 1.0) / given
    at = evaluate(fit.problem, fit.at.theta * np.sqrt(factor))
    assert path.rise[place] == pytest.approx(at.value - fit.criterion, rel=EXACT)
    columns, modes = level_modes(fit.problem, at, 0)
    beta = fit.scale.beta(at.ascent.root.beta)
    for column, mode, fixed in zip(columns, modes, beta, strict=True):
        np.testing.assert_allclose(path.coefficients[column.label][place], fixed + mode, rtol=1e-8)


def test_many_groups_have_fewer_steps_evaluated_in_parts(fitted, monkeypatch):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    whole = pooling_path(fit, "schoolid")
    monkeypatch.setattr(module, "_PARALLEL", 1000)
    parts = pooling_path(fit, "schoolid")
    np.testing.assert_allclose(parts.coefficients["ses"], whole.coefficients["ses"], rtol=EXACT)
    np.testing.assert_allclose(parts.rise, whole.rise, atol=1e-7)
    monkeypatch.setattr(module, "MANY_GROUPS", 100)
    assert len(pooling_path(fit, "schoolid").pooling) == pytest.approx(module.FEW_STEPS, abs=1)


def _equal_groups(groups: int, rows: int) -> pd.DataFrame:
    """Make groups whose means are equal to the last digit: their variance is zero."""
    inside = np.linspace(-1, 1, rows) ** 3
    return pd.DataFrame({"y": np.tile(inside, groups), "g": np.repeat(np.arange(groups), rows)})


def test_without_variance_the_estimate_lies_at_complete_pooling():
    data = _equal_groups(12, 6)
    data["y"] += np.where(data["g"] % 2, 1.0, -1.0) * 1e-3 * np.tile([1, -1, 1, -1, 1, -1], 12)
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), data)
    assert fit.is_singular
    path = pooling_path(fit, "g")
    assert path.at_estimate == len(path.pooling) - 1
    means = data.groupby("g")["y"].mean().to_numpy()
    np.testing.assert_allclose(path.coefficients["(Intercept)"][0], means, atol=1e-8)


def test_groups_of_one_row_have_a_path_to_a_perfect_fit():
    draw = np.random.default_rng(3)
    groups = np.concatenate([np.arange(30), np.arange(10)])
    data = pd.DataFrame({"g": groups, "x": draw.normal(size=40)})
    data["y"] = draw.normal(size=30)[groups] * 2 + data["x"] + draw.normal(size=40)
    path = pooling_path(fit_mixed(Model("y ~ x + (1 | g)"), data), "g")
    assert path.typical_size == 1.0
    for values in path.coefficients.values():
        assert np.isfinite(values).all()


def test_constants_are_the_groups_own_values(fitted, classroom):
    path = pooling_path(fitted("mathkind ~ ses + housepov + (1 | schoolid)"), "schoolid")
    own = classroom.groupby("schoolid")["housepov"].first()
    own.index = own.index.map(str)
    assert set(path.constants) == {"housepov"}
    np.testing.assert_allclose(path.constants["housepov"], own[list(path.labels)], rtol=EXACT)
    shift = path.coefficients["housepov"] * path.constants["housepov"]
    np.testing.assert_allclose(
        path.estimates("(Intercept)"), path.coefficients["(Intercept)"] + shift, rtol=EXACT
    )
