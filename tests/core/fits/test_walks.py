"""Every way up and down the hierarchy finds what the general walks find."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits import walks
from mlm_core.fits.criterion import ascend
from mlm_core.fits.descent import descend
from mlm_core.fits.walks import (
    as_walk,
    first_of,
    has_own_walk,
    pays_by_branch,
    walk_at,
    walk_beside,
)

MODELS = [
    ("mathkind ~ ses + (1 | schoolid/classid)", "classroom", True),
    ("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy", True),
    ("Reaction ~ Days + (1 + Days || Subject)", "sleepstudy", False),
]


def same(found, known):
    assert_allclose(found.log_pivots, known.log_pivots, rtol=1e-11)
    for name in ("log_det_gradient", "r2_gradient"):
        assert_allclose(getattr(found, name), getattr(known, name), rtol=1e-9, err_msg=name)
    for name in ("beta", "r2", "log_det", "residual_coefficients"):
        assert_allclose(getattr(found.root, name), getattr(known.root, name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("formula", "table", "is_special"), MODELS)
def test_at_one_theta_and_at_several(formula, table, is_special, fitted):
    fit = fitted(formula, table)
    problem, theta = fit.problem, fit.at.theta
    assert has_own_walk(problem) is is_special
    up = ascend(problem, theta)
    known = as_walk(up, descend(problem, up))
    same(walk_at(problem, theta), known)
    beside = walk_beside(problem, theta[:, None] * np.array([1.0, 1.4]))
    assert np.shape(beside.root.r2) == (2,)
    same(first_of(beside), known)


def test_very_many_groups_of_intercepts_are_summed_by_branch(fitted, monkeypatch):
    problem = fitted("mathkind ~ ses + (1 | schoolid/classid)").problem
    theta = np.array([0.2, 0.4])
    few = walk_at(problem, theta)
    assert not pays_by_branch(problem)
    monkeypatch.setattr(walks, "_MANY_GROUPS", 10)
    assert pays_by_branch(problem)
    same(walk_at(problem, theta), few)
