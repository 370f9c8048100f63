"""Answers of the tour that no page gives in one sentence: every number comes from a fit."""

from __future__ import annotations

from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.inference.random_terms import RandomTermTests
from mlm_core.inference.shares import VarianceShares
from mlm_core.views.narrative.wording import counted, estimated, level_name, listed, name
from mlm_core.views.numbers import count, fixed, number, p_equals, percent
from mlm_core.views.tables.table import records
from mlm_core.views.words import RESIDUAL


def pooled_slope(fit: PooledFit, term: str) -> str:
    """Say what one line for all says, and how sure it may be of it."""
    row = next(row for row in records(fit.coefficients) if row["term"] == term)
    sentence = (
        f"{estimated(row['estimate'], row['se'])} points of {name(fit.model.outcome_label)}: the"
        f" slope of the one line through all {count(fit.moments.n_rows)} rows. If every row were"
        f" independent, its standard error would be {fixed(row['se'], 2)}"
    )
    if fit.cluster is None:
        return f"{sentence}."
    return (
        f"{sentence}; once rows of the same {level_name(fit.cluster)} may be alike, it is"
        f" {fixed(row['robust_se'], 2)}. The line is the same, what we may claim about it is not."
    )


def averages(term: str, *, pooled: PooledFit, unpooled: UnpooledFit, mixed: MixedFit) -> str:
    """Set the pooled slope, two averages of the groups' slopes and the mixed one side by side."""
    row = next(row for row in records(unpooled.averages) if row["term"] == term)
    return (
        f"One line for all rows has the slope {number(pooled.estimate(term), 4)}. The"
        f" {count(row['n_groups'])} own slopes have the mean {number(row['mean'])}, the median"
        f" {number(row['median'])} and, weighted by size, the mean"
        f" {number(row['size_weighted'], 4)}. The mixed model reports"
        f" {number(mixed.estimate(term), 4)}. They differ because they answer different questions:"
        " the table says what each takes for granted."
    )


def between_and_within(shares: VarianceShares, *, outcome: str) -> str:
    """Say how the share of one level comes about."""
    rows = records(shares.shares)
    above, total = rows[0]["variance"], shares.total_variance
    sums = " + ".join(number(row["variance"], 4) for row in rows)
    levels = [level_name(row["level"]) for row in rows if row["level"] != RESIDUAL]
    given = " that the predictors leave" if shares.is_conditional else ""
    return (
        f"The variance between groups of {levels[0]} and the variance within:"
        f" {number(above, 4)} / ({sums}) = {percent(above / total)} of the variance of"
        f" {name(outcome)}{given}. That is also the correlation of two rows of the same"
        f" {levels[0]}, the intraclass correlation (ICC)."
    )


def alone_and_nested(alone: VarianceShares, nested: VarianceShares) -> str:
    """Say what becomes of the share of an inner level once the level around it is there."""
    single = records(alone.shares)[0]
    rows = [row for row in records(nested.shares) if row["level"] != RESIDUAL]
    parts = [f"{percent(row['share'])} between {level_name(row['level'])}" for row in rows]
    return (
        f"By itself {level_name(single['level'])} seems to hold {percent(single['share'])} of the"
        f" variance. With both levels it is {listed(parts)}: most of what looked like differences"
        f" between groups of {level_name(single['level'])} were differences between the groups"
        " around them. A larger share is no sign of a better model."
    )


def least_needed(tests: RandomTermTests) -> str:
    """Say what the test of the term that is missed least shows."""
    rows = [row for row in records(tests.table) if row["statistic"] == row["statistic"]]
    row = min(rows, key=lambda each: each["statistic"])
    plain = f"{name(row['term'])} is the one: leaving it out costs {number(row['statistic'])}"
    corrected = row["p_boundary"]
    halved = (
        f" As a variance cannot be negative, half of the chance results are zero, and p ="
        f" {p_equals(corrected).lstrip('= ')} is the better number."
        if corrected == corrected
        else ""
    )
    return (
        f"{plain} (p {p_equals(row['p'])}).{halved} These data do not show that it is needed; that"
        " is no proof that it is not."
    )


def most_likely(fit: MixedFit) -> str:
    """Say what was maximised to get the estimates of a mixed model."""
    return (
        f"The estimates are those that make the {counted(fit.n_obs, 'row', 'rows')} most likely:"
        f" the {fit.method} criterion of the model of this tour, {fixed(fit.criterion, 1)}, is the"
        " least there is. For a mean or a line with independent errors the most likely values are"
        " the ones of least squares; for counts, and for variances between groups, they are not."
    )
