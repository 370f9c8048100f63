"""Lines: one trace a family, gaps between groups, panels, samples said to be samples."""

import numpy as np
import pytest

from mlm_core.inference.fitted_lines import fitted_lines
from mlm_core.views.figures import lines


def test_pooled_line_over_all_points(school, keeps_the_rules):
    picture = lines.pooled_line(
        school.lines.points,
        school.lines.families["pooled"],
        outcome="mathkind (points)",
        predictor="ses",
    )
    keeps_the_rules(picture)
    points, line = picture.figure.data
    assert points.name == "1,190 rows"
    assert len(points.x) == 1190
    assert line.name == "pooled, slope 14.36"
    ends = line.y[[0, 2]]
    np.testing.assert_allclose(ends, 466.84525 + 14.35929 * line.x[[0, 2]], rtol=1e-6)
    assert picture.figure.layout.xaxis.title.text == "ses"
    assert picture.figure.layout.yaxis.title.text == "mathkind (points)"
    assert "slope is 14.36" in picture.alt


def test_a_sample_of_points_says_so(school):
    few = fitted_lines(school.data, predictor="ses", pooled=school.pooled, most_points=500)
    picture = lines.pooled_line(few.points, few.families["pooled"], outcome="y", predictor="x")
    assert picture.figure.data[0].name == "500 of 1,190 rows, drawn at random"
    assert "a random 500 of 1,190 rows" in picture.alt


def test_many_lines_have_one_trace_a_family(school, keeps_the_rules):
    picture = lines.many_lines(school.lines.families, outcome="mathkind", predictor="ses")
    keeps_the_rules(picture)
    paths = picture.figure.layout.shapes
    assert [path.path.count("M") for path in paths] == [107, 107, 1]
    assert len({path.line.dash for path in paths}) == 2
    named, told = picture.figure.data[::2], picture.figure.data[1::2]
    assert [trace.name for trace in named] == [
        "unpooled (107 lines)",
        "mixed (107 lines)",
        "pooled (1 line)",
    ]
    for path, trace, points in zip(paths, named, told, strict=True):
        assert path.line.to_plotly_json() == trace.line.to_plotly_json()
        assert path.legendgroup == trace.legendgroup == points.legendgroup
    assert len(told[0].x) == 3 * 107  # both ends and the middle answer the mouse
    assert told[0].customdata[0][:2].tolist() == ["1", 11]
    assert "unpooled (107 lines): slopes from −136.9 to 105.1" in picture.alt
    assert "pooled (1 line): slope 14.36" in picture.alt


def test_rows_as_dots_are_one_path_and_answer_the_mouse(school, keeps_the_rules):
    titles = {"outcome": "y", "predictor": "x", "points": school.lines.points}
    marks = lines.many_lines(school.lines.families, **titles)
    dots = lines.many_lines(school.lines.families, **titles, as_dots=True)
    keeps_the_rules(dots)
    assert dots.figure.layout.shapes[0].path.count("M") == 1190
    row, (entry, touched) = marks.figure.data[0], dots.figure.data[:2]
    assert (entry.name, touched.mode) == (row.name, "none")
    for told in ("x", "y", "text", "customdata", "hovertemplate"):
        np.testing.assert_array_equal(touched[told], row[told])


def test_hidden_families_stay_in_the_legend(school):
    picture = lines.many_lines(
        school.lines.families,
        outcome="y",
        predictor="x",
        points=school.lines.points,
        visible=("pooled",),
    )
    for drawn in (picture.figure.data[1::2], picture.figure.layout.shapes):
        assert [part.visible for part in drawn] == ["legendonly"] * 2 + [True]
    assert "unpooled" not in picture.alt


def test_panels_hold_the_rows_and_the_three_lines_of_their_group(school, keeps_the_rules):
    chosen = [str(code) for code in range(1, 13)]
    picture = lines.small_multiples(
        school.lines.points,
        school.lines.by_group,
        chosen=chosen,
        outcome="mathkind",
        predictor="ses",
        level="schoolid",
    )
    keeps_the_rules(picture)
    figure = picture.figure
    assert len(figure.data) == 12 * 4
    titles = [note.text for note in figure.layout.annotations]
    assert titles[:2] == ["1 (n = 11)", "2 (n = 10)"]
    assert titles[-2:] == ["ses", "mathkind"]
    assert len(figure.data[0].x) == 11
    assert sum(bool(trace.showlegend) for trace in figure.data) == 3
    own = school.lines.by_group["unpooled"].set_index("group").loc["1"]
    assert figure.data[1].y[[0, 2]].tolist() == [own["y_from"], own["y_to"]]
    assert "pooled" in picture.alt


def test_a_panel_without_a_line_keeps_its_points(school):
    families = dict(school.lines.by_group)
    families["unpooled"] = families["unpooled"].query("group != '2'")
    picture = lines.small_multiples(
        school.lines.points, families, chosen=["1", "2"], outcome="y", predictor="x", level="g"
    )
    assert len(picture.figure.data) == 4 + 3


@pytest.mark.parametrize("kind", ["pooled", "many", "panels"])
def test_names_are_escaped(hostile, keeps_the_rules, kind):
    found = hostile.lines
    titles = {"outcome": found.outcome, "predictor": found.predictor}
    if kind == "pooled":
        keeps_the_rules(lines.pooled_line(found.points, found.families["pooled"], **titles))
    elif kind == "many":
        keeps_the_rules(lines.many_lines(found.families, points=found.points, **titles))
    else:
        chosen = list(found.by_group["mixed"]["group"][:3])
        keeps_the_rules(
            lines.small_multiples(
                found.points, found.by_group, chosen=chosen, level=found.level, **titles
            )
        )
