"""Sentences of the lesson on likelihood: a probability, a sample, counts, many samples."""

from __future__ import annotations

from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.search_path import SearchPath
from mlm_core.likelihood.normal import MeanLikelihood, NormalSurface, NormalTail
from mlm_core.likelihood.poisson import TRUTH, PoissonFit, PoissonSurface
from mlm_core.likelihood.poisson_repeats import PoissonRepeats
from mlm_core.views.narrative.wording import counted, level_name, listed, term_name
from mlm_core.views.numbers import chosen, count, fixed, number, percent
from mlm_core.views.tables.table import records
from mlm_core.views.words import INTERCEPT, RESIDUAL

HONEST = 0.93
"""An interval that covers at least this share of the samples keeps its promise of 95%."""
# Shares closer to 0 or 1 are not counted per 1,000.
_FEWEST = 0.0005


def tail(found: NormalTail) -> str:
    """Say how likely a value above the threshold is."""
    above = f"P(X > {chosen(found.threshold)})"
    return (
        f"Values are normal with mean {chosen(found.mean)} and standard deviation"
        f" {chosen(found.sd)}. Then **{above} = {number(found.probability)}**: the shaded area,"
        f" {_of_a_thousand(found.probability)} values. Here mean and spread are known and the value"
        " is open. Likelihood turns this round: the values are known, and the question is which"
        " mean they speak for."
    )


def _of_a_thousand(share: float) -> str:
    """Return a share as a count of 1,000."""
    if share < _FEWEST:
        return "fewer than 1 of 1,000"
    if share > 1.0 - _FEWEST:
        return "more than 999 of 1,000"
    return f"about {count(round(1000 * share))} of 1,000"


def mean(found: MeanLikelihood) -> str:
    """Say which mean makes the sample most likely, and how sure that is."""
    n = len(found.sample)
    return (
        f"A mean of **{fixed(found.estimate, 3)}** makes these {count(n)} values most likely. It is"
        " their average, and the sum of squares is least at the same place. The more sharply the"
        f" curve bends there, the surer the estimate: its curvature, {number(found.curvature)},"
        f" implies a standard error of 1/√{number(found.curvature)} = {number(found.se)}. The truth"
        f" is {chosen(found.true_mean)}."
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
        f"These {count(fit.n_obs)} counts were simulated with a rate λ that depends on x,"
        f" ln λ = b₀ + b₁ x, and with b₀ = {truth[0]} and b₁ = {truth[1]}. For counts the two ways"
        f" part: on the grid least squares settles at b₀ = **{squares[0]}**, b₁ ="
        f" **{squares[1]}**, maximum likelihood comes to b₀ = **{likely[0]}**, b₁ ="
        f" **{likely[1]}**."
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
        term = restricted["term"]
        effect = "" if term == INTERCEPT else f"of the {term_name(term)} "
        found = [number(each["variance"]) for each in (restricted, full)]
        by_both = f"**{found[0]}** by REML and **{found[1]}** by ML"
        parts.append(f"{effect}between groups of {level_name(restricted['level'])} {by_both}")
    return (
        f"The data are most likely under these variances of your model: {listed(parts)}. ML takes"
        f" the {counted(len(reml.terms), 'fixed coefficient', 'fixed coefficients')} as known and"
        " divides by n; REML allows for their estimation, as dividing by n − 1 does for a mean."
    )


def steps(found: SearchPath) -> str:
    """Say what the search did on its way."""
    picture = (
        "Every point of the picture is a pair of standard deviations between groups, in residual"
        " standard deviations; the lines join pairs that are equally likely."
    )
    if len(found.steps) == 1:
        return f"{picture} The search starts at 1 and 1, and that is the best pair."
    share = (found.values[0] - found.values[1]) / (found.values[0] - found.values[-1])
    return (
        f"{picture} From a start at 1 and 1 the search takes"
        f" {counted(len(found.steps) - 1, 'step', 'steps')} to the best pair. Each goes to the"
        " lowest point of a parabola with the slope and the curvature of the criterion where it"
        f" stands; the first brings {percent(share)} of the fall from {fixed(found.values[0], 1)}"
        f" to {fixed(found.values[-1], 1)}."
    )
