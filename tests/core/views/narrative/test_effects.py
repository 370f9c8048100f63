"""Sentences on coefficients: wording, direction, contrasts, Simpson, singular fits."""

import re
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.unpooled import fit_unpooled
from mlm_core.views.narrative import effects


def test_one_more_unit_of_ses(school):
    assert effects.fixed_effect(school.mixed, "ses") == (
        "One more unit of ses goes with 10.7 more points of mathkind (95% interval 7.6 to 13.8) for"
        " members of the same schoolid."
    )


def test_the_three_fits_in_one_sentence(school):
    sentence = effects.pooling(
        "ses", pooled=school.pooled, unpooled=school.unpooled, mixed=school.mixed
    )
    assert "goes with 14.4 more points of mathkind when groups are ignored" in sentence
    assert "(95% interval 10.6 to 18.1)" in sentence  # allows rows of a school to be alike
    assert (
        "10.7 more points for members of the same schoolid in the mixed model (95% interval 7.6 to"
        " 13.8)" in sentence
    )
    assert "107 groups of schoolid run from −137 to 105, with mean 8.64 and median 8.30" in sentence
    assert "mixed model" not in effects.pooling(
        "ses", pooled=school.pooled, unpooled=school.unpooled
    )


def test_own_slopes_of_one_group_and_of_none(school):
    averages, frame = school.unpooled.averages, school.unpooled.coefficients
    none = SimpleNamespace(
        level="schoolid", averages=averages.assign(n_groups=0), coefficients=frame
    )
    assert effects.own_slopes("ses", none) == (
        "No group of schoolid has enough rows to show this slope by itself."
    )
    own = frame.assign(estimate=frame["estimate"].where(frame["group"] == "3"))
    one = SimpleNamespace(level="schoolid", averages=averages.assign(n_groups=1), coefficients=own)
    assert effects.own_slopes("ses", one) == (
        "One group of schoolid alone can show this slope by itself: −1.07."
    )


def test_the_farthest_way(hostile):
    arrows = pd.DataFrame(
        {"group": ["a", "*b*"], "n": [3, 1], "raw": [2.0, -5.0], "shrunk": [1.0, -1.5]}
    )
    said = effects.shrinkage(arrows, term=hostile.lines.predictor, level="g")
    assert (
        r"of 2 groups of g the farthest way is that of group \*b\* (1 row), from −5.000 to −1.500;"
        " the median move is 2.25." in said
    )
    assert r"a group's own slope of x \<b\>" in said
    assert "own intercept" in effects.shrinkage(arrows, term="(Intercept)", level="g")
    assert effects.shrinkage(arrows[:0], term="x", level="g").startswith("No group of g")


def test_the_page_of_the_mixed_model_opens_with_its_first_predictor(school, means):
    assert effects.mixed(school.mixed).startswith("One more unit of ses")
    assert effects.mixed(means).startswith("The average group of schoolid has")


def test_who_is_compared_and_what_is_equal(classroom):
    fit = fit_mixed(Model("mathkind ~ ses + housepov + (1 | schoolid)"), classroom)
    within, between = (effects.fixed_effect(fit, term) for term in ("ses", "housepov"))
    assert ") for members of the same schoolid and equal in the other predictors." in within
    assert ") between groups of schoolid and equal in the other predictors." in between


def test_the_average_group(means, school):
    assert effects.fixed_effect(means, "(Intercept)") == (
        "The average group of schoolid has an expected mathkind of 465.2 (95% interval 460.9 to"
        " 469.6)."
    )
    assert "all predictors at zero" in effects.fixed_effect(school.mixed, "(Intercept)")


def test_more_predictors_categories_and_products(hsb82):
    data = hsb82.assign(sector=np.where(hsb82["catholic"] == 1, "Catholic", "Public"))
    fit = fit_mixed(
        Model("mAch ~ cses * sector + (1 | school)", reference={"sector": "Public"}), data
    )
    assert "equal in the other predictors" in effects.fixed_effect(fit, "cses")
    sentence = effects.fixed_effect(fit, "sectorCatholic")
    assert sentence.startswith("sector Catholic instead of Public goes with")
    product = next(term for term in fit.terms if ":" in term)
    assert "by so much the slope of one factor changes" in effects.fixed_effect(fit, product)
    assert "fewer points" not in sentence


def test_categories_without_an_intercept_have_means(hsb82):
    data = hsb82.assign(sector=np.where(hsb82["catholic"] == 1, "Catholic", "Public"))
    fit = fit_mixed(Model("mAch ~ 0 + sector + (1 | school)"), data)
    said = effects.fixed_effect(fit, "sectorPublic")
    assert said == (
        "With sector Public the average group of school has an expected mAch of 11.39 (95% interval"
        " 10.81 to 11.97)."
    )
    more = fit_mixed(Model("mAch ~ 0 + sector + ses + (1 | school)"), data)
    said = effects.fixed_effect(more, "sectorCatholic")
    assert said.startswith(
        "With sector Catholic and all other predictors at zero the average group"
    )
    contrast = effects.fixed_effect(fit_mixed(Model("mAch ~ sector + (1 | school)"), data),
                                    "sectorPublic")  # fmt: skip
    assert contrast.startswith("sector Public instead of Catholic goes with")
    fit = fit_mixed(Model("mAch ~ 0 + ses + cses + (1 | school)"), data)
    assert "and equal in the other predictors" in effects.fixed_effect(fit, "ses")


