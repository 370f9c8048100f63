"""The optimum from moments alone: settled, and refitted without rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.fits import optimum
from mlm_core.fits.criterion import ascend, criterion
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.optimum import find_optimum, least_criterion
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.search import minimise
from tests.core.problems import METHODS, moments_of, problem_of
from tests.core.tolerances import EXACT, SAME_OPTIMUM


def test_a_zero_is_exactly_zero(pupils):
    found = find_optimum(problem_of("y ~ x + (1 | s:d/c)", pupils))
    assert found.at.theta[1] == 0.0
    assert found.at.theta[0] > 1.0
    # Second derivatives belong to the settled point.
    assert found.curvature.log_det.shape == (2, 2)


@pytest.mark.parametrize("method", METHODS)
def test_without_random_effects_it_is_the_linear_model(method, classroom):
    pooled = fit_pooled(Model("mathkind ~ ses"), classroom)
    moments = moments_of("mathkind ~ ses + (ses | schoolid/classid)", classroom)
    expected = {"ML": pooled.log_likelihood, "REML": pooled.restricted_log_likelihood}[method]
    assert least_criterion(moments, method, ()) == pytest.approx(-2.0 * expected, rel=EXACT)


@pytest.mark.parametrize("method", METHODS)
def test_without_a_level_it_is_the_model_without_that_level(method, classroom):
    moments = moments_of("mathkind ~ ses + (1 | schoolid/classid)", classroom)
    for block, formula in zip(
        moments.layout.blocks,
        ["mathkind ~ ses + (1 | classid)", "mathkind ~ ses + (1 | schoolid)"],
        strict=True,
    ):
        fresh = fit_mixed(Model(formula), classroom, method=method).criterion
        found = least_criterion(moments, method, (block,))
        assert found == pytest.approx(fresh, abs=SAME_OPTIMUM)


def test_the_other_method_from_the_same_moments(classroom):
    moments = moments_of("mathkind ~ ses + (ses | schoolid)", classroom)
    fresh = fit_mixed(Model("mathkind ~ ses + (ses | schoolid)"), classroom, method="ML")
    found = least_criterion(moments, "ML", moments.layout.blocks)
    assert found == pytest.approx(fresh.criterion, abs=SAME_OPTIMUM)


def paradox(seed):
    """Make groups whose line inside runs against the line between them (Simpson's paradox)."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(6), 5)
    means = rng.normal(0.0, 3.0, 6)
    x = means[group] + rng.normal(0.0, 0.5, 30)
    y = 1.5 * means[group] - 2.0 * (x - means[group]) + rng.normal(0.0, 1.0, 30)
    return pd.DataFrame({"y": y, "x": x, "g": group})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 6])
def test_of_two_minima_the_lower_is_found(seed, method):
    problem = problem_of("y ~ x + (1 | g)", paradox(seed), method)
    grid = np.concatenate([[0.0], np.geomspace(0.02, 100.0, 200)])[None]
    values = criterion(problem, ascend(problem, grid))
    minima = sum(
        (i == 0 or values[i] < values[i - 1]) and (i == 200 or values[i] < values[i + 1])
        for i in range(201)
    )
    assert minima == 2  # else this table shows nothing
    assert find_optimum(problem).at.value <= values.min() + SAME_OPTIMUM


@pytest.mark.parametrize("method", METHODS)
def test_a_zero_is_looked_beyond_even_from_a_start_that_leads_there(method, monkeypatch):
    problem = problem_of("y ~ x + (1 | g)", paradox(seed=1), method)
    usual = find_optimum(problem).at
    assert usual.theta[0] > 1.0
    monkeypatch.setattr(optimum, "find_start", lambda problem: (np.zeros(1), 0))
    assert minimise(problem, np.zeros(1)).at.theta[0] == 0.0  # a minimum, and certified as one
    assert find_optimum(problem).at.value == pytest.approx(usual.value, abs=SAME_OPTIMUM)
