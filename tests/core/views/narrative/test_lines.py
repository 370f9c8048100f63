"""Sentences on lines, on either side of each threshold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.category_means import CategoryMeans
from mlm_core.inference.own_slopes import OwnSlopes
from mlm_core.views.narrative import lines

SCHOOLS = OwnSlopes(
    predictor="ses",
    outcome="mathkind",
    level="schoolid",
    pooled=14.359,
    n_groups=107,
    n_slopes=107,
    n_negative=35,
    q1=-4.038,
    q3=21.82,
    n_intervals=105,
    n_missed=5,
    varies_inside=True,
)


def test_signs_quartiles_and_chance():
    assert lines.own_slopes(SCHOOLS) == (
        "Over all rows one more unit of ses goes with 14.4 more points of mathkind. Fitted group by"
        " group, the slope is positive in 72 and negative in 35 of the 107 groups of schoolid; half"
        " of these slopes lie between −4.04 and 21.8. Small groups scatter by chance: with one"
        " slope for all, about 5 of 105 own 95% intervals would miss the slope of all rows; here 5"
        " do."
    )


def test_groups_without_a_slope_are_counted():
    said = lines.own_slopes(replace(SCHOOLS, n_slopes=90, level="classid:schoolid"))
    assert (
        "positive in 55 and negative in 35 of the 90 groups of classid within schoolid that can"
        " show one (107 in all)" in said
    )
    wide = lines.own_slopes(replace(SCHOOLS, n_intervals=60))
    assert "about 3 of 60 own 95% intervals" in wide


@pytest.mark.parametrize(("n_negative", "word"), [(0, "none"), (107, "all")])
def test_one_sign_for_all(n_negative, word):
    assert f"the slope is negative in {word} of the 107 groups" in lines.own_slopes(
        replace(SCHOOLS, n_negative=n_negative)
    )


@pytest.mark.parametrize(
    ("n_intervals", "says"),
    [(10, "look at the lines one by one"), (11, "about 1 of 11 own 95% intervals")],
)
def test_few_intervals_are_not_counted(n_intervals, says):
    assert says in lines.own_slopes(replace(SCHOOLS, n_intervals=n_intervals))


def test_one_does_and_fewer_points():
    said = lines.own_slopes(replace(SCHOOLS, n_missed=1, pooled=-2.0))
    assert said.endswith("here 1 does.")
    assert lines.own_slopes(replace(SCHOOLS, n_missed=0)).endswith("here none does.")
    assert "2.00 fewer points" in said


def test_a_predictor_of_whole_groups_cannot_vary():
    said = lines.own_slopes(replace(SCHOOLS, varies_inside=False, n_slopes=0))
    assert "the slope cannot vary between them" in said
    assert "nan" not in said


def test_groups_too_small_for_lines():
    said = lines.own_slopes(replace(SCHOOLS, n_slopes=0))
    assert said.endswith("No group of schoolid has rows enough for a line of its own.")


def test_a_single_line_has_no_middle_half():
    said = lines.own_slopes(replace(SCHOOLS, n_slopes=1, n_intervals=0, q1=1.5, q3=1.5))
    assert said.endswith(
        "One group of schoolid alone has rows enough for a line of its own, with a slope of 1.50."
    )


def test_names_stay_text():
    said = lines.own_slopes(replace(SCHOOLS, predictor="*x*", outcome="<b>", level="$g$"))
    assert r"\*x\*" in said
    assert r"\<b\>" in said
    assert r"\$g\$" in said


def test_other_predictors_are_held():
    assert lines.held({}) == ""
    assert lines.held({"sex": 0.506, "minority": 0.677}) == (
        "The lines hold the other predictors at their means: sex at 0.506 and minority at 0.677."
    )


def test_what_is_constant_in_groups_is_held_at_the_groups_own_value():
    said = lines.held({"sex": 0.506, "poverty": 0.2}, own=["poverty"])
    assert said.endswith(
        "But poverty has one value in every group: a group's own are drawn at that."
    )
    two = lines.held({"*a*": 1.0, "<b>": 2.0}, own=["*a*", "<b>"])
    assert r"means: \*a\* at 1.00 and \<b\> at 2.00. But \*a\* and \<b\> have one value" in two


def test_means_of_categories_are_compared():
    overall = pd.DataFrame({"category": ["a", "b"], "n": [3, 3], "mean": [1.5, 0.5], "pooled": 1.0})
    groups = pd.DataFrame(
        {"group": list("ggkk"), "category": list("abab"), "n": 1, "mean": [2.0, 1.0, 3.0, np.nan]}
    )
    means = CategoryMeans("y", "kind", "g", ("a", "b"), overall, groups, {}, ())
    said = lines.category_means(means)
    assert "y is lowest where kind is b (0.500) and highest where it is a (1.50)." in said
    assert (
        "It is highest for a in 1 of the 1 group of g that has rows in every category (2 in all)."
        in said
    )
    every = lines.category_means(replace(means, groups=groups[:2]))
    assert every.endswith("It is highest for a in 1 of the 1 group of g that has rows in every"
                          " category.")  # fmt: skip
    none = lines.category_means(replace(means, groups=groups[2:]))
    assert none.endswith("No group of g has rows in every category.")
    overall = overall.assign(category=["<b>", "*k*"])
    hostile = replace(means, categories=("<b>", "*k*"), overall=overall,
                      groups=groups.assign(category=["<b>", "*k*"] * 2))  # fmt: skip
    said = lines.category_means(hostile)
    assert r"lowest where kind is \*k\* (0.500) and highest where it is \<b\> (1.50)" in said
    assert r"It is highest for \<b\> in 1 of the" in said
    assert lines.held_in_means({}) == ""
    assert lines.held_in_means({"x": 0.5}).endswith("Own means are those of the rows as they are.")
