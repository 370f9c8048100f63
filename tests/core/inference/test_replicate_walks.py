"""Replicates side by side are evaluated as each would be alone, whatever their model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import criterion
from mlm_core.fits.curvature import evaluate
from mlm_core.inference.replicate_walks import replicate_walks
from mlm_core.inference.replicated_moments import MomentDraws, truth_at


@pytest.mark.parametrize(
    ("formula", "table"),
    [
        ("mathkind ~ ses + (1 | schoolid/classid)", "classroom"),
        ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy"),
        ("Reaction ~ Days + (1 + Days || Subject)", "sleepstudy"),
    ],
)
def test_every_replicate_is_evaluated_as_alone(formula, table, fitted):
    fit = fitted(formula, table)
    problem, theta = fit.problem, fit.at.theta
    truth = truth_at(problem, theta, fit.at.root)
    drawn = MomentDraws(problem, truth, summed=False).draw(np.random.default_rng(5), 6)
    chosen = np.array([4, 0, 5])
    walks = replicate_walks(problem, drawn).chosen(chosen)
    thetas = theta * np.array([[1.0], [1.3], [0.6]])
    found = walks.walk(thetas.T)
    for place, own in enumerate(thetas):
        alone = walks.alone(place)
        np.testing.assert_array_equal(alone.moments.means, drawn.means[chosen[place]])
        known = evaluate(alone, own)
        assert_allclose(criterion(problem, found)[place], known.value, rtol=1e-10)
        gradient = found.log_det_gradient + problem.df / found.root.r2 * found.r2_gradient
        assert_allclose(gradient[:, place], known.gradient, rtol=1e-7, atol=1e-7)