@dataclass
class _Shifted:
    """A fit whose coefficients are moved, everything else as it was."""

    fit: object
    coefficients: pd.DataFrame

    def __getattr__(self, name):
        return getattr(self.fit, name)


def _with(fit, **changes):
    frame = fit.coefficients.copy()
    for name, value in changes.items():
        frame.loc[frame["term"] == "ses", name] = value
    return _Shifted(fit, frame)


@pytest.mark.parametrize(("lower", "is_open"), [(0.0, True), (0.001, False)])
def test_the_direction_is_open_when_the_interval_holds_zero(school, lower, is_open):
    # The sentence goes by the interval alone.
    row = {"lower": lower, "upper": 5.0}
    assert bool(effects._direction(row)) == is_open
    assert bool(effects._direction({"lower": -5.0, "upper": -lower})) == is_open


def test_a_falling_outcome_has_fewer_points(classroom):
    fit = fit_mixed(Model("mathgain ~ mathkind + (1 | schoolid)"), classroom)
    assert "fewer points of mathgain" in effects.fixed_effect(fit, "mathkind")


def test_opposite_signs_are_a_caution():
    draw = np.random.default_rng(2)
    group = np.repeat(np.arange(20), 15)
    x = 0.3 * group + draw.normal(size=300)
    y = 2.5 * group - 2.0 * x + draw.normal(size=300)
    data = pd.DataFrame({"y": y, "x": x, "g": group})
    model = Model("y ~ x + (1 | g)")
    pooled, mixed = fit_pooled(model, data), fit_mixed(model, data)
    note = effects.simpson("x", pooled=pooled, mixed=mixed)
    assert note is not None
    assert note.severity == "caution"
    assert note.numbers["pooled"] > 0 > note.numbers["mixed"]
    assert "Simpson" in note.message


@pytest.mark.parametrize(
    ("estimate", "se", "is_told"),
    [
        (-1.0, 1.0 / effects.CLEAR_SIGN, True),
        (-1.0, 1.01 / effects.CLEAR_SIGN, False),
        (1.0, 0.1, False),
        (0.0, 0.1, False),
    ],
)
def test_signs_count_only_when_they_are_clear(school, estimate, se, is_told):
    moved = _with(school.pooled, estimate=estimate, robust_se=se)
    note = effects.simpson("ses", pooled=moved, mixed=school.mixed)
    assert (note is not None) == is_told


@pytest.mark.parametrize(("se", "is_told"), [(1.0, True), (1.01, False)])
def test_the_mixed_slope_has_to_be_clear_as_well(school, se, is_told):
    pooled = _with(school.pooled, estimate=-5.0, robust_se=0.1)
    mixed = _with(school.mixed, estimate=effects.CLEAR_SIGN, se=se)
    assert (effects.simpson("ses", pooled=pooled, mixed=mixed) is not None) == is_told


def test_spread_names_every_level(school, slopes):
    assert effects.spread(school.mixed) == (
        "Around these averages mathkind scatters: groups of schoolid with a standard deviation of"
        " 17.4, groups of classid within schoolid with one of 4.52 and rows within their groups"
        " with one of 36.0."
    )
    assert effects.spread(slopes) == (
        "Around these averages mathkind scatters: groups of schoolid with a standard deviation of"
        " 17.6, their slopes of ses (by schoolid) with one of 0.375 and rows within their groups"
        " with one of 36.2."
    )


def test_singular_fits_are_named_and_others_are_not(school, slopes):
    assert effects.singular(school.mixed) == ""
    sentence = effects.singular(slopes)
    assert sentence.startswith("This fit is singular.")
    assert "minus one" in sentence


def test_a_predictor_of_groups_has_no_slope_inside(classroom):
    model = Model("mathkind ~ housepov + (1 | schoolid)")
    sentence = effects.pooling(
        "housepov", pooled=fit_pooled(model, classroom), unpooled=fit_unpooled(model, classroom)
    )
    assert "housepov does not vary inside" in sentence


def test_names_are_escaped_and_no_verdict_is_given(hostile):
    term = hostile.lines.predictor
    for sentence in (
        effects.pooling(
            term, pooled=hostile.pooled, unpooled=hostile.unpooled, mixed=hostile.mixed
        ),
        effects.fixed_effect(hostile.mixed, term),
        effects.spread(hostile.mixed),
    ):
        assert "<b>" not in sentence
        assert r"\<b\>\*x\*" in sentence
        assert not re.search(r"signific|no effect", sentence)
