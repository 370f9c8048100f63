"""Z'PZ from moments against dense matrices: eigenvalues, traces, norms across levels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.inference.effect_geometry import geometry_of, overlap
from tests.core import dense
from tests.core.problems import problem_of

SINGLE = [name for name, case in dense.CASES.items() if all(len(c) == 1 for _, c in case.blocks)]


def dense_z(name, frame):
    """Return P and, in stored units, Z of every block of a case."""
    case = dense.CASES[name]
    problem = problem_of(case.formula, frame)
    x = dense.matrix(frame, case.fixed)
    p = np.eye(len(frame)) - x @ np.linalg.solve(x.T @ x, x.T)
    loadings = []
    for block, (groups, names) in zip(problem.structure.blocks, case.blocks, strict=True):
        # to_user is 1 / scale of the column: effects of stored columns are in stored units.
        loadings.append(dense.loadings(frame, groups, names) * block.to_user[0, 0])
    return problem, p, loadings


def test_cases_with_single_effects_are_many():
    assert len(SINGLE) >= 10


@pytest.mark.parametrize("name", SINGLE)
def test_spectrum_and_trace(name, pupils):
    problem, p, loadings = dense_z(name, pupils)
    for block, z in zip(problem.structure.blocks, loadings, strict=True):
        geometry = geometry_of(problem, block)
        expected = np.linalg.eigvalsh(z.T @ p @ z)
        expected = expected[expected > 1e-9 * expected.max()]
        values, times = geometry.spectrum()
        assert_allclose(np.sort(np.repeat(values, times)), expected, rtol=1e-8)
        assert geometry.trace == pytest.approx(expected.sum(), rel=1e-9)


@pytest.mark.parametrize("name", [name for name in SINGLE if len(dense.CASES[name].blocks) > 1])
def test_overlap_of_levels(name, pupils):
    problem, p, loadings = dense_z(name, pupils)
    parts = [geometry_of(problem, block) for block in problem.structure.blocks]
    for i, one in enumerate(parts):
        for j, other in enumerate(parts):
            expected = np.linalg.norm(loadings[i].T @ p @ loadings[j]) ** 2
            assert overlap(problem, one, other) == pytest.approx(expected, rel=1e-9)


def test_many_groups_of_few_sizes_need_a_small_matrix(classroom):
    problem = problem_of("mathkind ~ ses + (1 | schoolid/classid)", classroom)
    geometry = geometry_of(problem, problem.structure.blocks[0])
    assert len(geometry.squares) == 312
    assert geometry.n_dense <= 3 * len(np.unique(geometry.squares))
    values, times = geometry.spectrum()
    # The constant is in X: one direction of the 312 is lost.
    assert times.sum() == 311
    assert len(values) < 40
