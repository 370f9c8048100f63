"""Groups left out: weights without rows, and moments of the rest."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.criterion import ascend, build_problem, criterion
from mlm_core.fits.structure import lower_factor
from mlm_core.inference.deletion import Deletions, ancestors, is_estimable, moments_without
from tests.core import problems
from tests.core.tolerances import EXACT

LEVELS = {0: ["d"], 1: ["d", "s"], 2: ["d", "s", "c"]}
FORMULA = "y ~ x + w + (x | d/s/c)"


def rest_of(frame, level, group):
    codes = frame.groupby(LEVELS[level]).ngroup().to_numpy()
    return frame[codes != group]


@pytest.mark.parametrize(("level", "group"), [(1, 0), (1, 2), (2, 0), (2, 8)])
def test_moments_of_the_rest(level, group, pupils):
    whole = problems.problem_of(FORMULA, pupils)
    theta = problems.random_theta(whole)
    rest = build_problem(moments_without(whole.moments, level, group), "REML")
    again = problems.problem_of(FORMULA, rest_of(pupils, level, group))
    # Both problems store their columns in units of their own: meet on the user's scale.
    entries = []
    for block, own in zip(again.structure.blocks, whole.structure.blocks, strict=True):
        inverse = np.linalg.inv(block.to_user)
        covariance = inverse @ own.relative_covariance(theta) @ inverse.T
        entries.append(block.entries(lower_factor(covariance)))
    moved = np.concatenate(entries)
    values = []
    for problem, at in ((rest, theta), (again, moved)):
        values.append(float(criterion(problem, ascend(problem, at))))
    assert values[0] == pytest.approx(values[1], rel=EXACT)


def test_two_groups_of_every_level_must_be_left(pupils):
    problem = problems.problem_of("y ~ x + (1 | d/s)", pupils)
    assert not is_estimable(problem, 0).any()  # one of two districts
    assert is_estimable(problem, 1).all()
    last = pupils[(pupils["d"] == 1) | (pupils["s"] == 1)]  # district 2 has one school
    problem = problems.problem_of("y ~ x + (1 | d/s)", last)
    assert list(is_estimable(problem, 1)) == [True, True, False]
    # Two schools, one of them with both classes: without it one school is left.
    schools = pupils[(pupils["d"] == 1)]
    problem = problems.problem_of("y ~ x + (1 | s/c)", schools)
    assert not is_estimable(problem, 0).any()
    assert is_estimable(problem, 1).all()


@pytest.mark.parametrize("level", [1, 2])
def test_side_by_side_is_one_by_one(level, pupils):
    problem = problems.problem_of(FORMULA, pupils)
    groups = np.arange(problem.moments.levels[level].n_groups)
    deletions = Deletions(problem, level, groups)
    theta = problems.random_theta(problem)
    together = ascend(problem, np.repeat(theta[:, None], len(groups), axis=1), deletions.state())
    for group in groups:
        rest = build_problem(moments_without(problem.moments, level, group), "REML")
        alone = ascend(rest, theta)
        assert together.log_pivots[group] == pytest.approx(alone.log_pivots, rel=1e-8)
        assert_allclose(together.root.beta[:, group], alone.root.beta, rtol=1e-7, atol=1e-10)
        assert together.root.r2[group] == pytest.approx(float(alone.root.r2), rel=1e-8)
        assert deletions.df[group] == rest.df
        assert_allclose(deletions.chunk(np.array([group])).df, rest.df)


def test_ancestors(pupils):
    moments = problems.moments_of(FORMULA, pupils)
    assert list(ancestors(moments, 0)) == [0] * 5 + [1] * 4
    assert list(ancestors(moments, 1)) == [0, 0, 0, 1, 1, 2, 2, 3, 3]
    assert list(ancestors(moments, 2)) == list(range(9))


@pytest.mark.parametrize("formula", ["y ~ x + z + (1 | s:d)", "y ~ 0 + x + z + (1 | s:d)"])
def test_what_only_one_group_tells(formula, pupils):
    """A column that varies in one school only cannot be estimated without that school."""
    school = pupils.groupby(["d", "s"]).ngroup()
    frame = pupils.assign(z=np.where(school == 2, pupils["w"], 0.0))
    problem = problems.problem_of(formula, frame)
    assert list(is_estimable(problem, 0)) == [True, True, False, True]


def test_collinear_but_for_one_group(pupils):
    school = pupils.groupby(["d", "s"]).ngroup()
    frame = pupils.assign(z=2.0 * pupils["x"] + np.where(school == 1, pupils["w"], 3.0))
    problem = problems.problem_of("y ~ x + z + (1 | s:d)", frame)
    assert list(is_estimable(problem, 0)) == [True, False, True, True]
    only_mean = problems.problem_of("y ~ 1 + (1 | s:d)", frame)
    assert is_estimable(only_mean, 0).all()
