"""The figure of the pooling page: both panels, one alone, names escaped, small enough to send."""

import pytest

from mlm_core.views.figures.pooling import KINDS, pooling


def _picture(fits, path, **options):
    return pooling(
        path.path,
        **{"lines": path.lines, "arrows": path.arrows, **options},
        drawn=fits.lines,
    )


def test_lines_and_arrows_stand_side_by_side(school, school_path, keeps_the_rules):
    picture = _picture(school, school_path)
    keeps_the_rules(picture)
    layout = picture.figure.layout
    assert layout.xaxis.title.text == "ses"
    assert layout.yaxis.title.text == "mathkind"
    assert layout.xaxis2.title.text == "rows in the group of schoolid"
    assert layout.xaxis.domain[1] < layout.xaxis2.domain[0]
    assert "for 107 groups of schoolid" in picture.alt
    assert "pools a group of 10 rows by 30%" in picture.alt


def test_one_panel_can_stand_alone(school, school_path, keeps_the_rules):
    alone = _picture(school, school_path, lines=None)
    keeps_the_rules(alone)
    assert alone.figure.layout.xaxis.title.text == "rows in the group of schoolid"
    assert alone.figure.layout.yaxis.title.text == "intercept"
    assert [trace.name for trace in alone.figure.data if trace.showlegend]
    lines = _picture(school, school_path, arrows=None)
    assert "xaxis2" not in lines.figure.layout.to_plotly_json()
    assert "Arrows" not in lines.alt


def test_it_opens_where_it_is_told(school, school_path):
    picture = _picture(school, school_path, place=0)
    assert picture.figure.layout.sliders[0].active == 0
    mixed = next(t for t in picture.figure.data if t.name.startswith("mixed (107"))
    assert mixed.y[0] == school_path.lines.start[0, 0]


@pytest.mark.parametrize("visible", [KINDS, ("mixed",)])
def test_names_are_escaped(hostile, hostile_path, keeps_the_rules, visible):
    group = str(hostile_path.path.labels[3])
    keeps_the_rules(_picture(hostile, hostile_path, visible=visible, group=group))


def test_it_is_light_enough_to_be_sent(school, school_path):
    assert len(_picture(school, school_path).figure.to_json()) < 500_000
