"""Residuals over fitted values."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.prediction import predict, residuals
from mlm_core.inference.residual_points import residual_points

FORMULA = "mathkind ~ ses + (1 | schoolid/classid)"


@pytest.mark.parametrize("effects", ["all", "none"])
def test_points_are_rows(effects, fitted, classroom):
    fit = fitted(FORMULA)
    found = residual_points(fit, classroom, effects=effects)
    assert found.effects == effects
    assert_allclose(found.points.table["x"], predict(fit, classroom, effects=effects))
    assert_allclose(found.points.table["y"], residuals(fit, classroom, effects=effects))
    assert list(found.points.table["group"][:3]) == ["1", "1", "1"]


def test_means_of_neighbours(fitted, classroom):
    found = residual_points(fitted(FORMULA), classroom)
    x, y = (found.points.table[name].to_numpy() for name in "xy")
    first = np.argsort(x, kind="stable")[: found.means["n"][0]]
    assert found.means["n"].sum() == 1190
    assert len(found.means) == 20
    assert found.means["residual"][0] == pytest.approx(y[first].mean())
    assert found.means["sd"][0] == pytest.approx(y[first].std(ddof=1))
    assert found.means["fitted"].is_monotonic_increasing


def test_few_rows_make_few_bins(fitted, sleepstudy):
    found = residual_points(fitted("Reaction ~ Days + (1 | Subject)", "sleepstudy"), sleepstudy)
    assert len(found.means) == 12
    missing = sleepstudy.assign(Days=sleepstudy["Days"].where(sleepstudy["Days"] > 5))
    again = residual_points(fitted("Reaction ~ Days + (1 | Subject)", "sleepstudy"), missing)
    assert again.points.n_total == 72
