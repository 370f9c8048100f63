"""Derivatives of X'V^-1X and log |V| against their definitions on dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.curvature import evaluate
from mlm_core.inference.covariance_derivatives import covariance_derivatives
from tests.core import dense, problems
from tests.core.tolerances import EXACT


def stored_columns(frame, problem, names):
    """Return X in the units of the moments."""
    moments = problem.moments
    columns = []
    for name, index in zip(names, problem.fixed, strict=True):
        values = dense.values(frame, name)
        shift = moments.shift[index] if "1" in names else 0.0
        columns.append(values if index < 0 else (values - shift) / moments.scale[index])
    return np.column_stack(columns)


def units(frame, problem, case):
    """Return every G on the stored columns of the effects, the identity last."""
    found = []
    for (groups, names), block in zip(case.blocks, problem.structure.blocks, strict=True):
        z = dense.loadings(frame, groups, names)
        n_groups = z.shape[1] // len(names)
        z = z @ np.kron(np.eye(n_groups), block.to_user)
        for a in range(block.q):
            for b in range(a + 1):
                unit = np.zeros((block.q, block.q))
                unit[a, b] = unit[b, a] = 1.0
                found.append(z @ np.kron(np.eye(n_groups), unit) @ z.T)
    return [*found, np.eye(len(frame))]


def exact_inverse(v):
    """Return the inverse in extended precision: large variances cost half of a double's digits."""
    exact = v.astype(np.longdouble)
    found = np.linalg.inv(v).astype(np.longdouble)
    for _ in range(2):
        found = found + found @ (np.eye(len(v)) - exact @ found)
    return found


@pytest.mark.parametrize("size", [1.0, 30.0, 0.0], ids=["ordinary", "large", "zero"])
@pytest.mark.parametrize("name", dense.CASES)
def test_by_definition(name, size, pupils):
    case = dense.CASES[name]
    problem = problems.problem_of(case.formula, pupils)
    theta = size * problems.random_theta(problem)
    found = covariance_derivatives(problem, evaluate(problem, theta))
    x = stored_columns(pupils, problem, case.fixed)
    v = dense.relative_covariance(pupils, case, problems.relative_covariances(problem, theta))
    inverse = exact_inverse(v)
    changes = units(pupils, problem, case)
    assert_allclose(found.information, x.T @ inverse @ x, rtol=1e-7, atol=1e-9)
    for i, first in enumerate(changes):
        expected = -x.T @ inverse @ first @ inverse @ x
        scale = np.abs(expected).max()
        assert_allclose(found.first[i], expected, rtol=1e-6, atol=1e-8 * scale)
        for j, second in enumerate(changes):
            half = x.T @ inverse @ first @ inverse @ second @ inverse @ x
            expected = half + half.T
            scale = np.abs(expected).max()
            assert_allclose(found.second[i, j], expected, rtol=1e-6, atol=1e-8 * scale)
            trace = np.trace(inverse @ first @ inverse @ second)
            assert found.log_det[i, j] == pytest.approx(-trace, rel=1e-6)


def test_a_level_without_effects_passes_the_others_on(pupils):
    """The same model with its rows counted at a finer level first."""
    whole = problems.problem_of("y ~ x + (1 | d/s/c)", pupils)
    theta = np.array([0.0, 0.7, 0.4])
    found = covariance_derivatives(whole, evaluate(whole, theta))
    coarse = problems.problem_of("y ~ x + (1 | d/s)", pupils)
    expected = covariance_derivatives(coarse, evaluate(coarse, theta[1:]))
    assert_allclose(found.first[1:], expected.first, rtol=EXACT, atol=1e-9)
    assert_allclose(found.second[1:, 1:], expected.second, rtol=EXACT, atol=1e-9)
    assert_allclose(found.log_det[1:, 1:], expected.log_det, rtol=EXACT)
