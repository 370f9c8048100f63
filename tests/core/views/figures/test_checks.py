"""Figures of checks."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.inference.influence import influence
from mlm_core.inference.quantile_plots import quantile_plot, residual_quantiles
from mlm_core.inference.residual_checks import residual_heterogeneity
from mlm_core.inference.residual_points import residual_points
from mlm_core.views.figures import checks as figures


def test_quantiles(school, keeps_the_rules):
    plot = residual_quantiles(school.mixed, school.data)
    picture = figures.quantiles(plot, of="residuals", name="residual-quantiles")
    keeps_the_rules(picture)
    band, line, marks = picture.figure.data
    assert len(band.x) == 2 * len(plot.table)
    assert np.all(np.diff(marks.y) >= 0)
    assert list(line.x) == list(line.y)
    assert "1,190 values (residuals)" in picture.alt
    keeps_the_rules(figures.quantiles(quantile_plot([]), of="nothing", name="empty"))


@pytest.mark.parametrize(("effects", "title"), [("all", "fixed part and groups"),
                                                ("none", "fixed part alone")])  # fmt: skip
def test_residuals_over_fitted(effects, title, school, keeps_the_rules):
    found = residual_points(school.mixed, school.data, effects=effects)
    picture = figures.residuals_over_fitted(found)
    keeps_the_rules(picture)
    rows, _, means = picture.figure.data
    assert len(rows.x) == 1190
    assert list(means.y) == found.means["residual"].tolist()
    assert picture.figure.layout.xaxis.title.text == f"fitted by {title}"


def test_influence(school, keeps_the_rules):
    found = influence(school.mixed, "schoolid")
    picture = figures.influence(found, group="52")
    keeps_the_rules(picture)
    _, marks = picture.figure.data
    assert np.all(np.diff(marks.y) <= 0)
    assert len(marks.y) == figures.MOST_BARS
    assert marks.text[0] == "52"
    assert (marks.marker.size == 14).sum() == 1
    assert "the 40 with most" in picture.figure.layout.xaxis.title.text
    assert picture.alt.startswith("Cook's distances of groups of schoolid, largest first: 52 (")


def test_spread(school, keeps_the_rules):
    found = residual_heterogeneity(school.mixed, "schoolid")
    picture = figures.spread(found, sigma=school.mixed.sigma)
    keeps_the_rules(picture)
    groups, upper, lower, one = picture.figure.data
    assert len(groups.y) == len(found.table)
    assert np.all(upper.y > lower.y)
    assert set(one.y) == {school.mixed.sigma}


def test_hostile_names(hostile, keeps_the_rules):
    level = hostile.mixed.levels[0].name
    keeps_the_rules(figures.influence(influence(hostile.mixed, level)))
    keeps_the_rules(figures.residuals_over_fitted(residual_points(hostile.mixed, hostile.data)))
    heterogeneity = residual_heterogeneity(hostile.mixed, level)
    keeps_the_rules(figures.spread(heterogeneity, sigma=1.0))
