"""Refits without groups against fits of the remaining rows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference import refits as module
from mlm_core.inference.refits import refit_without_groups
from tests.core.tolerances import SAME_ESTIMATE

# Standard errors of the variances are a third of themselves here; a refit is within 1e-4 of one.
THETA = 1e-4
FORMULAS = [
    "mathkind ~ ses + (1 | schoolid/classid)",
    "mathkind ~ ses + minority + (minority | schoolid)",
    "mathkind ~ ses + (ses | schoolid)",  # singular: every refit by itself
]


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_as_fitted_to_the_rest(formula, method, fitted, classroom):
    fit = fitted(formula, method=method)
    found = refit_without_groups(fit, 0)
    assert found.is_estimable.all()
    keys = fit.levels[0].keys[0]
    for group in (0, 17, 51, 75):
        rest = classroom[classroom["schoolid"] != keys[group]]
        alone = fit_mixed(Model(formula), rest, method=method)
        beta = fit.scale.beta(found.beta[group])
        assert_allclose(beta, alone.beta, rtol=1e-5)
        sigma2 = found.r2[group] / found.df[group] * fit.scale.outcome_scale**2
        assert sigma2 == pytest.approx(alone.sigma**2, rel=THETA)
        for own, other in zip(
            fit.problem.structure.blocks, alone.problem.structure.blocks, strict=True
        ):
            assert_allclose(
                own.relative_covariance(found.theta[group]),
                other.relative_covariance(alone.at.theta),
                atol=THETA * max(1.0, np.abs(other.relative_covariance(alone.at.theta)).max()),
            )


def test_few_at_a_time_are_the_same(fitted, monkeypatch):
    fit = fitted(FORMULAS[0])
    whole = refit_without_groups(fit, 0)
    monkeypatch.setattr(module, "_AT_ONCE", fit.problem.moments.products.size * 10)
    seen = []
    pieces = refit_without_groups(fit, 0, lambda done, of: seen.append((done, of)))
    assert_allclose(pieces.beta, whole.beta, rtol=SAME_ESTIMATE)
    assert seen == [(min(10 * i, 107), 107) for i in range(1, 12)]


def test_work_can_be_stopped(fitted):
    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refit_without_groups(fitted(FORMULAS[0]), 0, stop)


def test_the_search_takes_over_what_does_not_come_to_rest(fitted, monkeypatch):
    fit = fitted(FORMULAS[0])
    expected = refit_without_groups(fit, 0)
    monkeypatch.setattr(module, "_MOST_STEPS", 2)
    found = refit_without_groups(fit, 0)
    assert_allclose(found.beta, expected.beta, rtol=1e-5)
    assert_allclose(np.abs(found.theta), np.abs(expected.theta), atol=THETA)


def test_what_cannot_be_refitted_is_nan(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | d/s)"), pupils)
    found = refit_without_groups(fit, 0)  # two districts: one would be left
    assert not found.is_estimable.any()
    assert np.isnan(found.beta).all()
    assert np.isnan(found.r2).all()
    inner = refit_without_groups(fit, 1)
    assert inner.is_estimable.all()


def test_what_takes_long_is_known_beforehand(fitted, monkeypatch):
    fit = fitted(FORMULAS[0])
    assert module.is_quick(fit, "schoolid")
    monkeypatch.setattr(module, "_QUICK", 107 * 312 * 3 - 1)
    assert not module.is_quick(fit, "schoolid")
