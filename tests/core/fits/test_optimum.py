"""The optimum from moments alone: settled, and refitted without rows."""

from __future__ import annotations

import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.optimum import find_optimum, least_criterion
from mlm_core.fits.pooled import fit_pooled
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
