"""Reliabilities of groups' effects: known formulas, and dense matrices where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.reliability import reliability
from tests.core import dense


def test_of_a_random_intercept(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    found = reliability(fit, "schoolid")
    tau2, sigma2 = fit.variances["variance"]
    assert_allclose(found.groups["reliability"], tau2 / (tau2 + sigma2 / found.groups["n"]))
    row = found.terms.iloc[0]
    assert row["term"] == "(Intercept)"
    assert row["min"] < row["mean"] < row["max"] < 1.0


def test_of_schools_with_classes_inside(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    schools, classes = reliability(fit, "schoolid"), reliability(fit, "classid")
    of_school, of_class, sigma2 = fit.variances["variance"]
    n = classes.groups["n"].to_numpy()
    assert_allclose(classes.groups["reliability"], of_class / (of_class + sigma2 / n))
    parent = fit.levels[1].parent
    precision = np.bincount(parent, 1.0 / (of_class + sigma2 / n))
    assert_allclose(schools.groups["reliability"], of_school / (of_school + 1.0 / precision))


@pytest.mark.parametrize(
    "name", ["slope", "two slopes", "uncorrelated", "slope only", "indicators"]
)
def test_of_slopes_by_brute_force(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    solution = dense.solve(pupils, case, blocks, fit.method)
    found = reliability(fit, fit.levels[-1].name)
    for which, (block, (_, names)) in enumerate(zip(blocks, case.blocks, strict=True)):
        _, sd = dense.modes(pupils, case, blocks, solution, which)
        prior = np.tile(np.diag(block) * solution.sigma2, len(sd) // len(names))
        labels = ["(Intercept)" if name == "1" else name for name in names]
        own = found.groups[found.groups["term"].isin(labels)]["reliability"]
        known = prior > 0.0
        assert_allclose(own[known], (1.0 - sd**2 / np.where(known, prior, 1.0))[known], atol=1e-7)


def test_a_variance_of_zero_has_no_reliability(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d/c)"), pupils)
    assert reliability(fit, "s:d").groups["reliability"].isna().all()


def test_unknown_levels_and_levels_without_effects(fitted, pupils):
    with pytest.raises(UnknownColumnError, match="schol"):
        reliability(fitted("mathkind ~ ses + (1 | schoolid)"), "schol")
    fit = fit_mixed(Model("y ~ x + (1 | s:d) + (0 + x | c:s:d)"), pupils)
    assert reliability(fit, "c:s:d").terms["term"].tolist() == ["x"]
