"""Sentences of the lesson on likelihood: a probability, a sample, counts, many samples."""

from __future__ import annotations

from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.search_path import SearchPath
from mlm_core.likelihood.normal import MeanLikelihood, NormalSurface, NormalTail
from mlm_core.likelihood.poisson import TRUTH, PoissonFit, PoissonSurface
from mlm_core.likelihood.poisson_repeats import PoissonRepeats
from mlm_core.views.narrative.wording import counted, level_name, listed, name
from mlm_core.views.numbers import chosen, count, fixed, number, percent
from mlm_core.views.tables.table import records
from mlm_core.views.words import INTERCEPT, RESIDUAL

HONEST = 0.93
"""An interval that covers at least this share of the samples keeps its promise of 95%."""


def tail(found: NormalTail) -> str:
    """Say how likely a value above the threshold is."""
    return (
        f"If values are normal with mean {chosen(found.mean)} and standard deviation"
        f" {chosen(found.sd)}, a value above {chosen(found.threshold)} has the probability"
        f" **{number(found.probability)}**: P(X > {chosen(found.threshold)}) is the shaded area."
        " Here the parameters are known and the value is open; likelihood turns the question round."
    )


def mean(found: MeanLikelihood) -> str:
    """Say which mean makes the sample most likely, and how sure that is."""
    return (
        f"Of all proposed means, **{fixed(found.estimate, 3)}** makes these"
        f" {count(len(found.sample))} values most likely. It is their average, and the sum of"
        f" squares is least at the same place. The curvature there, {number(found.curvature)},"
        f" implies a standard error of {number(found.se)}; the truth is {chosen(found.true_mean)}."
    )


def surface(found: NormalSurface) -> str:
    """Say where the likelihood of mean and standard deviation has its maximum."""
    return (
        f"With both unknown, the {count(len(found.sample))} values are most likely under the mean"
        f" **{fixed(found.mean, 3)}** (standard error {number(found.mean_se)}) and the standard"
        f" deviation **{fixed(found.sd, 3)}** (standard error {number(found.sd_se)}). The mean is"
        " the same as before. The standard deviation divides by n, not by n − 1, and is therefore"
        " a little too small on average: restricted likelihood (REML) mends exactly this."
    )


def poisson(surface: PoissonSurface, fit: PoissonFit) -> str:
    """Say where both criteria have their best point, and that they differ."""
    squares = [fixed(value, 3) for value in surface.least_squares]
    likely = [fixed(value, 3) for value in fit.coefficients["estimate"]]
    truth = [fixed(value, 1) for value in TRUTH]
    return (
        f"For counts the two ways part: on the grid least squares settles at b₀ = **{squares[0]}**,"
        f" b₁ = **{squares[1]}**, maximum likelihood at b₀ = **{likely[0]}**, b₁ ="
        f" **{likely[1]}**. The truth of these {count(fit.n_obs)} simulated counts is {truth[0]}"
        f" and {truth[1]}."
    )


def repeats(found: PoissonRepeats) -> str:
    """Say how both estimators scatter over many samples, and which intervals keep their promise."""
    likelihood, squares, robust = found.of("b1")
    wider = squares.sd / likelihood.sd - 1.0
    if squares.coverage >= HONEST:
        verdict = "which keeps its promise here"
    else:
        verdict = "less than it promises, because counts vary more where their rate is high"
    return (
        f"In {count(found.n_repeats)} samples of {count(found.n_rows)} counts both estimators"
        f" scatter around the truth; the least-squares slopes {_scatter(wider)} (standard deviation"
        f" {fixed(squares.sd, 4)} against {fixed(likelihood.sd, 4)}). So what are the"
        " confidence intervals under least squares? The textbook's 95% interval for b₁ covers the"
        f" truth in **{percent(squares.coverage)}** of the samples, {verdict}. With a robust"
        f" standard error it is {percent(robust.coverage)}, for maximum likelihood"
        f" {percent(likelihood.coverage)}."
    )


def _scatter(wider: float) -> str:
    if wider > 0.0:
        return f"scatter {percent(wider)} more widely"
    return "do not scatter more widely here"


def own_model(reml: MixedFit, ml: MixedFit) -> str:
    """Say what restricted and full likelihood make of the variances of a model."""
    parts = []
    both = zip(records(reml.variances), records(ml.variances), strict=True)
    for restricted, full in both:
        if restricted["other"] or restricted["level"] == RESIDUAL:
            continue
        what = level_name(restricted["level"])
        parts.append(
            f"{number(restricted['variance'])} by REML and {number(full['variance'])} by ML for"
            f" {_effect(restricted['term'])} {what}"
        )
    return (
        f"The likelihood of your own model is highest where the variance is {listed(parts)}. ML"
        f" treats the {count(len(reml.terms))} fixed coefficients as known and divides by n; REML"
        " allows for their estimation, as n − 1 does for a mean."
    )


def steps(found: SearchPath) -> str:
    """Say what the search did on its way."""
    first = found.values[0] - found.values[1] if len(found.values) > 1 else 0.0
    whole = found.values[0] - found.values[-1]
    share = first / whole if whole > 0.0 else 1.0
    return (
        f"From a start at 1 and 1 the search takes {counted(len(found.steps) - 1, 'step', 'steps')}"
        f" to the minimum. Each goes to the lowest point of a parabola with the slope and the"
        f" curvature of the criterion where it stands; the first brings {percent(share)} of the"
        f" fall from {fixed(found.values[0], 1)} to {fixed(found.values[-1], 1)}."
    )


def _effect(term: str) -> str:
    return "the level of" if term == INTERCEPT else f"the slope of {name(term)} over"
