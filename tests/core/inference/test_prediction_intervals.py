"""Prediction intervals against their definition on dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.prediction import predict
from mlm_core.inference.prediction_intervals import prediction_intervals
from tests.core import dense

CASES = ["two levels", "slope", "slopes at two levels", "uncorrelated", "no fixed intercept"]


def expected_variance(fit, case, frame):
    """Return Var(x'beta-hat + z'b-hat - x'beta - z'b) of every row (Robinson 1991, section 2)."""
    x = dense.matrix(frame, case.fixed)
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    v = dense.relative_covariance(frame, case, blocks)
    shared = v - np.eye(len(frame))  # Z D Z'
    weight = shared @ np.linalg.inv(v)
    phi = np.linalg.inv(x.T @ np.linalg.inv(v) @ x)
    rest = x - weight @ x
    return fit.sigma**2 * (np.diag(shared - weight @ shared) + ((rest @ phi) * rest).sum(axis=1))


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("name", dense.CASES)
def test_known_groups_by_definition(name, method, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils, method=method)
    expected = np.sqrt(expected_variance(fit, case, pupils))
    found = prediction_intervals(fit, pupils)
    assert_allclose(found["se"], expected, rtol=1e-5)
    assert_allclose(found["estimate"], predict(fit, pupils))
    reach = (found["upper"] - found["estimate"]) / 1.959964
    assert_allclose(reach, np.hypot(expected, fit.sigma), rtol=1e-5)


@pytest.mark.parametrize("name", [*CASES, "slope only", "three levels"])
def test_new_groups_by_definition(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    x = dense.matrix(pupils, case.fixed)
    expected = ((x @ fit.vcov) * x).sum(axis=1)
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    v = dense.relative_covariance(pupils, case, blocks)
    expected += fit.sigma**2 * (np.diag(v) - 1.0)
    found = prediction_intervals(fit, pupils, groups="new", confidence=0.5)
    assert_allclose(found["se"] ** 2, expected, rtol=1e-6)
    assert_allclose(found["estimate"], predict(fit, pupils, effects="none"))
    width = (found["mean_upper"] - found["mean_lower"]) / 2.0
    assert_allclose(width, 0.6744898 * found["se"], rtol=1e-6)


def test_a_new_class_of_a_known_school(pupils):
    """At the level that is new its variance is added, the levels around it keep their modes."""
    fit = fit_mixed(Model("y ~ x + (1 | d:s) + (1 | c:s:d)"), pupils)
    rows = pupils.head(3).assign(c=[1, 99, 99], s=[1, 1, 99])
    found = prediction_intervals(fit, rows)
    assert found["se"].is_monotonic_increasing
    every = prediction_intervals(fit, rows, groups="new")
    assert found["se"][2] == pytest.approx(every["se"][2])
    assert found["estimate"][1] == pytest.approx(predict(fit, rows)[1])


def test_missing_predictors_have_no_prediction(pupils):
    fit = fit_mixed(Model("y ~ x + (x | s:d)"), pupils)
    rows = pupils.head(4).assign(x=[1.0, np.nan, 2.0, np.nan])
    found = prediction_intervals(fit, rows)
    assert list(found["lower"].isna()) == [False, True, False, True]
    none = prediction_intervals(fit, rows.assign(x=np.nan))
    assert none.isna().all().all()


def test_intervals_cover(pupils):
    """Over made-up schools, intervals for new schools hold the share of outcomes they promise."""
    rng = np.random.default_rng(4)
    hits = []
    for _ in range(40):
        school = np.repeat(np.arange(41), 6)
        y = rng.normal(0.0, 2.0, 41)[school] + rng.normal(size=len(school))
        frame = pupils.head(1).loc[[0] * len(school), []].assign(y=y, g=school)
        fit = fit_mixed(Model("y ~ 1 + (1 | g)"), frame[frame["g"] < 40])
        found = prediction_intervals(fit, frame[frame["g"] == 40], groups="new")
        own = y[school == 40]
        hits.append(((own > found["lower"]) & (own < found["upper"])).mean())
    assert np.mean(hits) == pytest.approx(0.95, abs=0.05)


def test_what_is_refused(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils)
    with pytest.raises(ModelError, match="'old'"):
        prediction_intervals(fit, pupils, groups="old")
    with pytest.raises(ModelError, match="between 0 and 1"):
        prediction_intervals(fit, pupils, confidence=95)
