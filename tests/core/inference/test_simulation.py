"""Designs: what they say, what they refuse, and how they are written."""

from __future__ import annotations

import dataclasses
import math

import pytest

from mlm_core.errors import DesignError
from mlm_core.inference.simulation import (
    PRESETS,
    LevelDesign,
    NestedDesign,
    changed_level,
)

CLASSES = PRESETS["100 classes of 200 pupils"]


def test_the_presets_are_what_they_are_called():
    (level,) = CLASSES.levels
    assert (level.groups, CLASSES.rows, CLASSES.predictor) == (100, 200, "uniform")
    assert level.intercept_sd**2 == pytest.approx(2.0)
    assert CLASSES.residual_sd**2 == pytest.approx(2.0)
    assert CLASSES.icc == pytest.approx(0.5)
    schools = PRESETS["107 schools, as in the class set"]
    assert schools.outer.groups == 107
    assert schools.expected_rows == pytest.approx(1190, rel=0.01)
    assert PRESETS["Few groups"].outer.groups <= 10
    paradox = PRESETS["Simpson's paradox"]
    assert paradox.slope > 0 > paradox.slope + paradox.contextual
    assert not paradox.models_mean
    assert PRESETS["A contextual effect"].models_mean
    assert PRESETS["Slopes that differ"].outer.correlation == -0.3


def test_models_and_true_coefficients_go_together():
    schools = PRESETS["107 schools, as in the class set"]
    assert schools.model.formula == "y ~ x + w_school + w_class + (1 | school/class)"
    assert schools.coefficients == {"(Intercept)": 466.0, "x": 8.0, "w_school": 0.0, "w_class": 0.0}
    contextual = PRESETS["A contextual effect"]
    assert contextual.model.formula == "y ~ x + w_school + group_mean(x, school) + (1 | school)"
    assert contextual.coefficients["group_mean(x, school)"] == 1.0
    slopes = PRESETS["Slopes that differ"]
    assert slopes.model.formula == "y ~ x + w_school + (1 + x | school)"


def test_numbers_of_a_level_can_be_changed():
    found = changed_level(CLASSES, 0, groups=20, effect=0.5)
    assert (found.outer.groups, found.outer.effect) == (20, 0.5)
    assert found.outer.predictor == "w_class"
    assert CLASSES.outer.groups == 100


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": 1}, "at least two"),
        ({"rows": 0.5}, "at least one row"),
        ({"rows": 3000}, "up to 200,000 rows"),
        ({"residual_sd": 0.0}, "above zero"),
        ({"slope": math.nan}, "finite"),
        ({"intercept": math.inf}, "finite"),
        ({"between": 1.5}, "between 0 and 1"),
        ({"levels": ()}, "two groups"),
        ({"levels": (LevelDesign("class", 1),)}, "two groups"),
        ({"levels": (LevelDesign("class", 10_000),), "rows": 3}, "5,000 groups"),
        ({"levels": (LevelDesign("school", 10), LevelDesign("class", 0.2))}, "at least one group"),
        ({"levels": (LevelDesign("class", 10, intercept_sd=-1.0),)}, "below zero"),
        ({"levels": (LevelDesign("class", 10, correlation=-2.0),)}, "correlation"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes, words):
    with pytest.raises(DesignError, match=words):
        dataclasses.replace(CLASSES, **changes)


def test_sizes_and_shares_at_their_limits_are_taken():
    design = NestedDesign(levels=(LevelDesign("school", 2),), rows=2, between=1.0)
    assert design.expected_rows == 4.0
