"""Replicates refitted together end where each would end alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.criterion import build_problem
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.optimum import find_optimum
from mlm_core.inference.replicate_refits import Refitter
from mlm_core.inference.replicated_moments import draws_of
from tests.core import dense

# Both searches stop when a step promises less than 1e-8 or 1e-10.
SAME = 1e-6


def refitted(fit, n, seed, theta=None):
    truth = fit.at.theta if theta is None else theta
    drawn = draws_of(fit.problem, fit.at.theta, fit.at.root).draw(np.random.default_rng(seed), n)
    return drawn, Refitter(fit.problem, truth)(drawn)


def alone(problem, drawn, replicate):
    return find_optimum(replace(problem, moments=drawn.one(replicate))).at


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("name", dense.CASES)
def test_every_optimum_is_the_one_found_alone(name, method, pupils):
    fit = fit_mixed(Model(dense.CASES[name].formula), pupils, method=method)
    drawn, found = refitted(fit, 12, seed=3)
    several = [alone(fit.problem, drawn, replicate) for replicate in range(12)]
    lower = found.criterion - np.array([one.value for one in several])
    # A tiny table can have two minima; then either search may find the lower one, but not often.
    assert np.abs(lower).max() < 0.05
    assert (np.abs(lower) < SAME).sum() >= 11
    same = np.abs(lower) < SAME
    r2 = np.array([float(one.root.r2) for one in several])
    assert_allclose(found.r2[same], r2[same], rtol=1e-3)
    beta = np.array([np.asarray(one.root.beta) for one in several])
    assert_allclose(found.beta[same], beta[same], rtol=1e-3, atol=1e-3)


def test_class_set(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    drawn, found = refitted(fit, 60, seed=4)
    values = [alone(fit.problem, drawn, replicate).value for replicate in range(60)]
    assert_allclose(found.criterion, values, atol=SAME, rtol=0)


def test_zeros_are_zeros_and_no_false_ones(fitted):
    # Under no class variance about half of all estimates are zero, and a search that starts there
    # must leave the zeros that are none.
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    small = fitted("mathkind ~ ses + (1 | schoolid)")
    moments = fit.problem.moments
    layout = replace(moments.layout, blocks=moments.layout.blocks[1:])
    null = build_problem(replace(moments, layout=layout), "REML")
    drawn = draws_of(null, small.at.theta, small.at.root, fit.problem).draw(
        np.random.default_rng(5), 80
    )
    for start in (np.array([0.0, 0.5]), np.array([1.0, 0.05])):
        found = Refitter(fit.problem, start)(drawn)
        values = [alone(fit.problem, drawn, replicate).value for replicate in range(80)]
        assert_allclose(found.criterion, values, atol=SAME, rtol=0)
        assert 0.3 < (found.theta[:, 0] == 0.0).mean() < 0.7


def test_a_model_without_random_effects(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    moments = fit.problem.moments
    problem = build_problem(replace(moments, layout=replace(moments.layout, blocks=())), "ML")
    at = find_optimum(problem).at
    drawn = draws_of(problem, at.theta, at.root, fit.problem).draw(np.random.default_rng(6), 5)
    found = Refitter(problem, at.theta)(drawn)
    values = [alone(problem, drawn, replicate).value for replicate in range(5)]
    assert_allclose(found.criterion, values, rtol=1e-12)
    assert found.theta.shape == (5, 0)
