"""Sentences on intervals, on what grouping costs, and on simulated tests."""

from __future__ import annotations

import math

import pandas as pd

from mlm_core.inference.design_effect import DesignEffect
from mlm_core.inference.parameters import Parameter
from mlm_core.inference.profile import Profile
from mlm_core.inference.reliability import Reliability
from mlm_core.inference.share_intervals import ShareIntervals
from mlm_core.inference.simulated_terms import SimulatedTerm
from mlm_core.inference.variance_function import VarianceFunction
from mlm_core.views.narrative.wording import RARE, how_often, level_name, listed, name
from mlm_core.views.numbers import count, fixed, interval, number, percent, percents
from mlm_core.views.parameters import parameter_words
from mlm_core.views.tables.table import records
from mlm_core.views.words import RESIDUAL, term_words

UNRELIABLE, RELIABLE = 0.4, 0.8
"""A mean reliability below the first is called mostly chance, above the second mostly real."""
NO_COST = 1.05
"""A design effect below prints as 1.0: grouping costs next to nothing."""
SAME_VARIANCE = 1.1
"""A variance that changes by less than this factor along a variable is called much the same."""


def shares_with_intervals(found: ShareIntervals) -> str:
    """Say how sure the shares of the levels are."""
    rows = records(found.shares)
    texts = percents([row["share"] for row in rows])
    parts = [
        f"{text} between groups of {level_name(row['level'])}"
        f" ({percent(row['lower'])} to {percent(row['upper'])})"
        for row, text in zip(rows, texts, strict=True)
        if row["level"] != RESIDUAL
    ]
    given = "given the predictors, " if found.estimate.is_conditional else ""
    inside = count(round(100 * found.confidence))
    return (
        f"With {percent(found.confidence)} intervals: {given}{listed(parts)}. Of 100 samples drawn"
        f" from the fitted model about {inside} show shares within these bounds."
    )


def design_effect(found: DesignEffect) -> str:
    """Say what grouping costs."""
    given = ", given the predictors," if found.is_conditional else ""
    if found.design_effect < NO_COST:
        return (
            "Rows of a group are hardly more alike than rows of different groups: for the overall"
            f" mean{given} the {count(found.n_obs)} rows are worth about as many independent ones."
        )
    return (
        f"Because rows of a group are alike, the variance of the overall mean{given} is"
        f" {fixed(found.design_effect, 1)} times what it would be with independent rows: for that"
        f" mean the {count(found.n_obs)} rows are worth about {count(found.effective_n)}."
    )


def reliability(found: Reliability) -> str:
    """Say how far the groups' own data can be trusted."""
    parts = []
    for row in records(found.terms):
        effect = _term(row["term"])
        if math.isnan(row["mean"]):
            parts.append(f"The {effect} does not vary between groups, so there is nothing to tell.")
            continue
        if row["mean"] < UNRELIABLE:
            reading = "most of what is seen of a single group is chance"
        elif row["mean"] > RELIABLE:
            reading = "most of what is seen of a single group is its own"
        else:
            reading = "what is seen of a single group is its own and chance in like parts"
        parts.append(
            f"The {effect} of a group of {level_name(found.level)} is told with a reliability of"
            f" {fixed(row['mean'], 2)} on average ({fixed(row['min'], 2)} to"
            f" {fixed(row['max'], 2)}): {reading}."
        )
    return " ".join(parts)


def variance_function(found: VarianceFunction) -> str:
    """Say how the variance of each level changes along a slope variable."""
    parts = []
    for level, part in found.table.groupby("level", sort=False):
        if level == RESIDUAL:
            continue
        first, last = float(part["variance"].iloc[0]), float(part["variance"].iloc[-1])
        low, high = float(part["variance"].min()), float(part["variance"].max())
        where = level_name(str(level))
        if high <= SAME_VARIANCE * max(low, 1e-300):
            parts.append(f"between groups of {where} it is much the same, about {number(high)}")
        else:
            parts.append(
                f"between groups of {where} it goes from {number(first)} to {number(last)}"
                f" (least {number(low)})"
            )
    x = found.table["x"]
    return (
        f"As slopes of {name(found.column)} vary, so does the variance: from two standard"
        f" deviations below the mean of {name(found.column)} ({number(float(x.min()))}) to two"
        f" above ({number(float(x.max()))}), {listed(parts)}. A single share or ICC is one point of"
        " this curve."
    )


def profile(found: Profile, intervals: pd.DataFrame, *, confidence: float) -> str:
    """Say which standard deviations the data can tell from none."""
    parts = []
    for one, row in zip(found.parameters, records(intervals), strict=True):
        if one.kind != "sd":
            continue
        ends = interval(row["lower"], row["upper"])
        what = name(parameter_words(one))
        if row["lower"] == 0.0:
            parts.append(
                f"the {what} lies between 0 (no variation at all) and {number(row['upper'])}"
            )
        else:
            parts.append(f"the {what} lies between {ends.replace(' to ', ' and ')}")
    return f"With {percent(confidence)} confidence {listed(parts)}."


def parameter(one: Parameter) -> str:
    """Name a parameter."""
    return name(parameter_words(one))


def simulated_term(term: SimulatedTerm) -> str:
    """Say what the simulated tests of one term show, and how they differ from the plain one."""
    ways = [f"{how_often(term.p)} by the plain chi-square"]
    if not math.isnan(term.p_boundary):
        ways.append(f"{how_often(term.p_boundary)} by the mixture")
    if term.exact is not None:
        ways.append(f"{how_often(term.exact.p)} by the exact test")
    best = term.p if math.isnan(term.p_boundary) else term.p_boundary
    if term.exact is not None:
        best = term.exact.p
    if term.simulated is not None:
        best = term.simulated.p
        ways.append(f"{how_often(term.simulated.p)} by the bootstrap")
    reading = (
        "The data speak against that."
        if best < RARE
        else "These data leave it open; that is no evidence that it is so."
    )
    return (
        f"If {name(term.label)} were not needed, a statistic of {number(term.statistic)} or more"
        f" would come up {listed(ways)}. {reading}"
    )


def _term(term: str) -> str:
    return name(term_words(term))
