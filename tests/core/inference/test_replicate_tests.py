"""Standard errors and degrees of freedom of replicates are those of single fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlm_core.fits.curvature import exact_curvature
from mlm_core.fits.optimum import find_optimum
from mlm_core.fits.satterthwaite import variance_information
from mlm_core.inference import replicate_tests as module
from mlm_core.inference.replicate_refits import Refitter
from mlm_core.inference.replicate_tests import replicate_tests
from mlm_core.inference.replicated_moments import MomentDraws, truth_at
from tests.core.inference.replicated import repeated

COUNT = 20
# A refit stops at an expected fall of 1e-8, which degrees of freedom feel as its square root.
SAME_DF, SAME_SE = 5e-3, 1e-4


@pytest.mark.parametrize(
    ("formula", "table"),
    [
        ("mathkind ~ ses + housepov + (1 | schoolid)", "classroom"),
        ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy"),
    ],
)
def test_every_replicate_has_its_own_degrees_of_freedom(formula, table, fitted):
    fit = fitted(formula, table)
    problem = fit.problem
    truth = truth_at(problem, fit.at.theta, fit.at.root)
    drawn = MomentDraws(problem, truth, summed=False).draw(np.random.default_rng(5), COUNT)
    theta = Refitter(problem, fit.at.theta)(drawn).theta
    found = replicate_tests(problem, drawn, theta, fit.scale.matrix)
    compared = 0
    for which in range(COUNT):
        own = replace(problem, moments=drawn.one(which))
        best = find_optimum(own)
        if np.abs(best.at.theta).min() < 0.05:
            continue  # at the boundary degrees of freedom jump with the last digit of theta
        curvature = exact_curvature(own, best.at.theta)
        known = variance_information(own, best.at, curvature, fit.scale)
        df = known.degrees_of_freedom(np.eye(own.p))
        assert found.df[which] == pytest.approx(df, rel=SAME_DF)
        se = fit.scale.outcome_scale * found.se[which]
        assert se == pytest.approx(np.sqrt(np.diag(known.vcov)), rel=SAME_SE)
        compared += 1
    assert compared > COUNT / 2


def test_parts_that_fit_the_cache_hold_what_all_at_once_do(fitted, monkeypatch):
    fit = fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy")
    truth = truth_at(fit.problem, fit.at.theta, fit.at.root)
    drawn = MomentDraws(fit.problem, truth, summed=False).draw(np.random.default_rng(5), COUNT)
    theta = Refitter(fit.problem, fit.at.theta)(drawn).theta
    whole = module.replicate_tests(fit.problem, drawn, theta, fit.scale.matrix)
    monkeypatch.setattr(module, "_AT_ONCE", 7 * 18 * theta.shape[1])  # 7, 7 and 6 replicates
    parts = module.replicate_tests(fit.problem, drawn, theta, fit.scale.matrix)
    for name in ("estimate", "se", "df"):
        assert getattr(whole, name).shape == (COUNT, 2)
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-12)


@pytest.mark.parametrize(
    ("formula", "table"),
    [
        ("mathkind ~ ses + (1 | schoolid/classid)", "classroom"),
        ("mAch ~ cses + (1 + cses | school)", "hsb82"),
    ],
)
def test_a_table_repeated_has_the_tests_of_its_fit(formula, table, fitted):
    fit = fitted(formula, table)
    theta = np.repeat(fit.at.theta[None], 2, axis=0)
    moments = repeated(fit.problem.moments, 2)
    found = replicate_tests(fit.problem, moments, theta, fit.scale.matrix)
    expected = fit.coefficients
    for which in range(2):
        estimate = fit.scale.outcome_scale * found.estimate[which] + fit.scale.constant
        assert estimate == pytest.approx(expected["estimate"].to_numpy(), rel=1e-9)
        se = fit.scale.outcome_scale * found.se[which]
        assert se == pytest.approx(expected["se"].to_numpy(), rel=1e-9)
        assert found.df[which] == pytest.approx(expected["df"].to_numpy(), rel=1e-6)
