"""Answers of the tour carry the numbers of the handout's fits."""

import pytest

from mlm_core import fit_mixed, fit_pooled, fit_unpooled, icc
from mlm_core.data.model import Model
from mlm_core.inference.random_terms import drop_random_terms
from mlm_core.views.narrative import tour


def test_one_line_and_what_may_be_claimed_about_it(school, classroom):
    said = tour.pooled_slope(school.pooled, "ses")
    row = school.pooled.coefficients.set_index("term").loc["ses"]
    assert said.startswith("14.4 points of mathkind")
    assert f"{row['se']:.2f}; once rows of the same schoolid may be alike" in said
    assert f"it is {row['robust_se']:.2f}." in said
    alone = tour.pooled_slope(fit_pooled(Model("mathkind ~ ses"), classroom), "ses")
    assert alone.endswith("would be 1.57.")


def test_averages_side_by_side(school):
    said = tour.averages("ses", pooled=school.pooled, unpooled=school.unpooled, mixed=school.mixed)
    for printed in ("14.36", "107 own slopes", "8.64", "8.30", "10.27", "10.68"):
        assert printed in said


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("mathkind ~ ses + (1 | schoolid)", "309.0 / (309.0 + 1,308) = 19%"),
        ("mathkind ~ 1 + (1 | schoolid)", "364.3 / (364.3 + 1,344) = 21%"),
    ],
)
def test_a_share_is_a_fraction_of_variances(formula, expected, classroom):
    shares = icc(fit_mixed(Model(formula), classroom))
    said = tour.between_and_within(shares, outcome="mathkind")
    assert expected in said
    assert ("predictors leave" in said) is shares.is_conditional


def test_classes_alone_and_within_schools(classroom):
    alone = icc(fit_mixed(Model("mathkind ~ 1 + (1 | classid)"), classroom))
    nested = icc(fit_mixed(Model("mathkind ~ 1 + (1 | schoolid/classid)"), classroom))
    said = tour.alone_and_nested(alone, nested)
    assert "classid seems to hold 25%" in said
    assert "21% between schoolid and 2% between classid within schoolid" in said


def test_the_term_that_is_missed_least(school):
    said = tour.least_needed(drop_random_terms(school.mixed))
    assert "classid" in said.split(" is the one")[0]
    assert "costs 0.257 (p = .613)" in said
    assert "p = .306 is the better number" in said


def test_what_was_maximised(school):
    said = tour.most_likely(school.mixed)
    assert "1,190 rows most likely: the REML criterion" in said
    assert "12,038.4" in said


def test_names_are_shown_letter_by_letter(hostile):
    term = hostile.lines.predictor
    unpooled = fit_unpooled(hostile.model, hostile.data)
    sentences = [
        tour.pooled_slope(hostile.pooled, term),
        tour.averages(term, pooled=hostile.pooled, unpooled=unpooled, mixed=hostile.mixed),
        tour.between_and_within(hostile.shares, outcome=hostile.lines.outcome),
        tour.least_needed(hostile.tests),
    ]
    assert not [said for said in sentences if "<b>" in said.replace("\\<", "")]
