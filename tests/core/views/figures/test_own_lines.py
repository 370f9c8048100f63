"""Coloured points and lines: one look a group, samples said to be samples, names at few ends."""

import itertools

import numpy as np
import pytest

from mlm_core.inference.fitted_lines import fitted_lines
from mlm_core.inference.own_slopes import sample_lines
from mlm_core.views.figures.own_lines import own_lines


def draw(lines, *, own=None, names=("mathkind (points)", "ses", "schoolid")):
    unpooled = lines.families["unpooled"]
    return own_lines(
        lines.points,
        unpooled if own is None else own,
        lines.families["pooled"],
        sizes=lines.by_group["pooled"].set_index("group")["n"],
        outcome=names[0],
        predictor=names[1],
        level=names[2],
        n_lines=len(unpooled),
    )


def test_points_and_lines_of_a_group_share_their_colour(school, keeps_the_rules):
    picture = draw(school.lines)
    keeps_the_rules(picture)
    points, *lines, whole = picture.figure.data
    assert len(points.x) == 1190
    assert points.customdata[0].tolist() == ["1", 11]
    colour_of = dict(zip(points.text, points.marker.color, strict=True))
    shapes = {group: set() for group in colour_of}
    for group, shape in zip(points.text, points.marker.symbol, strict=True):
        shapes[group].add(shape)
    assert all(len(each) == 1 for each in shapes.values())
    drawn = [text for line in lines for text in line.text[::4]]
    assert sorted(drawn) == sorted(colour_of)
    for line in lines:
        assert {colour_of[text] for text in line.text} == {line.line.color}
    assert [line.name for line in lines if line.showlegend] == ["own lines of 107 groups"]
    assert whole.name == "pooled, slope 14.36"
    assert whole.line.color not in set(points.marker.color)


def test_neighbouring_groups_differ_in_colour_and_shape(school):
    points = draw(school.lines).figure.data[0]
    looks = dict(zip(points.text, zip(points.marker.color, points.marker.symbol, strict=True),
                     strict=True))  # fmt: skip
    ordered = [looks[group] for group in school.lines.by_group["pooled"]["group"]]
    assert all(a[0] != b[0] and a[1] != b[1] for a, b in itertools.pairwise(ordered))


def test_words_tell_sample_slopes_and_titles(school):
    picture = draw(school.lines, own=sample_lines(school.lines.families["unpooled"], most=40))
    titles = picture.figure.layout.xaxis.title.text, picture.figure.layout.yaxis.title.text
    assert titles == ("ses", "mathkind (points)")
    names = [trace.name for trace in picture.figure.data if trace.showlegend]
    assert names == ["own lines of 40 of 107 groups, drawn at random"]
    assert "own lines of 40 of 107 groups, drawn at random of schoolid have" in picture.alt
    assert "pooled slope is 14.36" in picture.alt
    whole = draw(school.lines).alt
    low, high = (school.lines.families["unpooled"]["slope"].agg(end) for end in ("min", "max"))
    assert f"from {low:.1f} to {high:.1f}".replace("-", "−") in whole


def test_a_sample_of_rows_says_so(school):
    few = fitted_lines(
        school.data,
        predictor="ses",
        pooled=school.pooled,
        unpooled=school.unpooled,
        most_points=500,
    )
    picture = draw(few)
    assert picture.figure.data[0].name == "500 of 1,190 rows, drawn at random"
    assert "a random 500 of 1,190 rows" in picture.alt


def test_few_lines_carry_their_names(school):
    own = school.lines.families["unpooled"].head(12)
    ends = [each for each in draw(school.lines, own=own).figure.data if each.mode == "text"]
    assert len(ends) == 1
    np.testing.assert_array_equal(ends[0].x, own["x_to"])
    assert ends[0].text.tolist() == own["group"].tolist()
    assert all(each.mode != "text" for each in draw(school.lines).figure.data)


def test_long_names_would_lie_over_each_other(school, monkeypatch):
    own = school.lines.families["unpooled"].head(12)
    longest = max(len(group) for group in own["group"])
    for most, is_named in ((longest, True), (longest - 1, False)):
        monkeypatch.setattr("mlm_core.views.figures.own_lines.LONGEST", most)
        modes = [each.mode for each in draw(school.lines, own=own).figure.data]
        assert ("text" in modes) == is_named


@pytest.mark.parametrize("rows", [0, 1])
def test_groups_without_a_line_leave_the_points(school, rows, keeps_the_rules):
    picture = draw(school.lines, own=school.lines.families["unpooled"].head(rows))
    keeps_the_rules(picture)
    assert len(picture.figure.data[0].x) == 1190


def test_names_are_escaped(hostile, keeps_the_rules):
    keeps_the_rules(draw(hostile.lines, names=tuple(hostile.data.columns)))
