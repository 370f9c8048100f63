"""Ordered slopes and modes: order, bounds, what is left out, reference lines."""

import numpy as np
import pandas as pd

from mlm_core.inference.group_estimates import ordered_estimates, ordered_modes
from mlm_core.inference.summaries import density
from mlm_core.views.figures import caterpillar
from mlm_core.views.figures.theme import VERMILLION


def test_slopes_ascend_around_the_pooled_slope(school, keeps_the_rules, ends_of):
    ordered = ordered_estimates(school.unpooled.coefficients, term="ses")
    picture = caterpillar.slopes(ordered, pooled=14.359, mixed=10.684, term="ses", level="schoolid")
    keeps_the_rules(picture)
    entry, marks, pooled, mixed = picture.figure.data
    (bounds,) = picture.figure.layout.shapes
    assert np.all(np.diff(marks.y) >= 0)
    assert len(marks.y) == 107
    assert entry.name == "95% interval"
    bounded = ordered.table[ordered.table["lower"].notna()]
    drawn = ends_of(bounds)
    assert len(drawn) == len(bounded) == 105
    np.testing.assert_allclose(drawn[:, 2:], bounded[["lower", "upper"]], atol=0.01)
    np.testing.assert_array_equal(drawn[:, 0], marks.x[ordered.table["lower"].notna()])
    assert set(pooled.y) == {14.359}
    assert pooled.line.color == VERMILLION
    assert pooled.name == "pooled: 14.36"
    assert mixed.name == "mixed: 10.68"
    assert mixed.line.dash != pooled.line.dash
    assert picture.figure.layout.yaxis.title.text == "slope of ses"
    assert "2 without an interval drawn open" in picture.figure.layout.xaxis.title.text
    assert (marks.marker.symbol == "circle-open").sum() == 2
    assert marks.customdata[-1][2] == " (no interval)"
    assert "−136.9 (group 90) to 105.1 (group 106). The pooled slope is 14.36" in picture.alt


def test_what_is_not_shown_is_said():
    rows = [(f"g{k}", 5, "x", float(k), k - 1.0, k + 1.0) for k in range(25)]
    rows += [("wild", 2, "x", 1e6, 1e6 - 1, 1e6 + 1), ("none", 1, "x", np.nan, np.nan, np.nan)]
    names = ["group", "n", "term", "estimate", "lower", "upper"]
    ordered = ordered_estimates(pd.DataFrame(rows, columns=names), term="x")
    picture = caterpillar.slopes(ordered, pooled=1.0, term="x", level="g")
    title = picture.figure.layout.xaxis.title.text
    assert "1 without an estimate left out" in title
    assert "1 beyond the frame" in title
    assert picture.alt.endswith("The pooled slope is 1.000.")


def test_of_very_many_groups_evenly_many_are_drawn_and_this_is_said():
    rows = [(f"g{k}", 5, "x", float(k), k - 1.0, k + 1.0) for k in range(1000)]
    names = ["group", "n", "term", "estimate", "lower", "upper"]
    ordered = ordered_estimates(pd.DataFrame(rows, columns=names), term="x")
    picture = caterpillar.slopes(ordered, pooled=1.0, term="x", level="g", group="g7")
    marks = picture.figure.data[1]
    assert marks.x.tolist() == sorted({*range(1, 1001, 3), 8, 1000})
    assert marks.y.tolist() == [place - 1 for place in marks.x]
    assert "every 3rd of 1,000 drawn" in picture.figure.layout.xaxis.title.text
    own = caterpillar.slope_density(density(ordered.table["estimate"]), pooled=1.0, term="x")
    assert own.figure.data[0].name == "1,000 own slopes (every 3rd marked)"
    assert len(own.figure.data[1].x) == 334


def test_no_estimate_at_all_is_said():
    names = ["group", "n", "term", "estimate", "lower", "upper"]
    ordered = ordered_estimates(pd.DataFrame([], columns=names), term="x")
    assert "No group of g" in caterpillar.slopes(ordered, pooled=1.0, term="x", level="g").alt


def test_density_with_its_reference_lines(school, keeps_the_rules):
    frame = school.unpooled.coefficients
    found = density(frame.loc[frame["term"] == "ses", "estimate"])
    picture = caterpillar.slope_density(found, pooled=14.359, mixed=10.684, mean=8.635, term="ses")
    keeps_the_rules(picture)
    curve, rug, *references = picture.figure.data
    assert len(curve.x) == 512
    assert len(rug.x) == 107
    assert [line.name for line in references] == [
        "pooled: 14.36",
        "mixed: 10.68",
        "mean of the slopes: 8.635",
    ]
    assert len({line.line.dash for line in references}) == 3
    assert "between −137 and 105" in picture.alt


def test_wild_slopes_lie_beyond_the_frame(keeps_the_rules):
    slopes = np.append(np.random.default_rng(3).normal(size=50), [-300.0, 140.0])
    picture = caterpillar.slope_density(density(slopes), pooled=1.0, term="ses")
    keeps_the_rules(picture)
    curve, rug, _ = picture.figure.data
    assert curve.x[0] < min(rug.x) < max(rug.x) < curve.x[-1]
    assert len(rug.x) == 50
    assert curve.name == "52 own slopes"
    assert picture.figure.layout.xaxis.title.text == "slope of ses<br>2 beyond the frame"


def test_what_is_left_out_stands_in_lines_that_fit():
    n = 1000
    table = pd.DataFrame({"group": [f"g{k}" for k in range(n)], "n": 5, "term": "x",
                          "estimate": np.arange(n) * 1.0})  # fmt: skip
    table["lower"], table["upper"] = table["estimate"] - 1, table["estimate"] + 1
    table.loc[:9, "estimate"] = np.nan
    table.loc[990:, "estimate"] = 1e6
    table.loc[500:520, ["lower", "upper"]] = np.nan
    ordered = ordered_estimates(table, term="x")
    title = caterpillar.slopes(ordered, pooled=1.0, term="x", level="g").figure.layout.xaxis.title
    _, *lines = title.text.split("<br>")
    assert len(lines) == 3
    assert "; ".join(lines).count(";") == 3
    assert max(map(len, lines)) <= caterpillar.LONGEST_LINE + 2


def test_an_empty_density_still_draws(keeps_the_rules):
    picture = caterpillar.slope_density(density([]), pooled=1.0, term="ses")
    assert len(picture.figure.data) == 3
    assert picture.alt == "Density of 0 groups' own slopes of ses. The pooled slope is 1.000."


def test_modes_ascend_around_zero(school, keeps_the_rules):
    ordered = ordered_modes(school.mixed.effects("schoolid"), term="(Intercept)")
    picture = caterpillar.modes(ordered, term="(Intercept)", level="schoolid")
    keeps_the_rules(picture)
    zero, _, marks = picture.figure.data
    assert set(zero.y) == {0.0}
    assert np.all(np.diff(marks.y) >= 0)
    assert picture.figure.layout.yaxis.title.text == "conditional mode: intercept"


def test_names_are_escaped(hostile, keeps_the_rules):
    term, level = hostile.lines.predictor, hostile.lines.level
    ordered = ordered_estimates(hostile.unpooled.coefficients, term=term)
    keeps_the_rules(caterpillar.slopes(ordered, pooled=1.0, term=term, level=level))
    keeps_the_rules(caterpillar.slope_density(density([1, 2, 3]), pooled=1.0, term=term))
    ordered = ordered_modes(hostile.mixed.effects(level), term="(Intercept)")
    keeps_the_rules(caterpillar.modes(ordered, term=term, level=level))
