"""The path over the criterion's surface ends where the fit is, and only falls."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.fits.curvature import value_at
from mlm_core.inference.search_path import has_path, search_path

NESTED = "mathkind ~ ses + (1 | schoolid/classid)"


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_it_ends_at_the_fit(method, fitted):
    fit = fitted(NESTED, "classroom", method)
    found = search_path(fit)
    assert found.steps[0].tolist() == [1.0, 1.0]
    assert found.steps[-1] == pytest.approx(fit.at.theta, abs=1e-4)
    assert found.values[-1] == pytest.approx(fit.criterion, abs=1e-6)
    assert (np.diff(found.values) <= 0).all()
    assert found.levels == ("classid:schoolid", "schoolid")
    assert 2 <= len(found.steps) <= 15


def test_the_surface_is_the_criterion(fitted):
    fit = fitted(NESTED)
    found = search_path(fit)
    for row, column in ((0, 0), (3, 17), (40, 2), (40, 40)):
        theta = np.array([found.grids[0][column], found.grids[1][row]])
        expected = value_at(fit.problem, theta) - fit.criterion
        assert found.surface[row, column] == pytest.approx(expected, abs=1e-7)
    assert found.surface.min() >= 0.0


def test_which_models_have_one(fitted):
    assert has_path(fitted(NESTED))
    assert not has_path(fitted("mathkind ~ ses + (1 | schoolid)"))
    assert not has_path(fitted("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy"))
