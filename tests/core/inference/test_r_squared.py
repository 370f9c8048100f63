"""R2 against performance::r2_nakagawa, and row by row where that is no reference."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.prediction import predict
from mlm_core.inference.r_squared import r_squared
from tests.core import dense
from tests.core.lmer_record import reference
from tests.core.tolerances import EXACT

MODELS = reference("inference")["models"]
# Shares of variances that stand at lme4's looser optimum.
SHARE = 2e-5
# performance leaves the slope of a || term out.
WRONG_IN_R = {"S2"}


@pytest.mark.parametrize("name", [n for n in MODELS if MODELS[n]["inference"]])
def test_as_performance(name, fitted):
    record = MODELS[name]["inference"]["r2"]
    found = r_squared(fitted(MODELS[name]["formula"], MODELS[name]["data"]))
    pairs = [
        (found.marginal, record["R2_marginal"]),
        (found.conditional, record["R2_conditional"]),
    ]
    for own, theirs in pairs:
        assert (own == pytest.approx(theirs, rel=SHARE)) == (name not in WRONG_IN_R)


def test_the_handouts_models(fitted):
    record = reference("classroom")["r2_nakagawa"]
    for name, formula in (("ses_school", "schoolid"), ("ses_nested", "schoolid/classid")):
        found = r_squared(fitted(f"mathkind ~ ses + (1 | {formula})"))
        assert found.marginal == pytest.approx(record[name]["marginal"], rel=SHARE)
        assert found.conditional == pytest.approx(record[name]["conditional"], rel=SHARE)


@pytest.mark.parametrize("name", dense.CASES)
def test_row_by_row(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    found = r_squared(fit)
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    v = dense.relative_covariance(pupils, case, blocks)
    fixed = np.var(predict(fit, pupils, effects="none"), ddof=1)
    random = fit.sigma**2 * (np.diag(v) - 1.0).mean()
    assert found.fixed_variance == pytest.approx(fixed, rel=EXACT, abs=1e-12)
    assert found.random_variance == pytest.approx(random, rel=1e-8)
    total = fixed + random + fit.sigma**2
    assert found.marginal == pytest.approx(fixed / total, rel=1e-8, abs=1e-12)
    assert found.conditional == pytest.approx((fixed + random) / total, rel=1e-8)


def test_the_figures_the_docstring_gives(fitted):
    found = r_squared(fitted("Reaction ~ Days + (Days || Subject)", "sleepstudy"))
    assert (round(found.marginal, 3), round(found.conditional, 3)) == (0.283, 0.797)
    assert "leaves such slopes out" in found.notes[0].message
    assert not r_squared(fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")).notes
    record = MODELS["S2"]["inference"]["r2"]
    assert round(record["R2_marginal"], 3) == 0.415
    assert round(record["R2_conditional"], 3) == 0.702
