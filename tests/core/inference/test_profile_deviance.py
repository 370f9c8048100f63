"""The deviance that profiles follow: by brute force, and its derivatives by differences."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.profile_deviance import ProfileDeviance, stacked
from mlm_core.inference.profile_parameters import all_coordinates
from tests.core import dense, tolerances


def places(formula, frame, seed):
    """Return deviance, points and xi a little away from the estimate, for all parameters."""
    fit = fit_mixed(Model(formula), frame, method="ML")
    sigma = fit.sigma / fit.problem.moments.scale[-1]
    coordinates = [
        one
        for one in all_coordinates(
            fit.problem, fit.at.theta, sigma, fit.scale.matrix, fit.at.ascent.root.beta
        )
        if np.isfinite(one.start).all()
    ]
    start = np.stack([one.start for one in coordinates])
    xi = start + np.random.default_rng(seed).normal(0.0, 0.1, start.shape)
    return fit, ProfileDeviance(fit.problem), coordinates, start, xi


@pytest.mark.parametrize("name", dense.CASES)
def test_at_the_estimate_it_is_the_criterion(name, pupils):
    fit, deviance, coordinates, start, _ = places(dense.CASES[name].formula, pupils, 1)
    found = deviance(stacked(coordinates), start)
    assert_allclose(found.value + fit.problem.constant, fit.criterion, rtol=tolerances.EXACT)
    assert np.abs(found.gradient).max() < 1e-2


@pytest.mark.parametrize("name", dense.CASES)
def test_derivatives(name, pupils):
    _, deviance, coordinates, _, xi = places(dense.CASES[name].formula, pupils, 2)
    points = stacked(coordinates)
    at = deviance(points, xi)
    for entry in range(xi.shape[1]):
        change = np.zeros(xi.shape[1])
        change[entry] = 1e-5
        up, down = deviance(points, xi + change), deviance(points, xi - change)
        slope = (up.value - down.value) / 2e-5
        assert_allclose(at.gradient[:, entry], slope, rtol=1e-5, atol=1e-4)
        bend = (up.gradient - down.gradient) / 2e-5
        scale = np.abs(at.hessian).max()
        assert_allclose(at.hessian[:, entry], bend, rtol=1e-5, atol=1e-7 * scale)


@pytest.mark.parametrize("name", ["two levels", "slope", "two slopes", "uncorrelated"])
def test_the_held_coordinate_is_the_parameter(name, pupils):
    case = dense.CASES[name]
    fit, deviance, coordinates, _, xi = places(case.formula, pupils, 3)
    found = deviance(stacked(coordinates), xi)
    unit = fit.scale.outcome_scale
    for one, own, value in zip(coordinates, xi, found.value, strict=True):
        blocks, sigma = covariances_at(fit.problem, one, own)
        held = own[one.held]
        kind, terms = one.parameter.kind, one.parameter.terms
        if kind == "sigma":
            assert np.exp(held) == pytest.approx(sigma)
        if kind in ("sd", "correlation"):
            covariance = covariance_of(blocks, case, one)
            where = [names_of(case, one).index(term) for term in terms]
            sd = np.sqrt(np.diag(covariance))[where] * sigma
            if kind == "sd":
                assert abs(held) == pytest.approx(sd[0])
            else:
                correlation = covariance[where[0], where[1]] * sigma**2 / sd.prod()
                assert abs(np.sin(held)) == pytest.approx(abs(correlation))
        solution = dense.solve(pupils, case, blocks, "ML")
        r2 = solution.sigma2 * len(pupils)
        if kind == "fixed":
            position = fit.terms.index(terms[0])
            delta = unit * held + fit.scale.constant[position]
            variance = solution.vcov[position, position] / solution.sigma2
            r2 += (delta - solution.beta[position]) ** 2 / variance
        n, s = len(pupils), sigma * unit
        log_det = np.linalg.slogdet(solution.covariance)[1]
        expected = log_det + n * np.log(2.0 * np.pi * s**2) + r2 / s**2
        assert value + fit.problem.constant == pytest.approx(expected, rel=1e-9)


def covariances_at(problem, one, own):
    """Return Cov(b) / sigma^2 of every block on the user's columns, and sigma, at xi."""
    m = problem.structure.n_theta
    y, sigma = own[:m].copy(), np.exp(own[m])
    if one.parameter.kind == "sd":
        y[one.held] = own[one.held] / sigma
    if one.partner >= 0:
        y[one.partner], y[one.held] = own[one.partner] * np.array(
            [np.sin(own[one.held]), np.cos(own[one.held])]
        )
    loadings, first, found = one.basis @ y, 0, []
    for block in problem.structure.blocks:
        stored = loadings[first : first + block.q**2].reshape(block.q, block.q).T
        factor = block.to_user @ stored
        found.append(factor @ factor.T)
        first += block.q**2
    return found, sigma


def names_of(case, one):
    return next(
        ["(Intercept)" if name == "1" else name for name in names]
        for groups, names in case.blocks
        if ":".join(reversed(groups)) == one.parameter.level
        and one.parameter.terms[0] in ["(Intercept)" if name == "1" else name for name in names]
    )


def covariance_of(blocks, case, one):
    names = names_of(case, one)
    return next(
        covariance
        for covariance, (groups, columns) in zip(blocks, case.blocks, strict=True)
        if ":".join(reversed(groups)) == one.parameter.level
        and ["(Intercept)" if name == "1" else name for name in columns] == names
    )
