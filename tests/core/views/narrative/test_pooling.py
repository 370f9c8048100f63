"""Sentences on the way between the extremes, on either side of what they turn on."""

import dataclasses
from types import SimpleNamespace

import numpy as np

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.views.narrative import pooling as words


def test_the_place_of_the_estimate_and_the_price_of_one_line(school_path):
    said = words.strength(school_path.path)
    assert said.startswith("The REML estimate pools a group of 10 rows by 30%")
    assert said.endswith("Complete pooling raises the REML criterion by 116.4.")
    assert "to the common line, a smaller group farther. Move the slider" in said
    single = words.strength(dataclasses.replace(school_path.path, typical_size=1.2))
    assert "pools a group of 1 row by 30%" in single
    assert "to the common line, a larger group less far. Move" in single
    perfect = dataclasses.replace(school_path.path, rise=np.full(41, np.nan))
    assert "criterion" not in words.strength(perfect)


def test_an_estimate_without_differences_is_said_to_be_one_line(school_path):
    path = school_path.path
    place = path.at_estimate
    for share, is_one in ((0.994, False), (0.996, True)):
        pooling = path.pooling.copy()
        pooling[place] = share
        said = words.strength(dataclasses.replace(path, pooling=pooling))
        assert ("lies at complete pooling" in said) is is_one


def test_parallel_lines_are_explained(school, school_path, slopes):
    said = words.shape(school.mixed, school_path.path, predictor="ses")
    assert "parallel" in said
    assert words.shape(slopes, school_path.path, predictor="ses") == ""


def test_predictors_of_the_groups_are_named(school, school_path):
    constants = {"housepov": np.zeros(107), "ses": np.zeros(107)}
    path = dataclasses.replace(school_path.path, constants=constants)
    said = words.shape(school.mixed, path, predictor="ses")
    assert "its slope cannot vary" in said
    assert "own value" not in said  # housepov is not in this model
    path = dataclasses.replace(school_path.path, constants={"ses": np.zeros(107)})
    assert "own value of ses" in words.shape(school.mixed, path, predictor="mathknow")


def test_slopes_of_another_level_do_not_vary_at_this_one(school_path, classroom):
    fit = fit_mixed(Model("mathkind ~ ses + (1 | schoolid) + (ses || schoolid:classid)"), classroom)
    assert "parallel" in words.shape(fit, school_path.path, predictor="ses")


def test_a_sample_is_called_one(school_path):
    assert words.sampled(school_path.lines, level="schoolid") == ""
    some = dataclasses.replace(school_path.lines, n_total=5000)
    assert words.sampled(some, level="a_b").startswith("Drawn are 107 of 5,000 groups of a\\_b")


def test_the_picked_group_is_told(school, school_path):
    path, arrows = school_path.path, school_path.arrows
    said = words.picked("3", path, arrows, school.unpooled, term="(Intercept)")
    assert said == (
        "**Group 3** of schoolid has 14 rows. Its own intercept is 469.5 (95% interval 451.3 to"
        " 487.7), the partially pooled one 465.4. Its own data count 75% in it."
    )
    slope = words.picked("3", path, school_path.slopes, school.unpooled, term="ses")
    assert "slope of ses" in slope
    assert "count" not in slope  # one slope for all: no data of its own


def test_a_group_without_a_line_of_its_own_is_told_so(school, school_path):
    frame = school.unpooled.coefficients.copy()
    frame.loc[frame["group"] == "3", ["estimate", "se", "lower", "upper"]] = np.nan

    class Lacking:
        coefficients = frame

    said = words.picked("3", school_path.path, school_path.arrows, Lacking, term="ses")
    assert "cannot show a slope of ses of its own; the mixed model gives it 10.68" in said


def test_an_estimate_without_an_interval(school, school_path):
    frame = school.unpooled.coefficients.copy()
    frame.loc[frame["group"] == "3", ["se", "lower", "upper"]] = np.nan
    unpooled = SimpleNamespace(coefficients=frame)
    path, arrows = school_path.path, school_path.arrows
    said = words.picked("3", path, arrows, unpooled, term="(Intercept)")
    assert "Its own intercept is 469.5, the partially pooled one 465.4." in said


def test_names_are_shown_letter_by_letter(hostile, hostile_path):
    group = str(hostile_path.path.labels[0])
    said = words.picked(group, hostile_path.path, hostile_path.arrows, hostile.unpooled,
                        term="(Intercept)")  # fmt: skip
    assert "<b>" not in said.replace("\\<", "")
    term = hostile.lines.predictor
    path = dataclasses.replace(hostile_path.path, constants={term: np.zeros(12)})
    said = words.shape(hostile.mixed, path, predictor=term)
    assert said.startswith(r"x \<b\>\*x\*")
