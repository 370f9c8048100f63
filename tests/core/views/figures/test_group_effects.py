"""Figures of groups: order, intervals, the one that is pointed out, bands."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.inference.group_effects import group_effects
from mlm_core.inference.prediction_bands import prediction_bands
from mlm_core.views.figures import group_effects as figures


@pytest.fixture(scope="module")
def effects(school):
    return group_effects(school.mixed, "schoolid")


def test_a_caterpillar(effects, keeps_the_rules):
    picture = figures.caterpillar(effects, group="27")
    keeps_the_rules(picture)
    _, bounds, modes, picked = picture.figure.data
    assert np.all(np.diff(modes.y) >= 0)
    assert bounds.name == "95% interval"
    assert picked.name == "group 27"
    assert picked.y[0] == effects.table.set_index("group").loc["27", "mode"]
    assert "−35.4 (group 18) to 31.5 (group 39)" in picture.alt
    shorter = figures.caterpillar(effects, shown="comparison").figure.data
    assert shorter[1].name == "comparison interval"
    assert len(shorter) == 3
    assert np.nanmax(shorter[1].y) < np.nanmax(bounds.y)


def test_raw_against_shrunk(effects, keeps_the_rules):
    picture = figures.raw_against_shrunk(effects, group="nobody")
    keeps_the_rules(picture)
    line, groups = picture.figure.data
    assert list(line.x) == list(line.y)
    assert list(groups.x) == effects.table["raw"].tolist()
    assert groups.marker.size.max() == 16
    assert "107 groups of schoolid" in picture.alt


def test_slope_against_intercept(slopes, keeps_the_rules):
    pair = [group_effects(slopes, "schoolid", term) for term in slopes.terms]
    picture = figures.two_effects(*pair, group="3")
    keeps_the_rules(picture)
    assert picture.figure.layout.xaxis.title.text == "conditional mode: intercept"
    assert list(picture.figure.data[0].y) == pair[1].table["mode"].tolist()


def test_bands(school, keeps_the_rules):
    bands = prediction_bands(school.mixed, school.data, "ses", level="schoolid", group="27")
    picture = figures.prediction_bands(bands)
    keeps_the_rules(picture)
    names = [trace.name for trace in picture.figure.data]
    assert names[2] == "a new group"
    assert names[5] == "group 27"
    assert len(picture.figure.data[0].x) == 2 * len(bands.new)
    assert "a new group: at" in picture.alt
    alone = prediction_bands(school.mixed, school.data, "ses", level="schoolid")
    assert len(figures.prediction_bands(alone).figure.data) == 3


def test_hostile_names(hostile, keeps_the_rules):
    level = hostile.mixed.levels[0].name
    effects = group_effects(hostile.mixed, level)
    group = effects.table["group"][0]
    keeps_the_rules(figures.caterpillar(effects, group=group))
    keeps_the_rules(figures.raw_against_shrunk(effects, group=group))
    predictor = hostile.data.columns[1]
    bands = prediction_bands(hostile.mixed, hostile.data, predictor, level=level, group=group)
    keeps_the_rules(figures.prediction_bands(bands))
