"""The design effect against the variance of a mean from a dense covariance matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.design_effect import design_effect
from mlm_core.inference.shares import icc, unconditional_icc
from tests.core import dense


@pytest.mark.parametrize("name", ["intercept", "two levels", "three levels"])
def test_the_variance_of_a_mean_over_that_of_independent_rows(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    v = dense.relative_covariance(pupils, case, blocks)
    found = design_effect(fit, conditional=True)
    n = len(pupils)
    assert found.design_effect == pytest.approx(v.sum() / n**2 / (v[0, 0] / n), rel=1e-9)
    assert found.effective_n == pytest.approx(n / found.design_effect)
    assert found.by_level["inflation"].sum() == pytest.approx(found.design_effect)
    assert found.by_level["level"].tolist() == [*fit.n_groups, "Residual"]


def test_equal_groups_have_the_familiar_formula():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(30), 8)
    frame = pd.DataFrame({"g": group, "y": rng.normal(size=30)[group] + rng.normal(size=240)})
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), frame)
    share = icc(fit).shares["share"][0]
    found = design_effect(fit)
    assert found.design_effect == pytest.approx(1.0 + 7.0 * share)
    assert not found.is_conditional


def test_without_predictors_by_default(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    plain, given = design_effect(fit), design_effect(fit, conditional=True)
    assert (plain.is_conditional, given.is_conditional) == (False, True)
    assert plain.design_effect > given.design_effect > 1.0
    residual = unconditional_icc(fit).shares["share"].iloc[-1]
    assert plain.by_level["inflation"].iloc[-1] == pytest.approx(residual)
