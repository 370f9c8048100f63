"""Theta's layout, and covariances on the user's columns whatever happens inside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from mlm_core.fits.structure import build_structure, lower_factor
from tests.core import dense
from tests.core.problems import moments_of, random_theta


def structure(formula, frame):
    return build_structure(moments_of(formula, frame))


def test_entries_run_down_the_columns_of_lambda(pupils):
    block = structure("y ~ x + w + (x + w | s:d)", pupils).blocks[0]
    places = [(0, 0), (1, 0), (2, 0), (1, 1), (2, 1), (2, 2)]
    assert [block.entry(*place) for place in places] == [0, 1, 2, 3, 4, 5]
    theta = np.arange(1.0, 7.0)
    assert block.factor(theta).tolist() == [[1, 0, 0], [2, 4, 0], [3, 5, 6]]
    assert block.entries(block.factor(theta)).tolist() == theta.tolist()


def test_innermost_level_comes_first_and_positions_go_on(pupils):
    blocks = structure("y ~ x + (x | s:d/c)", pupils).blocks
    assert [(block.level, block.first, block.size) for block in blocks] == [(1, 0, 3), (0, 3, 3)]


@pytest.mark.parametrize("name", dense.CASES)
def test_blocks_are_those_of_the_formula(name, pupils):
    case = dense.CASES[name]
    found = structure(case.formula, pupils)
    assert [block.q for block in found.blocks] == [len(names) for _, names in case.blocks]
    assert found.n_theta == sum(block.size for block in found.blocks)


def test_an_unstructured_block_with_intercept_is_centred_and_mapped_back(pupils):
    moments = moments_of("y ~ x + (x | s:d)", pupils)
    block = build_structure(moments).blocks[0]
    assert block.offsets.tolist() == [1.0, 0.0]
    mean, sd = pupils["x"].mean(), pupils["x"].std(ddof=0)
    assert_allclose(block.to_user, [[1.0, -mean / sd], [0.0, 1.0 / sd]], rtol=1e-12)


@pytest.mark.parametrize("formula", ["y ~ x + (x || s:d)", "y ~ x + (0 + x | s:d)"])
def test_any_other_slope_keeps_the_users_origin(formula, pupils):
    block = structure(formula, pupils).blocks[-1]
    mean, sd = pupils["x"].mean(), pupils["x"].std(ddof=0)
    assert_allclose(block.offsets, [mean / sd], rtol=1e-12)
    assert_allclose(block.to_user, [[1.0 / sd]], rtol=1e-12)


def test_relative_covariance_is_lambda_squared(pupils):
    found = structure("y ~ x + (x || s:d)", pupils)
    theta = random_theta(type("Asked", (), {"structure": found})())
    sd = pupils["x"].std(ddof=0)
    slope = found.blocks[1].relative_covariance(theta)
    assert_allclose(slope, [[(theta[1] / sd) ** 2]], rtol=1e-12)


@given(st.integers(1, 4), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_lower_factor_of_any_rank(q, rank, seed):
    half = np.random.default_rng(seed).normal(size=(q, min(q, rank)))
    matrix = half @ half.T
    factor = lower_factor(matrix)
    assert_allclose(factor @ factor.T, matrix, atol=1e-7 * (1.0 + np.abs(matrix).max()))
    assert np.array_equal(factor, np.tril(factor))
    assert (np.diag(factor) >= 0.0).all()


def test_lower_factor_of_zero_is_exactly_zero():
    assert not lower_factor(np.zeros((2, 2))).any()
    assert lower_factor(np.diag([4.0, 0.0])).tolist() == [[2.0, 0.0], [0.0, 0.0]]
