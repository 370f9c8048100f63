"""The last step of an evaluation: least squares on the one group that is left."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend
from mlm_core.fits.estimates import user_scale
from mlm_core.fits.root import solve_root
from tests.core import dense
from tests.core.problems import problem_of


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("y ~ x + w", ("1", "x", "w")),
        ("y ~ 0 + x + w", ("x", "w")),
        ("y ~ 1", ("1",)),
        ("y ~ 0 + k", ("ka", "kb", "kc")),
        ("y ~ k * x", ("1", "kb", "kc", "x", "kb:x", "kc:x")),
    ],
)
def test_without_random_effects_it_is_ordinary_least_squares(formula, names, pupils):
    problem = problem_of(formula, pupils)
    moments = problem.moments
    root = solve_root(moments.states[0], moments, problem.fixed)
    x = dense.matrix(pupils, names)
    beta, left, _, _ = np.linalg.lstsq(x, pupils["y"], rcond=None)
    scale = user_scale(moments)
    assert_allclose(scale.beta(root.beta), beta, rtol=1e-10)
    assert_allclose(root.r2 * moments.scale[-1] ** 2, left[0], rtol=1e-10)
    vcov = scale.covariance(root.inverse) / moments.scale[-1] ** 2
    assert_allclose(vcov, np.linalg.inv(x.T @ x), rtol=1e-8, atol=1e-12)
    units = sum(np.log(moments.scale[index]) for index in problem.fixed if index >= 0)
    assert_allclose(root.log_det + 2.0 * units, np.linalg.slogdet(x.T @ x)[1], rtol=1e-10)


def test_a_column_that_hardly_varies_between_groups_is_still_solved(classroom):
    # What huge random intercepts leave of a school's column is tiny beside what they leave of ses.
    problem = problem_of("mathkind ~ ses + housepov + (1 | schoolid)", classroom)
    root = ascend(problem, np.array([1e5])).root
    assert np.isfinite(root.log_det)
    assert_allclose(root.inverse, root.inverse.T, rtol=1e-9)
    schools = classroom.groupby("schoolid")[["mathkind", "housepov", "ses"]].mean()
    within = classroom.groupby("schoolid")[["mathkind", "ses"]].transform(lambda v: v - v.mean())
    slope = (within["mathkind"] @ within["ses"]) / (within["ses"] @ within["ses"])
    # With all weight on schools, the line of poverty is that of the adjusted school means.
    adjusted = schools["mathkind"] - slope * schools["ses"]
    expected = np.polyfit(schools["housepov"], adjusted, 1)[0]
    beta = user_scale(problem.moments).beta(root.beta)
    assert_allclose(beta[1], slope, rtol=1e-6)
    assert_allclose(beta[2], expected, rtol=1e-6)
