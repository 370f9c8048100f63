"""Coordinates that hold one parameter: order, names, bounds, and the same covariance."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.profile_parameters import all_coordinates, free_loadings
from tests.core import dense


def coordinates_of(formula, frame):
    fit = fit_mixed(Model(formula), frame, method="ML")
    sigma = fit.sigma / fit.problem.moments.scale[-1]
    theta, beta = fit.at.theta, fit.at.ascent.root.beta
    return fit, all_coordinates(fit.problem, theta, sigma, fit.scale.matrix, beta)


@pytest.mark.parametrize("name", dense.CASES)
def test_one_for_every_parameter(name, pupils):
    fit, found = coordinates_of(dense.CASES[name].formula, pupils)
    assert len(found) == fit.n_parameters
    labels = [one.parameter.label for one in found]
    assert len(set(labels)) == len(labels)
    assert labels[-fit.problem.p :] == list(fit.terms)
    assert labels[-fit.problem.p - 1] == "sigma"


@pytest.mark.parametrize("name", dense.CASES)
def test_the_start_is_the_estimate(name, pupils):
    fit, found = coordinates_of(dense.CASES[name].formula, pupils)
    variances = fit.variances.set_index(["level", "term", "other"])
    for one in found:
        parameter, held = one.parameter, one.start[one.held]
        if parameter.kind == "sd":
            sd = variances.loc[(parameter.level, parameter.terms[0], ""), "sd"]
            assert held * fit.scale.outcome_scale == pytest.approx(sd, rel=1e-9, abs=1e-12)
        if parameter.kind == "correlation":
            correlation = variances.loc[(parameter.level, *parameter.terms), "corr"]
            assert_allclose(np.sin(held), correlation, atol=1e-7)


def test_a_standard_deviation_at_zero_has_one_side(pupils):
    _, found = coordinates_of("y ~ x + (1 | s:d/c)", pupils)
    school, group, *_ = found
    assert school.start[school.held] == 0.0
    assert [school.has_side(side) for side in (-1.0, 1.0)] == [False, True]
    assert [group.has_side(side) for side in (-1.0, 1.0)] == [True, True]
    assert (school.limit(-1.0), school.limit(1.0)) == (0.0, np.inf)


def test_free_loadings_are_one_effect_each(pupils):
    fit, _ = coordinates_of("y ~ x + w + (x + w | s:d)", pupils)
    structure = free_loadings(fit.problem.structure)
    assert structure.n_theta == 9
    assert [block.size for block in structure.blocks] == [3, 3, 3]
    assert [len(block.loadings(np.ones(9))) for block in structure.blocks] == [1, 1, 1]
