"""Mixtures for several variances: geometry, simulation, and what replicates really do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize

from mlm_core.data.model import Model
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.bootstrap_ratio import bootstrap_test
from mlm_core.inference.boundary_mixture import mixture_tail
from mlm_core.inference.cone_weights import (
    _simulated,
    information_at_zero,
    mixture_weights,
    weights_without_effects,
)
from mlm_core.inference.random_terms import compare_with_pooled
from tests.core import dense
from tests.core.problems import problem_of

# 200,000 draws: four standard errors of a share.
SIMULATION = 0.0045
MATRICES = {
    2: [[1.0, 0.54], [0.54, 1.0]],
    3: [[1.0, 0.3, 0.5], [0.3, 1.0, 0.6], [0.5, 0.6, 1.0]],
}


def test_independent_variances_mix_binomially():
    for size, expected in {
        1: [0.5, 0.5],
        2: [0.25, 0.5, 0.25],
        3: [0.125, 0.375, 0.375, 0.125],
    }.items():
        weights = mixture_weights(np.diag(np.arange(1.0, size + 1.0)))
        assert [df for df, _ in weights] == list(range(size + 1))
        assert_allclose([weight for _, weight in weights], expected)
    four = mixture_weights(np.eye(4))
    assert_allclose([weight for _, weight in four], np.array([1, 4, 6, 4, 1]) / 16, atol=SIMULATION)


@pytest.mark.parametrize("size", MATRICES)
def test_closed_forms_are_what_simulation_gives(size):
    matrix = np.array(MATRICES[size])
    weights = [weight for _, weight in mixture_weights(matrix)]
    assert sum(weights) == pytest.approx(1.0)
    assert_allclose(weights, _simulated(matrix), atol=SIMULATION)


def test_simulated_projections_are_those_of_least_squares():
    matrix = np.array(MATRICES[3])
    factor = np.linalg.cholesky(matrix).T
    rng = np.random.default_rng(2)
    counts = [
        int((optimize.nnls(factor, normal)[0] > 1e-12).sum())
        for normal in rng.standard_normal((4000, 3))
    ]
    shares = np.bincount(counts, minlength=4) / 4000
    assert_allclose([w for _, w in mixture_weights(matrix)], shares, atol=0.03)


def test_information_by_brute_force(pupils):
    case = dense.CASES["three levels"]
    problem = problem_of(case.formula, pupils)
    x = dense.matrix(pupils, case.fixed)
    n = len(x)
    out = np.eye(n) - x @ np.linalg.solve(x.T @ x, x.T)
    squares = [z @ z.T for z in (dense.loadings(pupils, *block) for block in case.blocks)]
    squares.append(np.eye(n))
    whole = np.array([[0.5 * np.trace(out @ a @ out @ b) for b in squares] for a in squares])
    expected = whole[:3, :3] - np.outer(whole[:3, 3], whole[3, :3]) / whole[3, 3]
    assert_allclose(information_at_zero(problem, problem.structure.blocks), expected, rtol=1e-9)


def test_replicates_follow_the_mixture(classroom, fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    test = bootstrap_test(fit_pooled(Model("mathkind ~ ses"), classroom), fit, 2000, seed=3)
    weights = weights_without_effects(fit.problem)
    for statistic in (0.5, 1.5, 3.0):
        expected = float(mixture_tail(statistic, weights))
        # Groups are finite in number: the mixture is slightly conservative.
        assert (test.values >= statistic).mean() == pytest.approx(expected, abs=0.035)
        independent = float(mixture_tail(statistic, ((0, 0.25), (1, 0.5), (2, 0.25))))
        assert independent > expected


def test_it_is_used_against_the_pooled_model(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    alike = compare_with_pooled(fit).like_with_like
    assert alike.weights == weights_without_effects(fit.problem)
    assert alike.weights[2][1] == pytest.approx(0.159, abs=0.001)
    (note,) = alike.notes
    assert "0.34, 0.50, 0.16" in note.message


def test_covariances_have_no_such_mixture(fitted):
    for formula in ("Reaction ~ Days + (Days | Subject)", "Reaction ~ Days + (1 | Subject)"):
        assert weights_without_effects(fitted(formula, "sleepstudy").problem) == ()
