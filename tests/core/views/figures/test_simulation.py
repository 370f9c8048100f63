"""The simulation as drawn: estimators, claims, intervals, losses, power."""

from dataclasses import replace

import numpy as np
import pytest

from mlm_core.inference.simulation import PRESETS, LevelDesign, changed_level
from mlm_core.inference.simulation_experiment import KINDS, MIXED, NAIVE
from mlm_core.views.figures import simulation as figures
from tests.core.views.simulated import FEW, experiment


def test_every_estimator_has_a_curve_around_the_truth(keeps_the_rules):
    picture = figures.estimators(experiment(), "x")
    keeps_the_rules(picture)
    *curves, truth = picture.figure.data
    assert [trace.name.split(":")[0] for trace in curves] == ["pooled", "unpooled", "mixed"]
    for trace in curves:
        assert np.trapezoid(trace.y, trace.x) == pytest.approx(1.0, abs=0.01)
    assert set(truth.x) == {1.0}
    assert len({trace.line.dash + trace.line.color for trace in curves}) == 3


def test_claims_beside_what_happened(keeps_the_rules):
    found = experiment()
    picture = figures.claims(found, "w_class")
    keeps_the_rules(picture)
    real, stated = picture.figure.data
    fared = [answer.performance for answer in found.of("w_class")]
    assert real.x[1::3] == pytest.approx([each.real_se for each in fared])
    assert stated.x[1::3] == pytest.approx([each.stated_se for each in fared])
    names = [text.split("<br>")[0] for text in picture.figure.layout.yaxis.ticktext]
    assert names == [kind for kind in KINDS if kind != "unpooled"]


def test_intervals_that_miss_are_told_apart(keeps_the_rules):
    found = experiment()
    ranges = []
    for kind, name in ((NAIVE, "intervals-naive"), (MIXED, "intervals-mixed")):
        picture = figures.intervals(found, "w_class", kind)
        keeps_the_rules(picture)
        assert picture.name == name
        hits, misses, truth = picture.figure.data
        answer = found.answer("w_class", kind)
        wrong = np.abs(answer.estimate - answer.truth)[:50] > answer.half_width[:50]
        assert misses.name == f"{wrong.sum()} miss the truth"
        assert hits.name == f"{50 - wrong.sum()} hold the truth"
        assert misses.line.dash != hits.line.dash
        assert set(truth.y) == {0.0}
        ranges.append(picture.figure.layout.yaxis.range)
    assert ranges[0] == ranges[1]


def test_intervals_without_end_leave_the_others_visible(keeps_the_rules):
    found = experiment(changed_level(FEW, 0, groups=2.0), repeats=50)
    answer = found.answer("w_school", MIXED)
    assert answer.half_width.max() > 1e9
    picture = figures.intervals(found, "w_school", MIXED)
    keeps_the_rules(picture)
    low, high = picture.figure.layout.yaxis.range
    assert high - low < 45.0 * found.answer("w_school", MIXED).performance.real_se
    drawn = np.concatenate([np.asarray(trace.y) for trace in picture.figure.data[:2]])
    assert (np.nanmin(drawn), np.nanmax(drawn)) == (low, high)  # they leave the frame


def test_estimates_far_from_the_truth_are_seen():
    schools = LevelDesign("school", 60, intercept_sd=0.05)
    found = experiment(
        replace(PRESETS["Simpson's paradox"], levels=(schools,), residual_sd=0.3), 50
    )
    answer = found.answer("x", NAIVE)
    off = abs(answer.performance.mean - answer.truth)
    assert off > figures.FARTHEST * answer.performance.real_se
    hits, misses, _ = figures.intervals(found, "x", NAIVE).figure.data
    lower = (answer.estimate - answer.half_width)[:50]
    assert len(hits.y) == 0
    assert misses.y[::3] == pytest.approx(lower)
