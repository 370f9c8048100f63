"""One draw and many draws of pairs, still and as a film."""

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.pair_experiment import pair_experiment
from mlm_core.inference.pairs import draw_pairs
from mlm_core.views.figures import pairs
from mlm_core.views.figures.theme import GROUP_COLOURS, GROUP_SYMBOLS

ASKED = {"outcome": "mathkind", "groups": ["schoolid"]}


def test_pairs_of_one_draw(classroom, keeps_the_rules):
    draw = draw_pairs(classroom, **ASKED)
    picture = pairs.pair_scatter(draw)
    keeps_the_rules(picture)
    points = picture.figure.data[0]
    np.testing.assert_array_equal(points.x, draw.pairs["first"])
    assert points.customdata[0].tolist() == [draw.pairs["group"][0], draw.pairs["n"][0]]
    assert picture.figure.layout.annotations[0].text == f"<b>correlation {draw.correlation:.2f}</b>"
    assert picture.figure.layout.xaxis.title.text == "mathkind, first of the pair"
    assert f"correlation is {draw.correlation:.2f}" in picture.alt


def test_groups_have_colours_and_shapes(classroom):
    points = pairs.pair_scatter(draw_pairs(classroom, **ASKED)).figure.data[0]
    assert set(points.marker.color) == set(GROUP_COLOURS)
    assert set(points.marker.symbol) == set(GROUP_SYMBOLS)
    looks = list(zip(points.marker.color, points.marker.symbol, strict=True))
    assert len(set(looks[:35])) == 35


def test_of_very_many_pairs_every_other_is_drawn(classroom, monkeypatch):
    monkeypatch.setattr(pairs, "MOST_PAIRS", 60)
    draw = draw_pairs(classroom, **ASKED)
    points = pairs.pair_scatter(draw).figure.data[0]
    np.testing.assert_array_equal(points.x, draw.pairs["first"][::2])
    assert points.name == "every 2nd of the pairs"


@pytest.fixture(scope="module")
def experiment(classroom):
    return pair_experiment(classroom, **ASKED)


def test_draws_running_mean_and_histogram(experiment, keeps_the_rules):
    picture = pairs.pair_experiment(experiment, made=30)
    keeps_the_rules(picture)
    values, mean, current, bars, limit = picture.figure.data
    np.testing.assert_array_equal(values.y, experiment.values[:30])
    np.testing.assert_array_equal(mean.y, experiment.running_mean[:30])
    assert mean.name == f"mean so far: {experiment.running_mean[29]:.3f}"
    assert (current.x[0], current.y[0]) == (30, experiment.values[29])
    assert bars.x.sum() == 30
    assert limit.name == "from all pairs: 0.211"
    levels = [shape.y0 for shape in picture.figure.layout.shapes]
    assert levels.count(experiment.limit) == levels.count(0.0) == 2
    assert f"mean {experiment.running_mean[29]:.3f}, standard deviation" in picture.alt


def test_the_film_ends_with_all_draws(experiment):
    frames = pairs.pair_experiment(experiment, made=1).figure.frames
    made = [len(frame.data[0].x) for frame in frames]
    assert made[:20] == list(range(1, 21))
    assert made == sorted(set(made))
    assert made[-1] == 200
    np.testing.assert_array_equal(frames[-1].data[1].y, experiment.running_mean)
    np.testing.assert_array_equal(frames[-1].data[3].x, experiment.counts[-1])


def test_a_single_draw_has_no_spread(experiment):
    assert "standard deviation" not in pairs.pair_experiment(experiment, made=1).alt


def test_names_are_escaped_and_no_pairs_still_draw(hostile, keeps_the_rules):
    outcome, _, level = hostile.data.columns
    asked = {"outcome": outcome, "groups": [level]}
    keeps_the_rules(pairs.pair_scatter(draw_pairs(hostile.data, **asked)))
    keeps_the_rules(pairs.pair_experiment(pair_experiment(hostile.data, **asked), made=3))
    single = pd.DataFrame({"y": [1.0, 2.0], "g": [1, 2]})
    picture = pairs.pair_scatter(draw_pairs(single, outcome="y", groups=["g"]))
    assert len(picture.figure.data) == 1
