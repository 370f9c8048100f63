"""Conditional modes and SDs of every group against the joint Gaussian distribution."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.effects import level_effects, level_modes
from mlm_core.fits.mixed import fit_mixed
from tests.core import dense
from tests.core.problems import METHODS, relative_covariances


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
def test_modes_and_sds_are_the_posterior_given_beta(name, method, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils, method=method)
    blocks = relative_covariances(fit.problem, fit.at.theta)
    at = dense.solve(pupils, case, blocks, method)
    for number, (groups, names) in enumerate(case.blocks):
        modes, sds = dense.modes(pupils, case, blocks, at, number)
        table = fit.effects(":".join(reversed(groups)))
        terms = ["(Intercept)" if name == "1" else name for name in names]
        own = table[table["term"].isin(terms)]
        assert_allclose(own["mode"], modes, atol=1e-8)
        assert_allclose(own["sd"], sds, atol=1e-7)


def test_covariances_of_one_groups_effects(pupils):
    case = dense.CASES["slope"]
    fit = fit_mixed(Model(case.formula), pupils, method="ML")
    blocks = relative_covariances(fit.problem, fit.at.theta)
    at = dense.solve(pupils, case, blocks, "ML")
    z = dense.loadings(pupils, *case.blocks[0])
    prior = np.kron(np.eye(4), blocks[0])
    spread = at.sigma2 * (prior - prior @ z.T @ np.linalg.solve(at.covariance, z @ prior))
    found = level_effects(fit.problem, fit.at, 0).covariances
    for group in range(4):
        own = slice(2 * group, 2 * group + 2)
        assert_allclose(found[group], spread[own, own], atol=1e-8)


def test_modes_alone_are_those_with_their_covariances(pupils):
    fit = fit_mixed(Model("y ~ x + (x | s:d) + (1 | c:s:d)"), pupils)
    for level in (0, 1):
        columns, modes = level_modes(fit.problem, fit.at, level)
        full = level_effects(fit.problem, fit.at, level)
        assert columns == full.columns
        assert np.array_equal(modes, full.modes)


def test_modes_of_an_intercept_are_shrunken_means(pupils):
    # One level, no predictor: mode = n / (n + sigma^2 / tau^2) * (mean - overall).
    fit = fit_mixed(Model("y ~ 1 + (1 | c:s:d)"), pupils)
    tau2, sigma2 = fit.variances["variance"]
    means = pupils.groupby(["d", "s", "c"])["y"].agg(["mean", "size"])
    shrinkage = means["size"] / (means["size"] + sigma2 / tau2)
    expected = shrinkage * (means["mean"] - fit.beta[0])
    effects = fit.effects("c:s:d")
    assert_allclose(effects["mode"], expected, rtol=1e-9)
    assert_allclose(effects["sd"], np.sqrt(tau2 * (1 - shrinkage)), rtol=1e-9)
