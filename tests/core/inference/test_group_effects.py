"""Effects of groups, raw and shrunk, and the intervals that compare them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.prediction import residuals
from mlm_core.inference.group_effects import comparison_reach, group_effects, raw_effects


def test_modes_and_intervals(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    found = group_effects(fit, "schoolid")
    own = fit.effects("schoolid")
    assert_allclose(found.table["mode"], own["mode"])
    assert_allclose(found.table["upper"], own["mode"] + 1.959964 * own["sd"], rtol=1e-6)
    assert_allclose(found.table["comparison_lower"], own["mode"] - found.comparison_reach
                    * own["sd"])  # fmt: skip
    assert found.sd == pytest.approx(fit.variances["sd"][0])
    apart = (own["mode"].abs() > 1.959964 * own["sd"]).sum()
    assert found.n_apart == apart > 0


def test_raw_means_and_shrinkage(fitted, classroom):
    """For a random intercept: the mean residual, and theta^2 n / (1 + theta^2 n) of it."""
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    table = group_effects(fit, "schoolid").table
    rest = pd.Series(residuals(fit, classroom, effects="none"))
    means = rest.groupby(classroom["schoolid"].to_numpy()).mean()
    assert_allclose(table["raw"], means, atol=1e-8)
    weight = fit.theta[0] ** 2 * table["n"]
    assert_allclose(table["mode"], table["raw"] * weight / (1.0 + weight), rtol=1e-6)


def test_raw_effects_inside_others(fitted, classroom):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    outside = residuals(fit, classroom, effects="none")
    schools = fit.effects("schoolid").set_index("schoolid")["mode"]
    outside = outside - schools.loc[classroom["schoolid"]].to_numpy()
    means = pd.Series(outside).groupby([classroom["schoolid"], classroom["classid"]]).mean()
    assert_allclose(group_effects(fit, "classid").table["raw"], means, atol=1e-8)


@pytest.mark.parametrize("bar", ["|", "||"])
def test_raw_slopes_are_least_squares(bar, fitted, sleepstudy):
    fit = fitted(f"Reaction ~ Days + (Days {bar} Subject)", "sleepstudy")
    rest = residuals(fit, sleepstudy, effects="none")
    raw = np.array([group_effects(fit, "Subject", t).table["raw"] for t in fit.terms])
    for position, subject in enumerate(fit.levels[0].keys[0]):
        own = (sleepstudy["Subject"] == subject).to_numpy()
        days = sleepstudy["Days"][own]
        x = np.column_stack([np.ones(own.sum()), days])
        expected = np.linalg.lstsq(x, rest[own], rcond=None)[0]
        assert_allclose(raw[:, position], expected, rtol=1e-7, atol=1e-7)


def test_a_group_that_cannot_tell_has_no_raw_slope(pupils):
    frame = pupils.assign(z=np.where(pupils["s"] == 1, pupils["x"], 2.0))
    fit = fit_mixed(Model("y ~ z + (z | s:d)"), frame)
    raw = raw_effects(fit, 0)
    assert list(np.isnan(raw[1])) == [False, True, False, True]


def test_comparison_intervals():
    # Two groups of one SD: their difference has an SD of sqrt(2), so each reaches 1.96 / sqrt(2).
    assert comparison_reach(np.full(7, 3.0)) == pytest.approx(1.959964 / np.sqrt(2.0), rel=1e-6)
    sd = np.array([1.0, 2.0, 5.0])
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = sum(np.hypot(sd[i], sd[j]) for i, j in pairs) / sum(sd[i] + sd[j] for i, j in pairs)
    assert comparison_reach(sd) == pytest.approx(1.959964 * expected, rel=1e-6)
    many = np.random.default_rng(1).uniform(1.0, 4.0, 5000)
    whole = comparison_reach(many[:500])
    assert comparison_reach(many) == pytest.approx(whole, rel=0.01)
    assert comparison_reach(np.zeros(4)) == pytest.approx(1.386, abs=1e-3)


def test_an_effect_that_does_not_vary_is_refused(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    with pytest.raises(UnknownColumnError, match="ses"):
        group_effects(fit, "schoolid", "ses")
    with pytest.raises(UnknownColumnError, match="village"):
        group_effects(fit, "village")
