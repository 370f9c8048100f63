"""Walks over groups' own lines give what the general walks give, wherever theta is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits import criterion as module
from mlm_core.fits.criterion import ascend, build_problem
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.descent import descend
from mlm_core.fits.preparation import prepare
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


def alone(formula, method="REML"):
    return build_problem(prepare(Model(formula), uneven()).moments, method)


def drawn(formula, method="REML"):
    """Several outcomes over the same predictors."""
    problem = alone(formula, method)
    truth = Truth(np.zeros(problem.moments.k), 1.0, np.array(THETAS["usual"]))
    moments = MomentDraws(problem, truth, summed=False).draw(np.random.default_rng(5), N)
    return replace(problem, moments=moments)


def by_lines(problem, theta):
    return problem.lines.walk(theta, problem.fixed, is_restricted=problem.method == "REML")


def general(problem, theta):
    up = ascend(problem, theta)
    return up, descend(problem, up, theta.shape[1:])


def around(theta):
    """Every replicate has a theta of its own."""
    return np.array(theta)[:, None] * np.array([1.0, 0.9, 1.2, 1.5])


@pytest.mark.parametrize("outcomes", [alone, drawn])
@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("theta", THETAS.values(), ids=THETAS)
def test_values_and_gradients_are_those_of_the_general_walks(theta, formula, method, outcomes):
    problem, theta = outcomes(formula, method), around(theta)
    up, down = general(problem, theta)
    found = by_lines(problem, theta)
    same = {"rtol": 1e-9, "atol": 1e-9}
    assert_allclose(found.log_pivots, up.log_pivots, **same)
    assert_allclose(found.log_det_gradient, down.log_det_gradient, **same)
    assert_allclose(found.r2_gradient, down.r2_gradient, **same)
    for name in ("beta", "r2", "inverse", "log_det", "residual_coefficients", "spread"):
        assert_allclose(getattr(found.root, name), getattr(up.root, name), **same, err_msg=name)


@pytest.mark.parametrize("outcomes", [alone, drawn])
def test_complex_steps_give_second_derivatives(outcomes):
    problem = outcomes(FORMULAS[0])
    theta = around(THETAS["usual"]) + 1e-20j * np.array([1.0, -0.5, 0.25])[:, None]
    up, down = general(problem, theta)
    found = by_lines(problem, theta)
    for ours, theirs in (
        (found.log_det_gradient, down.log_det_gradient),
        (found.r2_gradient, down.r2_gradient),
        (found.root.inverse, up.root.inverse),
    ):
        assert np.abs(theirs.imag).max() > 1e-22
        assert_allclose(ours.imag * 1e20, theirs.imag * 1e20, rtol=1e-9, atol=1e-9)
    assert found.log_pivots.dtype == np.float64


@pytest.mark.parametrize("theta", THETAS.values(), ids=THETAS)
@pytest.mark.parametrize("formula", FORMULAS)
def test_groups_have_the_coefficients_of_the_general_walks(formula, theta):
    problem, theta = alone(formula), np.array(theta)
    at = evaluate(problem, theta)
    assert at.walks is None
    _, down = general(problem, theta)
    assert_allclose(at.innermost, down.coefficients[-1], rtol=1e-9, atol=1e-9)


def test_an_outcome_without_noise_far_from_zero_keeps_its_digits():
    table = uneven()
    table["y"] = 1e6 + 1e3 * table["g"] + 3.0 * table["x"] + 1e-3 * table["y"]
    problem = build_problem(prepare(Model("y ~ x + (x | g)"), table).moments, "REML")
    theta = around((1e5, -1e3, 1e3))
    up, down = general(problem, theta)
    found = by_lines(problem, theta)
    assert_allclose(found.root.r2, up.root.r2, rtol=1e-7)
    assert_allclose(found.root.beta, up.root.beta, rtol=1e-7)
    assert_allclose(found.r2_gradient, down.r2_gradient, rtol=1e-6)


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
def test_models_of_one_intercept_and_one_slope_have_lines(formula, expected):
    assert (alone(formula).lines is not None) is expected


def test_very_many_groups_are_walked_without_lines(monkeypatch):
    problem = alone(FORMULAS[0])
    known = evaluate(problem, np.array(THETAS["usual"]))
    monkeypatch.setattr(module, "_MOST_OF_LINES", 10)
    other = evaluate(alone(FORMULAS[0]), np.array(THETAS["usual"]))
    assert known.walks is None
    assert other.walks is not None
    assert other.value == pytest.approx(known.value, rel=1e-12)
    assert_allclose(other.gradient, known.gradient, rtol=1e-9)
