"""Sentences on likelihood-ratio tests: how often chance alone would do this."""

from __future__ import annotations

import math

from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.inference.random_terms import PooledComparison, RandomTermTests
from mlm_core.views.narrative.wording import RARE, how_often, name
from mlm_core.views.numbers import number
from mlm_core.views.tables.table import records


def test(result: LikelihoodRatioTest) -> str:
    """Say what a likelihood-ratio test shows."""
    p = result.p if result.p_boundary is None else result.p_boundary
    corrected = "" if result.p_boundary is None else ", the boundary taken into account"
    return (
        f"If {name(result.null_hypothesis)}, a likelihood-ratio statistic of"
        f" {number(result.statistic)} or more would come up {how_often(p)}{corrected}."
        f" {_reading(p)}"
    )


def random_terms(tests: RandomTermTests) -> str:
    """Say for every random term what leaving it out shows."""
    parts = []
    for row in records(tests.table):
        if math.isnan(row["statistic"]):
            continue
        p = row["p"] if math.isnan(row["p_boundary"]) else row["p_boundary"]
        parts.append(
            f"If {name(row['term'])} were not needed, a statistic of {number(row['statistic'])} or"
            f" more would come up {how_often(p)}. {_reading(p)}"
        )
    return " ".join(parts)


def pooled_comparison(comparison: PooledComparison) -> str:
    """Say what the mixed model against the pooled regression shows, and what R prints."""
    printed, alike = comparison.as_printed, comparison.like_with_like
    sentence = test(alike)
    if math.isclose(printed.statistic, alike.statistic):
        return sentence
    return (
        f"{sentence} R prints {number(printed.statistic, 4)} in place of"
        f" {number(alike.statistic, 4)}, because it sets a restricted against a full likelihood."
    )


def _reading(p: float) -> str:
    if p < RARE:
        return "The data speak against that."
    return "These data leave it open; that is no evidence that it is so."
