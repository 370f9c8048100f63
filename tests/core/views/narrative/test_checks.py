"""Sentences on checks, on either side of each threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.influence import influence
from mlm_core.inference.quantile_plots import quantile_plot, residual_quantiles
from mlm_core.inference.residual_checks import residual_correlations, residual_heterogeneity
from mlm_core.inference.residual_points import residual_points
from mlm_core.inference.standard_errors import standard_errors
from mlm_core.views.narrative import checks


@pytest.fixture(scope="module")
def left_out(school):
    return influence(school.mixed, "schoolid")


def test_the_verdict(school):
    assert checks.verdict(residual_correlations(school.mixed)) == (
        "The residuals of two rows of the same schoolid are correlated by 0.19 around the fixed"
        " part and by −0.06 once the groups' effects are taken out as well; of two rows of the same"
        " classid within schoolid by 0.22 and −0.04. The groups' effects carry what rows of one"
        " group have in common."
    )


@pytest.mark.parametrize("more", [False, True])
def test_what_the_effects_leave(more):
    rest = checks.STILL_ALIKE + (0.01 if more else 0.0)
    table = pd.DataFrame({"level": ["a*"], "fixed_only": [0.3], "with_effects": [rest]})
    sentence = checks.verdict(table)
    assert ("not in the model yet" in sentence) == more
    assert r"a\*" in sentence


@pytest.mark.parametrize("more", [False, True])
def test_what_there_is_to_carry(more):
    alike = checks.NOT_ALIKE + (0.01 if more else 0.0)
    table = pd.DataFrame({"level": ["a"], "fixed_only": [alike], "with_effects": [-0.01]})
    assert ("nothing in common" in checks.verdict(table)) != more


def test_normal_or_not(school):
    plot = residual_quantiles(school.mixed, school.data)
    bent = checks.quantiles(plot, of="residuals")
    assert bent.startswith("The residuals bend away from normal: 20% of 1,190")
    assert "heavier tails (excess kurtosis 2.0)" in bent
    straight = replace(plot, share_outside=checks.CLEARLY_OUTSIDE)
    assert checks.quantiles(straight, of="residuals").startswith("The residuals look normal")
    empty = quantile_plot([])
    assert "do not vary" in checks.quantiles(empty, of="conditional modes")


@pytest.mark.parametrize(
    ("skewness", "kurtosis", "words"),
    [
        (0.6, 0.0, "a longer tail to the right"),
        (-0.6, 0.0, "a longer tail to the left"),
        (0.5, 1.1, "heavier tails"),
        (0.0, -1.1, "lighter tails"),
    ],
)
def test_the_shape(skewness, kurtosis, words, school):
    plot = residual_quantiles(school.mixed, school.data)
    bent = replace(plot, skewness=skewness, excess_kurtosis=kurtosis)
    assert words in checks.quantiles(bent, of="residuals")
    flat = replace(plot, skewness=checks.SKEWED, excess_kurtosis=checks.HEAVY)
    assert "tail" not in checks.quantiles(flat, of="residuals")


def test_a_fan(school):
    found = residual_points(school.mixed, school.data)
    assert "about the same everywhere" in checks.residuals_over_fitted(found)
    means = found.means.assign(sd=np.linspace(1.0, 1.01 * checks.WIDENING, len(found.means)))
    assert "not the same everywhere" in checks.residuals_over_fitted(replace(found, means=means))
    one = checks.residuals_over_fitted(replace(found, means=means[:1]))
    assert one.endswith("With so few rows neither can be seen.")


def test_influence(left_out):
    sentence = checks.influence(left_out)
    assert sentence.startswith("Of the groups of schoolid, group 52 moves the fixed effects most:")
    row = left_out.coefficients.set_index(["group", "term"]).loc["52", "ses"]
    assert f"the coefficient of ses is {row['without']:.2f}," in sentence
    assert "standard errors lower" in sentence
    assert sentence.endswith("No conclusion hangs on a single group.")
    moved = left_out.coefficients.assign(change_in_se=left_out.coefficients["change_in_se"] * 3.0)
    heavy = checks.influence(replace(left_out, coefficients=moved))
    assert heavy.endswith("look at its rows.")


def test_names_of_groups_and_terms_are_escaped(hostile):
    found = influence(hostile.mixed, hostile.mixed.levels[0].name)
    own = found.coefficients[found.coefficients["term"] == hostile.lines.predictor]
    for sentence in (
        checks.influence(replace(found, coefficients=own)),
        checks.variances_moved(found),
    ):
        assert "<b>" not in sentence.replace(r"\<b", "")
        assert r"group \<b\>\*x\*" in sentence
    assert r"coefficient of x \<b\>" in checks.influence(replace(found, coefficients=own))
    tilted = found.variances.assign(term=hostile.lines.predictor)
    said = checks.variances_moved(replace(found, variances=tilted))
    assert r"variance of the slope of x \<b\>" in said


def test_no_group_can_be_left_out(left_out):
    nothing = replace(left_out, table=left_out.table.assign(cooks_distance=np.nan))
    assert checks.influence(nothing).startswith("No group can be left out")
    unknown = replace(left_out, variances=left_out.variances.assign(share=np.nan))
    assert checks.variances_moved(unknown) == ""


def test_variances_that_move(left_out):
    sentence = checks.variances_moved(left_out)
    assert "of the intercept between groups of classid within schoolid moves most" in sentence
    assert sentence.endswith("smaller.")
    own = left_out.variances[left_out.variances["level"] == "Residual"]
    assert "residual variance" in checks.variances_moved(replace(left_out, variances=own))


def test_one_variance_for_all(school):
    found = residual_heterogeneity(school.mixed, "schoolid")
    some = checks.heterogeneity(replace(found, p=checks.UNUSUAL_P / 2))
    assert "Some groups scatter more" in some
    assert "17 groups with too few rows left out" in some
    none = checks.heterogeneity(replace(found, p=checks.UNUSUAL_P, n_left_out=0))
    assert "no clear sign against" in none
    assert "left out" not in none
    assert "Too few groups" in checks.heterogeneity(replace(found, p=float("nan")))


def test_standard_errors(school):
    table = standard_errors(school.mixed)
    assert "for ses: 6% smaller" in checks.standard_errors(table)
    larger = table.assign(se_robust=table["se_model"] * [1.0, 1.3])
    assert "for ses: 30% larger" in checks.standard_errors(larger)


def test_degrees_of_freedom_on_the_boundary(slopes):
    table = standard_errors(slopes)
    note = checks.boundary_df(table)
    assert "972.6 for ses, where Kenward and Roger's method counts 62.9" in note.message
    few = table.assign(df_model=0.99 * checks.MANY_MORE * table["df_kr"])
    assert checks.boundary_df(few) is None
