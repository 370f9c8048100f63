"""Groups gathered into their parents must be what the rows themselves would have given."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.moments.packed import unpack
from mlm_core.moments.tree import branches, families, gather
from tests.core.problems import moments_of


def test_families_tell_who_falls_to_whom(pupils):
    levels = moments_of("y ~ x + (1 | d/s/c)", pupils).levels
    starts = [family.starts.tolist() for family in families(levels)]
    parents = [family.parent.tolist() for family in families(levels)]
    assert starts == [[0], [0, 2], [0, 3, 5, 7]]
    assert parents == [[0, 0], [0, 0, 1, 1], [0, 0, 0, 1, 1, 2, 2, 3, 3]]


@pytest.mark.parametrize("n_most", [1, 4, 99])
def test_branches_are_whole_outermost_groups(n_most, pupils):
    tree = families(moments_of("y ~ x + (1 | s/c)", pupils).levels)
    sizes = [len(tree[1].parent[tree[1].parent == place]) for place in range(len(tree[0].parent))]
    found = branches(tree, n_most)
    assert [branch.groups.start for branch in found][1:] == [b.groups.stop for b in found][:-1]
    assert sum(branch.groups.stop - branch.groups.start for branch in found) == sum(sizes)
    for branch in found:
        outer, inner = branch.families
        assert outer.starts.tolist() == [0]
        assert len(inner.parent) == branch.groups.stop - branch.groups.start
        assert inner.parent.tolist() == np.sort(inner.parent).tolist()
        assert inner.parent[0] == inner.starts[0] == 0
        assert len(inner.starts) == len(outer.parent) == inner.parent[-1] + 1


def test_sums_of_groups_are_those_of_reduceat(pupils):
    family = families(moments_of("y ~ x + (1 | d/s/c)", pupils).levels)[-1]
    values = np.arange(2.0 * len(family.parent)).reshape(2, -1)
    assert_allclose(family.sums(values), np.add.reduceat(values, family.starts, axis=-1))
    assert_allclose(family.sums(values[0]), np.add.reduceat(values[0], family.starts))


def test_gathered_groups_are_the_moments_of_their_rows(pupils):
    fine = moments_of("y ~ x + w + (1 | s:d/c)", pupils)
    coarse = moments_of("y ~ x + w + (1 | s:d)", pupils)
    gathered = gather(fine.initial_state(), fine.families[-1])
    assert_allclose(gathered.weight, coarse.counts)
    assert_allclose(gathered.means, coarse.means, atol=1e-13, rtol=1e-11)
    assert_allclose(gathered.products, coarse.products, atol=1e-12, rtol=1e-11)


def test_everything_gathered_has_mean_zero_and_variance_one(pupils):
    moments = moments_of("y ~ x + w + (1 | d/s/c)", pupils)
    root = moments.states[0]
    assert_allclose(root.weight, [54.0])
    assert_allclose(root.means, 0.0, atol=1e-14)
    assert_allclose(np.diag(unpack(root.products, 3)[..., 0]), 54.0, rtol=1e-12)
    table = pupils[["x", "w", "y"]].to_numpy()
    expected = 54.0 * np.corrcoef(table.T)
    assert_allclose(unpack(root.products, 3)[..., 0], expected, atol=1e-12, rtol=1e-11)


@pytest.mark.parametrize("shift", [1e6, 1e9])
def test_a_large_mean_does_not_cancel(shift, pupils):
    plain = moments_of("y ~ x + (1 | s:d)", pupils)
    moved = moments_of("y ~ x + (1 | s:d)", pupils.assign(x=pupils["x"] + shift))
    # The table itself loses shift * 2e-16 of every value; no more than that may be lost here.
    assert_allclose(moved.products, plain.products, rtol=shift * 1e-14, atol=shift * 1e-14)
