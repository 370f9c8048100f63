"""The same figure, larger: type, lines, marks; the one it was made of stays as it was."""

import pytest

from mlm_core.inference.group_estimates import ordered_estimates
from mlm_core.views.figures.caterpillar import slopes
from mlm_core.views.figures.enlarged import FARTHER, LINES, MARKS, TYPE, enlarged
from mlm_core.views.figures.pooling import pooling
from mlm_core.views.figures.shares import share_bars


@pytest.fixture(scope="module")
def picture(school, school_path):
    return pooling(
        school_path.path,
        lines=school_path.lines,
        arrows=school_path.arrows,
        drawn=school.lines,
    )


def test_everything_grows_and_nothing_moves(picture, keeps_the_rules):
    large = enlarged(picture)
    keeps_the_rules(large)
    before, after = picture.figure, large.figure
    assert after.layout.font.size == round(TYPE * before.layout.font.size)
    for axis in ("xaxis", "yaxis", "xaxis2", "yaxis2"):
        old, new = before.layout[axis], after.layout[axis]
        assert new.title.font.size == round(TYPE * old.title.font.size)
        assert new.tickfont.size == round(TYPE * old.tickfont.size)
    assert after.layout.height > before.layout.height
    for old, new in zip(before.data, after.data, strict=True):
        assert new.name == old.name
        assert list(new.x) == pytest.approx(list(old.x), nan_ok=True)
        if old.line.width:
            assert new.line.width == pytest.approx(LINES * old.line.width)
    for old, new in zip(before.layout.shapes, after.layout.shapes, strict=True):
        assert new.path == old.path
        assert new.line.width == pytest.approx(LINES * old.line.width)
    assert before.layout.shapes
    assert len(after.frames) == len(before.frames)
    for old, new in zip(before.layout.annotations, after.layout.annotations, strict=True):
        assert new.font.size == round(TYPE * old.font.size)
        assert new.yshift == (None if old.yshift is None else pytest.approx(FARTHER * old.yshift))
    assert any(note.yshift for note in before.layout.annotations)
    caption, large_caption = (each.layout.sliders[0].currentvalue for each in (before, after))
    assert large_caption.font.size == round(TYPE * caption.font.size)
    for part in ("legend", "hoverlabel"):
        size = before.layout[part].font.size
        assert after.layout[part].font.size == round(TYPE * size)
    for side in "lrtb":
        assert after.layout.margin[side] == pytest.approx(TYPE * before.layout.margin[side])


def test_type_inside_bars_grows(school):
    small = share_bars({"model": school.shares}, outcome="mathkind")
    for old, new in zip(small.figure.data, enlarged(small).figure.data, strict=True):
        assert new.textfont.size == round(TYPE * old.textfont.size)


def test_marks_of_one_size_and_of_many(school):
    ordered = ordered_estimates(school.unpooled.coefficients, term="ses")
    small = slopes(ordered, pooled=1.0, term="ses", level="schoolid", group="3")
    large = enlarged(small)
    marks = [(old.marker.size, new.marker.size)
             for old, new in zip(small.figure.data, large.figure.data, strict=True)
             if old.marker.size is not None]  # fmt: skip
    assert len(marks) == 2
    for old, new in marks:
        assert new == pytest.approx(MARKS * old)
