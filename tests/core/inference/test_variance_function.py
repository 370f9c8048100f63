"""A level's variance along a slope variable."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.bootstrap import bootstrap
from mlm_core.inference.shares import icc
from mlm_core.inference.variance_function import round_values, slope_columns, variance_function

SLEEP = "Reaction ~ Days + (Days | Subject)"


def test_by_the_formula(fitted):
    fit = fitted(SLEEP, "sleepstudy")
    table = fit.variances.set_index(["term", "other"])["variance"]
    u0, u1, u01 = (
        table[key] for key in [("(Intercept)", ""), ("Days", ""), ("(Intercept)", "Days")]
    )
    found = variance_function(fit, "Days", [-0.5, 0.0, 0.5, 9.0]).table
    subject = found[found["level"] == "Subject"]
    x = subject["x"].to_numpy()
    assert_allclose(subject["variance"], u0 + 2.0 * x * u01 + x**2 * u1, rtol=1e-9)
    assert_allclose(
        subject["share"], subject["variance"] / (subject["variance"] + fit.sigma**2), rtol=1e-9
    )
    residual = found[found["level"] == "Residual"]
    assert_allclose(residual["variance"], fit.sigma**2)
    assert residual["icc"].isna().all()


def test_singular_model_of_the_class_set(fitted):
    fit = fitted("mathkind ~ ses + (ses | schoolid)")
    found = variance_function(fit, "ses", [-0.5, 0.0, 0.5]).table
    school = found[found["level"] == "schoolid"]["variance"].to_numpy()
    covariance = fit.problem.structure.blocks[0].relative_covariance(fit.at.theta) * fit.sigma**2
    expected = [np.array([1.0, x]) @ covariance @ np.array([1.0, x]) for x in (-0.5, 0.0, 0.5)]
    assert_allclose(school, expected, rtol=1e-9)


@pytest.mark.parametrize("formula", [SLEEP, "Reaction ~ Days + (Days || Subject)"])
def test_at_the_mean_it_is_the_share(formula, fitted, sleepstudy):
    fit = fitted(formula, "sleepstudy")
    found = variance_function(fit, "Days", [sleepstudy["Days"].mean()]).table
    assert found["share"][0] == pytest.approx(icc(fit).shares["share"][0], rel=1e-9)
    assert found["icc"][0] == pytest.approx(icc(fit).correlations["icc"][0], rel=1e-9)


def test_two_levels_add_up(pupils):
    fit = fit_mixed(Model("y ~ x + (x | s:d/c)"), pupils)
    found = variance_function(fit, "x", [1.0, 3.0]).table
    wide = found.pivot_table(index="x", columns="level", values="share")
    assert_allclose(wide.sum(axis=1), 1.0)
    inner = found[found["level"] == "c:s:d"]["icc"].to_numpy()
    assert_allclose(inner, 1.0 - wide["Residual"].to_numpy())


def test_two_slopes_keep_the_other_at_its_mean(pupils):
    fit = fit_mixed(Model("y ~ x + w + (x + w | s:d)"), pupils)
    found = variance_function(fit, "w")
    assert found.at_means == pytest.approx({"x": pupils["x"].mean()})
    assert slope_columns(fit) == ("x", "w")
    x = found.table["x"]
    w = pupils["w"]
    assert x.min() == pytest.approx(w.mean() - 2.0 * w.std(ddof=0))
    assert x.max() == pytest.approx(w.mean() + 2.0 * w.std(ddof=0))


def test_intervals(fitted):
    fit = fitted(SLEEP, "sleepstudy")
    replicates = bootstrap(fit, 500, seed=1)
    found = variance_function(fit, "Days", [0.0, 5.0], bootstrap=replicates, confidence=0.9)
    table = found.table
    assert (table["lower"] < table["variance"]).all()
    assert (table["variance"] < table["upper"]).all()
    own = np.quantile(replicates.replicates.covariances[0][:, 0, 0], [0.05, 0.95])
    assert_allclose(table.loc[0, ["lower", "upper"]].astype(float), own)
    assert found.confidence == 0.9
    assert variance_function(fit, "Days").confidence is None


def test_round_values(fitted):
    assert round_values(fitted(SLEEP, "sleepstudy"), "Days") == (2.0, 4.0, 6.0)
    assert round_values(fitted("mathkind ~ ses + (ses | schoolid)"), "ses") == (-0.5, 0.0, 0.5)
    own = fitted("mathkind ~ minority + (minority | schoolid)")
    assert round_values(own, "minority") == (0.0, 1.0)
    with pytest.raises(UnknownColumnError):
        round_values(own, "ses")


def test_only_of_what_varies(fitted):
    with pytest.raises(UnknownColumnError, match="ses"):
        variance_function(fitted("mathkind ~ ses + (1 | schoolid)"), "ses")
