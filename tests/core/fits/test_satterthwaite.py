"""Degrees of freedom by their definition: differences of the dense likelihood, nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from tests.core import dense
from tests.core.tolerances import DF_EXACT

# Models whose optimum lies inside: intercepts, an uncorrelated slope, two levels.
INSIDE = ["intercept", "uncorrelated", "outer slope, inner intercept"]


def deviance_and_variance(case, frame, components, method):
    """Return -2 log likelihood given all variances (not profiled), and Var(beta)."""
    x, y = dense.matrix(frame, case.fixed), frame["y"].to_numpy()
    v = components[-1] * np.eye(len(frame))
    for (groups, names), variance in zip(case.blocks, components, strict=False):
        z = dense.loadings(frame, groups, names)
        v += variance * z @ z.T
    inverse = np.linalg.inv(v)
    info = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(info, x.T @ inverse @ y)
    value = np.linalg.slogdet(v)[1] + residual @ inverse @ residual
    if method == "REML":
        value += np.linalg.slogdet(info)[1]
    return value, np.diag(np.linalg.inv(info))


def second_derivatives(function, at):
    steps = 1e-3 * at
    size = len(at)
    found = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            total = 0.0
            for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                moved = at.copy()
                moved[i] += a * steps[i]
                moved[j] += b * steps[j]
                total += a * b * function(moved)
            found[i, j] = total / (4.0 * steps[i] * steps[j])
    return found


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("name", INSIDE)
def test_degrees_of_freedom_by_finite_differences(name, method, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils, method=method)
    own = fit.variances[fit.variances["other"] == ""].set_index(["level", "term"])["variance"]
    order = [(":".join(reversed(groups)), "(Intercept)" if names == ("1",) else names[0])
             for groups, names in case.blocks]  # fmt: skip
    components = np.array([own[key] for key in order] + [fit.sigma**2])
    hessian = second_derivatives(
        lambda at: deviance_and_variance(case, pupils, at, method)[0], components
    )
    spread = 2.0 * np.linalg.inv(hessian)
    _, variance = deviance_and_variance(case, pupils, components, method)
    gradient = np.empty((len(variance), len(components)))
    for i, step in enumerate(1e-4 * components):
        high, low = components.copy(), components.copy()
        high[i] += step
        low[i] -= step
        change = (
            deviance_and_variance(case, pupils, high, method)[1]
            - deviance_and_variance(case, pupils, low, method)[1]
        )
        gradient[:, i] = change / (2.0 * step)
    expected = 2.0 * variance**2 / np.einsum("pi,ij,pj->p", gradient, spread, gradient)
    assert_allclose(fit.coefficients["df"], expected, rtol=DF_EXACT)


def test_a_balanced_design_has_the_textbooks_degrees_of_freedom():
    rng = np.random.default_rng(12)
    group = np.repeat(np.arange(8), 5)
    x = np.tile(np.arange(5.0), 8)
    y = 2.0 + rng.normal(0.0, 2.0, 8)[group] + 0.3 * x + rng.normal(size=40)
    fit = fit_mixed(Model("y ~ x + (1 | g)"), pd.DataFrame({"y": y, "x": x, "g": group}))
    # The slope is compared inside groups: 40 rows less 8 groups less 1 slope.
    assert fit.coefficients["df"][1] == pytest.approx(31.0, rel=DF_EXACT)
    balanced = fit_mixed(Model("y ~ 1 + (1 | g)"), pd.DataFrame({"y": y, "g": group}))
    # The mean is compared between groups: 8 - 1.
    assert balanced.coefficients["df"][0] == pytest.approx(7.0, rel=DF_EXACT)


def test_any_contrast(fitted):
    fit = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    single = fit.information.degrees_of_freedom(np.eye(2))
    assert_allclose(single, fit.coefficients["df"])
    scaled = fit.information.degrees_of_freedom(np.array([[0.0, 3.0], [0.0, -1.0]]))
    assert_allclose(scaled, [single[1], single[1]])


def test_a_zero_variance_leaves_finite_degrees_of_freedom(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d/c)"), pupils)
    assert fit.is_singular
    assert (fit.coefficients["df"] > 1.0).all()
    smaller = fit_mixed(Model("y ~ x + (1 | c:s:d)"), pupils)
    assert fit.criterion == pytest.approx(smaller.criterion, abs=1e-8)
