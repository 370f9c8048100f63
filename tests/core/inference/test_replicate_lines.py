"""Walks over groups' own lines give what the general walks give, wherever theta is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.criterion import ascend, build_problem
from mlm_core.fits.descent import descend
from mlm_core.fits.preparation import prepare
from mlm_core.inference.replicate_lines import only_lines, replicate_lines
from mlm_core.inference.replicated_moments import MomentDraws, Truth

N = 4
THETAS = {
    "usual": (0.6, -0.2, 0.4),
    "no slopes": (0.6, 0.0, 0.0),
    "none at all": (0.0, 0.0, 0.0),
    "slopes only": (0.0, 0.0, 0.7),
    "as one": (0.5, 0.3, 0.0),
    "other sign": (-0.6, 0.2, -0.4),
    "small": (1e-6, 1e-7, 1e-6),
    "large": (40.0, 15.0, 30.0),
}
FORMULAS = ("y ~ x + w + (x | g)", "y ~ x + (x | g)", "y ~ w + (x | g)", "y ~ 0 + x + w + (x | g)")


def uneven():
    """Groups of one row and more, some in which x does not vary, far from zero."""
    rng = np.random.default_rng(3)
    sizes = np.array([1, 2, 9, 1, 3, 14, 2, 5, 6, 30])
    g = np.repeat(np.arange(len(sizes)), sizes)
    x = 40.0 + rng.standard_normal(len(g)) + 0.5 * rng.standard_normal(len(sizes))[g]
    x[np.isin(g, (1, 4))] = 41.0
    w = rng.standard_normal(len(sizes))[g]
    y, z = rng.standard_normal((2, len(g)))
    return pd.DataFrame({"y": y, "x": x, "w": w, "z": z, "g": g, "h": np.arange(len(g)) // 3})


def drawn(formula, method="REML"):
    problem = build_problem(prepare(Model(formula), uneven()).moments, method)
    truth = Truth(np.zeros(problem.moments.k), 1.0, np.array(THETAS["usual"]))
    moments = MomentDraws(problem, truth, summed=False).draw(np.random.default_rng(5), N)
    return problem, moments


def general(problem, moments, theta):
    problem = replace(problem, moments=moments)
    up = ascend(problem, theta)
    return up, descend(problem, up, theta.shape[1:])


def around(theta):
    """Every replicate has a theta of its own."""
    return np.array(theta)[:, None] * np.array([1.0, 0.9, 1.2, 1.5])


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("theta", THETAS.values(), ids=THETAS)
def test_values_and_gradients_are_those_of_the_general_walks(theta, formula, method):
    problem, moments = drawn(formula, method)
    theta = around(theta)
    up, down = general(problem, moments, theta)
    found = replicate_lines(problem, moments).walk(theta)
    same = {"rtol": 1e-9, "atol": 1e-9}
    assert_allclose(found.log_pivots, up.log_pivots, **same)
    assert_allclose(found.log_det_gradient, down.log_det_gradient, **same)
    assert_allclose(found.r2_gradient, down.r2_gradient, **same)
    for name in ("beta", "r2", "inverse", "log_det", "residual_coefficients", "spread"):
        assert_allclose(getattr(found.root, name), getattr(up.root, name), **same, err_msg=name)


def test_complex_steps_give_second_derivatives():
    problem, moments = drawn(FORMULAS[0])
    theta = around(THETAS["usual"]) + 1e-20j * np.array([1.0, -0.5, 0.25])[:, None]
    up, down = general(problem, moments, theta)
    found = replicate_lines(problem, moments).walk(theta)
    for ours, theirs in (
        (found.log_det_gradient, down.log_det_gradient),
        (found.r2_gradient, down.r2_gradient),
        (found.root.inverse, up.root.inverse),
    ):
        assert np.abs(theirs.imag).max() > 1e-22
        assert_allclose(ours.imag * 1e20, theirs.imag * 1e20, rtol=1e-9, atol=1e-9)
    assert found.log_pivots.dtype == np.float64


def test_some_replicates_keep_their_places():
    problem, moments = drawn(FORMULAS[0])
    whole = replicate_lines(problem, moments)
    theta = around(THETAS["usual"])
    known = whole.walk(theta).root.r2
    some = whole.chosen(np.array([3, 1, 3])).chosen(np.array([False, True, True]))
    assert_allclose(some.walk(theta[:, [1, 3]]).root.r2, known[[1, 3]], rtol=1e-12)
    alone = some.alone(1)
    assert_allclose(ascend(alone, theta[:, 3]).root.r2, known[3], rtol=1e-12)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("y ~ x + (x | g)", True),
        ("y ~ x + (1 | g)", False),
        ("y ~ x + (x || g)", False),
        ("y ~ x + (0 + x | g)", False),
        ("y ~ x + (x + z | g)", False),
        ("y ~ x + (x | g/h)", False),
    ],
)
def test_models_of_one_intercept_and_one_slope_are_told(formula, expected):
    problem = build_problem(prepare(Model(formula), uneven()).moments, "REML")
    assert only_lines(problem) is expected
