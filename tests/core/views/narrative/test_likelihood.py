"""Sentences on likelihood, on both sides of every threshold."""

from dataclasses import replace

import numpy as np

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.search_path import search_path
from mlm_core.likelihood.normal import draw_normal, mean_likelihood, normal_surface, normal_tail
from mlm_core.likelihood.poisson import bundled_surface, fit_bundled
from mlm_core.likelihood.poisson_repeats import KINDS, Claim, PoissonRepeats
from mlm_core.views.narrative import likelihood as narrative

SAMPLE = draw_normal(30, mean=0.0, sd=1.0, seed=1)


def test_the_probability_of_the_handout():
    text = narrative.tail(normal_tail(mean=0.0, sd=1.0, threshold=2.0))
    assert "**P(X > 2) = 0.0228**: the shaded area, about 23 of 1,000 values." in text


def test_probabilities_too_near_to_nothing_or_everything_to_be_counted():
    def told(threshold: float) -> str:
        return narrative.tail(normal_tail(mean=0.0, sd=1.0, threshold=threshold))

    assert "fewer than 1 of 1,000 values" in told(3.3)
    assert "about 1 of 1,000 values" in told(3.2)
    assert "about 999 of 1,000 values" in told(-3.2)
    assert "more than 999 of 1,000 values" in told(-3.3)


def test_the_most_likely_mean():
    found = mean_likelihood(SAMPLE, true_mean=0.0, sd=1.0)
    text = narrative.mean(found)
    assert "**−0.066** makes these 30 values most likely" in text
    assert (
        "its curvature, 30.0, implies a standard error of 1/√30.0 = 0.183. The truth is 0." in text
    )


def test_both_unknown():
    found = normal_surface(SAMPLE, true_mean=0.0, true_sd=1.0)
    text = narrative.surface(found)
    assert "**−0.066** (standard error 0.151)" in text
    assert f"**{SAMPLE.std():.3f}** (standard error 0.107)" in text


def test_counts():
    text = narrative.poisson(bundled_surface(), fit_bundled())
    assert "b₀ = **−0.487**, b₁ = **0.462**, maximum likelihood comes to b₀ = **−0.501**" in text
    assert "These 3,000 counts were simulated" in text
    assert "with b₀ = −0.5 and b₁ = 0.5" in text


def _repeats(coverage: float, sd: float) -> PoissonRepeats:
    claims = tuple(
        Claim(term, kind, 0.5, sd if "squares" in kind else 0.02, 0.02, coverage)
        for term in ("b0", "b1")
        for kind in KINDS
    )
    estimates = SAMPLE.reshape(15, 2)
    return PoissonRepeats((-0.5, 0.5), 3000, 1, estimates, estimates, claims)


def test_intervals_that_keep_their_promise_and_intervals_that_do_not():
    good = narrative.repeats(_repeats(narrative.HONEST, 0.025))
    assert "which keeps its promise here" in good
    assert "scatter 25% more widely" in good
    poor = narrative.repeats(_repeats(narrative.HONEST - 0.01, 0.025))
    assert "less than it promises" in poor
    assert "covers the truth in **92%**" in poor


def test_each_interval_has_its_own_coverage():
    found = _repeats(0.95, 0.025)
    shares = dict(zip(KINDS, (0.951, 0.822, 0.943), strict=True))
    claims = tuple(replace(each, coverage=shares[each.kind]) for each in found.claims)
    text = narrative.repeats(replace(found, claims=claims))
    assert "covers the truth in **82%** of the samples, less than it promises" in text
    assert text.endswith("With a robust standard error it is 94%, for maximum likelihood 95%.")


def test_equal_scatter():
    found = _repeats(0.95, 0.02)
    assert "do not scatter more widely here" in narrative.repeats(replace(found, seed=2))


def test_both_methods_and_the_way_of_the_search(classroom):
    model = Model("mathkind ~ ses + (1 | schoolid/classid)")
    reml, ml = (fit_mixed(model, classroom, method=method) for method in ("REML", "ML"))
    text = narrative.own_model(reml, ml)
    assert "between groups of schoolid **302** by REML and **297** by ML" in text
    assert "between groups of classid within schoolid **20.4**" in text
    assert "ML takes the 2 fixed coefficients as known" in text
    found = search_path(reml)
    told = narrative.steps(found)
    assert f"takes {len(found.steps) - 1} steps to the best pair" in told
    assert told.endswith("to 12,038.4.")
    made_up = replace(found, steps=found.steps[:3], values=np.array([20.0, 12.0, 10.0]))
    told = narrative.steps(made_up)
    assert "takes 2 steps to the best pair." in told
    assert told.endswith("the first brings 80% of the fall from 20.0 to 10.0.")
    standing = replace(found, steps=found.steps[-1:], values=found.values[-1:])
    assert narrative.steps(standing).endswith("starts at 1 and 1, and that is the best pair.")


def test_variances_of_slopes_are_named(sleepstudy):
    model = Model("Reaction ~ Days + (Days || Subject)")
    text = narrative.own_model(*(fit_mixed(model, sleepstudy, method=m) for m in ("REML", "ML")))
    assert "model: between groups of Subject **" in text
    assert " and of the slope of Days between groups of Subject **" in text
