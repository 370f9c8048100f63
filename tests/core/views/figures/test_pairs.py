"""One draw and many draws of pairs."""

import numpy as np
import pandas as pd

from mlm_core.inference.pairs import draw_pairs, pair_correlations
from mlm_core.inference.summaries import histogram
from mlm_core.views.figures.pairs import pair_histogram, pair_scatter


def test_pairs_of_one_draw(classroom, keeps_the_rules):
    draw = draw_pairs(classroom, outcome="mathkind", groups=["schoolid"])
    picture = pair_scatter(draw)
    keeps_the_rules(picture)
    points = picture.figure.data[0]
    np.testing.assert_array_equal(points.x, draw.pairs["first"])
    assert f"correlation {draw.correlation:.2f}" in points.name
    assert picture.figure.layout.xaxis.title.text == "mathkind, first of the pair"
    assert f"correlation is {draw.correlation:.2f}" in picture.alt


def test_many_draws_with_the_value_they_scatter_around(classroom, keeps_the_rules):
    found = pair_correlations(classroom, outcome="mathkind", groups=["schoolid"], draws=200)
    picture = pair_histogram(found, histogram(found.values), current=0.3)
    keeps_the_rules(picture)
    bars, limit, current = picture.figure.data
    assert bars.y.sum() == 200
    assert set(limit.x) == {found.limit}
    assert limit.name == "value the draws scatter around: 0.21"
    assert current.name == "this draw: 0.30"
    assert "200 draws" in picture.alt
    assert len(pair_histogram(found, histogram(found.values)).figure.data) == 2


def test_names_are_escaped_and_no_pairs_still_draw(hostile, keeps_the_rules):
    outcome, _, level = hostile.data.columns
    keeps_the_rules(pair_scatter(draw_pairs(hostile.data, outcome=outcome, groups=[level])))
    single = pd.DataFrame({"y": [1.0, 2.0], "g": [1, 2]})
    picture = pair_scatter(draw_pairs(single, outcome="y", groups=["g"]))
    assert len(picture.figure.data) == 1
