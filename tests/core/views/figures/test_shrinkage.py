"""Arrows from raw to shrunk: data, order of sizes, words."""

import numpy as np
import pandas as pd

from mlm_core.inference import group_estimates
from mlm_core.views.figures.shrinkage import shrinkage


def test_arrows_lead_from_the_own_to_the_mixed_estimate(school, keeps_the_rules):
    table = group_estimates.shrinkage(
        school.unpooled.coefficients,
        school.mixed.group_coefficients("schoolid"),
        term="(Intercept)",
    )
    picture = shrinkage(
        table, overall=465.749, term="(Intercept)", level="schoolid", readable=(380, 560)
    )
    keeps_the_rules(picture)
    arrows, raw, shrunk, overall = picture.figure.data
    np.testing.assert_array_equal(arrows.y[0::3], raw.y)
    np.testing.assert_array_equal(arrows.y[1::3], shrunk.y)
    assert len(raw.y) == 107
    assert np.std(shrunk.y) < np.std(raw.y)
    assert raw.marker.symbol != shrunk.marker.symbol
    assert overall.name == "fixed effect: 465.7"
    assert picture.figure.layout.xaxis.title.text == "rows in the group of schoolid"
    assert picture.figure.layout.yaxis.title.text == "intercept"
    assert tuple(picture.figure.layout.yaxis.range) == (380, 560)
    assert "107 groups of schoolid" in picture.alt


def test_slopes_are_named_and_nothing_is_said_to_be_nothing(hostile, keeps_the_rules):
    term, level = hostile.lines.predictor, hostile.lines.level
    table = group_estimates.shrinkage(
        hostile.unpooled.coefficients, hostile.mixed.group_coefficients(level), term=term
    )
    picture = shrinkage(table, overall=1.0, term=term, level=level)
    keeps_the_rules(picture)
    assert picture.figure.layout.yaxis.title.text.startswith("slope of x &lt;b&gt;")
    empty = pd.DataFrame({name: [] for name in table.columns})
    assert "No group" in shrinkage(empty, overall=1.0, term=term, level="g").alt
