"""Sentences on intervals, costs and simulated tests, on either side of their thresholds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.design_effect import design_effect
from mlm_core.inference.profile import profile
from mlm_core.inference.reliability import Reliability
from mlm_core.inference.share_intervals import share_intervals
from mlm_core.inference.simulated_terms import simulate_random_terms
from mlm_core.inference.variance_function import variance_function
from mlm_core.views.narrative import intervals as sentences
from tests.pages.view import numbers_in, plain


def test_shares(school):
    found = share_intervals(school.mixed, 200, seed=3)
    text = plain(sentences.shares_with_intervals(found))
    assert text.startswith("With 95% intervals: given the predictors, 19% between groups of")
    assert "classid within schoolid" in text
    assert "about 95 show shares" in text
    rows = found.shares.set_index("level").loc["classid:schoolid"]
    inner = f"{rows['share']:.0%} between groups of classid within schoolid ({rows['lower']:.0%} to"
    assert f" and {inner} {rows['upper']:.0%}). Of 100" in text  # no row is of no group
    bare = share_intervals(school.mixed, 50, seed=3, conditional=False)
    assert "given the predictors" not in sentences.shares_with_intervals(bare)


def test_design_effect(school):
    text = sentences.design_effect(design_effect(school.mixed))
    assert "is 3.8 times" in text
    assert "the 1,190 rows are worth about 312" in text
    assert "given the predictors" in sentences.design_effect(
        design_effect(school.mixed, conditional=True)
    )


@pytest.mark.parametrize("costs", [False, True])
def test_grouping_may_cost_nothing(school, costs):
    effect = sentences.NO_COST - (0.0 if costs else 0.01)
    text = sentences.design_effect(replace(design_effect(school.mixed), design_effect=effect))
    assert ("hardly more alike" in text) != costs


def reliability_of(mean):
    terms = pd.DataFrame({"term": ["(Intercept)"], "mean": [mean], "min": [0.1], "max": [0.95]})
    return Reliability("schoolid", pd.DataFrame(), terms)


@pytest.mark.parametrize(
    ("mean", "reading"),
    [
        (sentences.UNRELIABLE - 0.01, "is chance."),
        (sentences.UNRELIABLE + 0.01, "in like parts."),
        (sentences.RELIABLE - 0.01, "in like parts."),
        (sentences.RELIABLE + 0.01, "is its own."),
        (float("nan"), "does not vary between groups, so there is nothing to tell."),
    ],
)
def test_reliability(mean, reading):
    assert sentences.reliability(reliability_of(mean)).endswith(reading)


def test_reliability_runs_from_the_least_to_the_most():
    text = sentences.reliability(reliability_of(0.5))
    assert "with a reliability of 0.50 on average (0.10 to 0.95):" in text


def test_names_are_shown_letter_by_letter(hostile):
    terms = reliability_of(0.5).terms.assign(term=hostile.lines.predictor)
    text = sentences.reliability(Reliability("g", pd.DataFrame(), terms))
    assert text.startswith(r"The slope of x \<b\>\*x\*")
    assert r"between g \<b\>" in sentences.parameter(profile(hostile.mixed).parameters[0])
    term = simulate_random_terms(hostile.mixed, 20, seed=1).terms[0]
    assert r"\<b\>" in sentences.simulated_term(term)


def test_variance_function(sleepstudy):
    fit = fit_mixed(Model("Reaction ~ Days + (Days | Subject)"), sleepstudy)
    found = variance_function(fit, "Days")
    text = plain(sentences.variance_function(found))
    assert "below the mean of Days (−1.24) to two above (10.2), between groups" in text
    assert "between groups of Subject it goes from 643 to 4,490 (least 610)" in text
    flat = replace(found, table=found.table.assign(variance=600.0))
    assert "it is much the same, about 600" in sentences.variance_function(flat)


def test_profile(school):
    found = profile(school.mixed)
    text = plain(sentences.profile(found, found.intervals(), confidence=0.95))
    assert "between schoolid lies between 13.8 and 21.1" in text
    assert "lies between 0 (no variation at all) and 10.7" in text
    assert "residual" not in text  # there is always some
    assert sentences.parameter(found.parameters[2]) == "residual SD"


def text_speaks_against(term):
    return "The data speak against that." in sentences.simulated_term(term)


def test_simulated_terms(school):
    term = simulate_random_terms(school.mixed, 100, seed=4).terms[0]
    text = plain(sentences.simulated_term(term))
    assert "a statistic of 0.257 or more would come up in about 61 of 100 samples" in text
    assert "31 of 100 samples by the mixture" in text
    assert text.endswith("that is no evidence that it is so.")
    found = replace(
        term,
        simulated=replace(term.simulated, values=np.zeros(100)),
        statistic=9.0,
    )
    lower = replace(found, simulated=replace(found.simulated, statistic=9.0))
    assert sentences.simulated_term(lower).endswith("The data speak against that.")
    alone = replace(term, simulated=None, exact=None, p_boundary=float("nan"), p=0.01)
    text = sentences.simulated_term(alone)
    assert "bootstrap" not in text
    for p, is_rare in ((sentences.RARE, False), (0.99 * sentences.RARE, True)):
        assert text_speaks_against(replace(alone, p=p)) == is_rare
        halved = replace(alone, p=0.9 if is_rare else 0.01, p_boundary=p)
        assert text_speaks_against(halved) == is_rare
        exact = replace(term.exact, values=np.zeros(100) if is_rare else np.full(100, 9.0))
        assert text_speaks_against(replace(halved, p_boundary=0.05, exact=exact)) == is_rare
    text = sentences.simulated_term(alone)
    assert text.endswith("The data speak against that.")
    assert numbers_in(text)[-2:] == [1, 100]
