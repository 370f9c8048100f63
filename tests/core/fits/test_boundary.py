"""Zeros set exactly, and every component at its boundary named."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.fits.boundary import is_singular_block, settle, singular_notes
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.structure import lower_factor
from tests.core.problems import problem_of


@pytest.fixture
def intercepts(pupils):
    return problem_of("y ~ x + (1 | s:d/c)", pupils)


@pytest.fixture
def slopes(pupils):
    return problem_of("y ~ x + w + (x + w | s:d)", pupils)


def notes_at(problem, theta):
    return singular_notes(problem, np.array(theta, dtype=float), problem.moments.levels)


def test_the_tolerance_is_lme4s_and_has_two_sides(intercepts):
    block = intercepts.structure.blocks[0]
    assert is_singular_block(block, np.array([0.99e-4, 1.0]))
    assert not is_singular_block(block, np.array([1.01e-4, 1.0]))


def test_the_tolerance_is_free_of_units(pupils):
    for factor in (1e-6, 1.0, 1e6):
        problem = problem_of("y ~ x + (0 + x | s:d)", pupils.assign(x=pupils["x"] * factor))
        assert not is_singular_block(problem.structure.blocks[0], np.array([0.01]))


def test_a_zero_variance_is_named_with_effect_and_level(intercepts):
    (note,) = notes_at(intercepts, [0.0, 1.0])
    assert note.code == "singular-zero"
    assert dict(note.numbers) == {"effect": "intercept", "level": "c:s:d"}
    assert "intercept between groups of c:s:d is estimated as zero" in note.message
    assert len(notes_at(intercepts, [0.0, 0.0])) == 2
    assert notes_at(intercepts, [1.0, 1.0]) == ()


def test_a_correlation_of_one_is_named_with_its_sign(pupils):
    problem = problem_of("y ~ x + (x | s:d)", pupils)
    block = problem.structure.blocks[0]
    for sign, word in ((1.0, "plus one"), (-1.0, "minus one")):
        user = np.array([[4.0, sign * 2.0], [sign * 2.0, 1.0]])
        inverse = np.linalg.inv(block.to_user)
        stored = inverse @ user @ inverse.T
        (note,) = notes_at(problem, block.entries(lower_factor(stored)))
        assert (note.code, word in note.message) == ("singular-correlation", True)
        assert note.numbers["correlation"] == pytest.approx(sign)
        assert (note.numbers["first"], note.numbers["second"]) == ("intercept", "slope of x")


def test_a_lost_dimension_is_named_where_no_correlation_is_one(slopes):
    half = np.array([[1.0, 0.0], [0.5, 1.0], [0.7, -0.8]])  # rank two, no pair proportional
    block = slopes.structure.blocks[0]
    (note,) = notes_at(slopes, block.entries(lower_factor(half @ half.T)))
    assert note.code == "singular-combination"
    assert "intercept, slope of x, slope of w" in note.message


def test_settling_sets_small_values_to_exactly_zero(pupils):
    problem = problem_of("y ~ x + (1 | s:d/c)", pupils)
    near = evaluate(problem, np.array([1.18, 3e-6]))
    settled, used = settle(problem, near)
    assert settled.theta.tolist() == [1.18, 0.0]
    assert used == 1
    assert settled.value == pytest.approx(near.value, abs=1e-7)


def test_settling_keeps_what_the_criterion_needs(classroom):
    problem = problem_of("mathkind ~ ses + (1 | schoolid)", classroom)
    at = evaluate(problem, np.array([0.4]))
    assert settle(problem, at) == (at, 0)


def test_settling_turns_signs_to_plus(intercepts):
    settled, _ = settle(intercepts, evaluate(intercepts, np.array([-1.18, -0.3])))
    assert settled.theta == pytest.approx([1.18, 0.3])
