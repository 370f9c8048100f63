"""The simulation as drawn: estimators, claims, intervals, losses, power."""

from dataclasses import replace

import numpy as np
import pytest

from mlm_core.inference.simulation import PRESETS, LevelDesign
from mlm_core.inference.simulation_experiment import KINDS, MIXED, NAIVE, UNPOOLED
from mlm_core.views.figures import simulation as figures
from mlm_core.views.numbers import number, percent
from tests.core.views.simulated import FEW, experiment


def test_every_estimator_has_a_curve_around_the_truth(keeps_the_rules):
    picture = figures.estimators(experiment(), "x")
    keeps_the_rules(picture)
    *curves, truth = picture.figure.data
    assert [trace.name.split(":")[0] for trace in curves] == ["pooled", "unpooled", "mixed"]
    for trace in curves:
        assert np.trapezoid(trace.y, trace.x) == pytest.approx(1.0, abs=0.01)
    means = [experiment().answer("x", kind).performance.mean for kind in (NAIVE, UNPOOLED, MIXED)]
    assert [trace.name.split("mean ")[1] for trace in curves] == [number(each) for each in means]
    assert set(truth.x) == {1.0}
    assert (truth.name, truth.y[0]) == ("truth: 1", 0.0)
    assert truth.y[1] == pytest.approx(1.05 * max(trace.y.max() for trace in curves))
    assert len({trace.line.dash + trace.line.color for trace in curves}) == 3


def test_claims_beside_what_happened(keeps_the_rules):
    found = experiment()
    picture = figures.claims(found, "w_class")
    keeps_the_rules(picture)
    real, stated = picture.figure.data
    fared = [answer.performance for answer in found.of("w_class")]
    assert real.x[1::3] == pytest.approx([each.real_se for each in fared])
    assert stated.x[1::3] == pytest.approx([each.stated_se for each in fared])
    assert list(picture.figure.layout.yaxis.ticktext) == [
        f"{each.kind}<br>covers {percent(each.coverage)}" for each in fared
    ]
    assert [each.kind for each in fared] == [kind for kind in KINDS if kind != UNPOOLED]
    places = picture.figure.layout.yaxis.tickvals
    assert list(places) == [3, 2, 1]  # from the top
    assert real.y[::3] - stated.y[::3] == pytest.approx(0.3)
    assert (real.y[::3] + stated.y[::3]) / 2 == pytest.approx(places)
    assert figures.claims(found, "(Intercept)").figure.layout.xaxis.title.text == (
        "standard error of the intercept"
    )


@pytest.mark.parametrize(("term", "value"), [("w_class", 0.0), ("x", 1.0)])
def test_intervals_that_miss_are_told_apart(term, value, keeps_the_rules, ends_of):
    found = experiment()
    ranges = []
    for kind, name in ((NAIVE, "intervals-naive"), (MIXED, "intervals-mixed")):
        picture = figures.intervals(found, term, kind)
        keeps_the_rules(picture)
        assert picture.name == name
        hits, misses, truth = picture.figure.data
        answer = found.answer(term, kind)
        wrong = np.abs(answer.estimate - answer.truth)[:50] > answer.half_width[:50]
        assert misses.name == f"{wrong.sum()} miss the truth"
        assert hits.name == f"{50 - wrong.sum()} hold the truth"
        assert misses.line.dash != hits.line.dash
        assert misses.line.color != hits.line.color
        drawn_hits, drawn_misses = (ends_of(path) for path in picture.figure.layout.shapes)
        assert drawn_misses[:, 0] == pytest.approx(np.flatnonzero(wrong) + 1.0)
        assert drawn_hits[:, 0] == pytest.approx(np.flatnonzero(~wrong) + 1.0)
        ends = (answer.estimate - answer.half_width)[:50][wrong]
        assert drawn_misses[:, 2] == pytest.approx(ends, abs=1e-5)
        assert picture.alt.endswith(f": {wrong.sum()} of them miss the truth, {value:g}.")
        assert set(truth.y) == {value}
        ranges.append(picture.figure.layout.yaxis.range)
    assert ranges[0] == ranges[1]


def test_intervals_without_end_leave_the_others_visible(keeps_the_rules, ends_of):
    whole = experiment(FEW, repeats=50)
    knows_nothing = np.where(np.arange(50) % 2, 1e-32, 57.0)  # degrees of freedom
    answers = tuple(
        replace(each, df=knows_nothing) if (each.term, each.kind) == ("w_school", MIXED) else each
        for each in whole.answers
    )
    found = replace(whole, answers=answers)
    assert found.answer("w_school", MIXED).half_width.max() > 1e9
    picture = figures.intervals(found, "w_school", MIXED)
    keeps_the_rules(picture)
    low, high = picture.figure.layout.yaxis.range
    assert high - low < 45.0 * found.answer("w_school", MIXED).performance.real_se
    drawn = np.concatenate([ends_of(path)[:, 2:] for path in picture.figure.layout.shapes])
    assert (drawn.min(), drawn.max()) == pytest.approx((low, high))  # they leave the frame


def test_estimates_far_from_the_truth_are_seen(ends_of):
    schools = LevelDesign("school", 60, intercept_sd=0.05)
    found = experiment(
        replace(PRESETS["Simpson's paradox"], levels=(schools,), residual_sd=0.3), 50
    )
    answer = found.answer("x", NAIVE)
    off = abs(answer.performance.mean - answer.truth)
    assert off > figures.FARTHEST * answer.performance.real_se
    figure = figures.intervals(found, "x", NAIVE).figure
    (misses,) = figure.layout.shapes
    lower = (answer.estimate - answer.half_width)[:50]
    assert [trace.name for trace in figure.data[:2]] == ["0 hold the truth", "50 miss the truth"]
    assert ends_of(misses)[:, 2] == pytest.approx(lower, abs=1e-5)
