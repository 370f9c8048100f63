"""The controls of a design: what they reach, what is refused, whose words they use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_levels import with_levels
from mlm_core.inference.simulation_lines import drawn_lines
from mlm_core.views.narrative import simulation as narrative
from tests.pages.learn.lessons import PAGE, OpenView, lesson

CLASSES = PRESETS["100 classes of 200 pupils"]
FEW = PRESETS["Few groups"]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_slider_stops_at_what_it_shows(preset: str, view: OpenView) -> None:
    page = lesson(view, "Draw data", preset)
    assert len(page.app.slider) >= 9
    for slider in page.app.slider:
        for end in (slider.min, slider.max):
            assert round(end / slider.step) * slider.step == pytest.approx(end, abs=1e-9)


def test_any_nested_design_can_be_set(view: OpenView) -> None:
    page = lesson(view, "Draw data", "Few groups")
    page.app.segmented_control(key="levels-3").set_value("3")
    page.run()
    assert "3 groups of district, 9 groups of school and 18 groups of class" in page.answer
    page.app.slider(key="slopes-3x3-school").set_value(0.5)
    page.run()
    page.app.slider(key="cor-3x3-school").set_value(-1.0)
    page.app.segmented_control(key="many-3x3-class").set_value("unbalanced")
    page.app.slider(key="w-3x3-class").set_value(0.4)
    page.app.slider(key="intercept-3x3").set_value(2.0)
    page.app.slider(key="context-3x3").set_value(1.5)
    page.run()
    assert not page.notes("stop")
    three = with_levels(FEW, 3)
    district, school, inner = three.levels
    school = replace(school, slope_sd=0.5, correlation=-1.0)
    inner = replace(inner, sizes="unbalanced", effect=0.4)
    design = replace(three, levels=(district, school, inner), intercept=2.0, contextual=1.5)
    found = drawn_lines(design, seed=1)
    assert page.answer == narrative.drawn(found, design, seed=1)
    page.app.button(key="use-drawn").click()
    page.run()
    assert "(1 + x | school:district)" in page.formula


@pytest.mark.parametrize("tab", ["Ignore the groups", "Draw data", "Missing data", "Power"])
def test_extreme_designs_are_answered_or_refused_in_words(tab: str, view: OpenView) -> None:
    page = lesson(view, tab, "Slopes that differ")
    page.app.slider(key="g-6-school").set_value(2.0)
    page.app.slider(key="cor-6-school").set_value(1.0)
    page.run()
    if tab == "Ignore the groups":  # nothing is left over to test by
        assert "2 groups of 'school' are fitted perfectly" in page.notes("stop")[0]
        assert "take at least 3" in page.answer
        assert not [each for each in page.app.button if each.label.startswith("Repeat")]
        page.app.slider(key="g-6-school").set_value(3.0)
        page.run()
    assert page.answer
    assert not page.notes("stop")
    page.app.slider(key="rows-6").set_value(1.0)
    page.run()
    assert "take at least two rows a group" in page.notes("stop")[0]
    assert "take at least two rows a group" in page.answer  # where people look for it
    page.app.slider(key="rows-6").set_value(20.0)
    page.app.slider(key="sd-6-school").set_value(0.0)
    page.app.slider(key="slopes-6-school").set_value(0.0)
    page.app.slider(key="residual-6").set_value(0.01)
    page.run()
    assert page.answer
    assert not page.notes("stop")


@pytest.mark.parametrize("seed", ["-5", "1e300", "99999999999999999999", "x"])
def test_a_seed_that_is_none_leaves_the_first(seed: str, view: OpenView) -> None:
    page = view(PAGE, data="classroom", **{"experiment-seed": seed})
    assert page.app.number_input(key="experiment-seed").value == 1
    assert "In 100 repeats" in page.answer


def test_designs_too_large_are_refused_and_can_be_mended(view: OpenView) -> None:
    page = lesson(view, "Draw data", "107 schools, as in the class set")
    page.app.slider(key="rows-2").set_value(300.0)
    page.app.slider(key="g-2-class").set_value(8.0)
    page.run()
    assert "up to 200,000 rows" in page.notes("stop")[0]
    page.app.slider(key="rows-2").set_value(4.0)
    assert not page.run().notes("stop")


def test_the_unit_of_the_outcome_is_a_persons_own(view: OpenView) -> None:
    page = lesson(view, "Draw data")
    field = next(each for each in page.app.text_input if each.label == "Unit of the outcome")
    assert field.value == "points"
    field.set_value('<b>"cm"</b> ')
    page.run()
    assert (
        page.spec("many-lines")["layout"]["yaxis"]["title"]["text"]
        == 'y, in &lt;b&gt;"cm"&lt;/b&gt;'
    )
    page.app.button(key="use-drawn").click()
    page.run()
    assert "in use on all pages" in page.sentences
    next(each for each in page.app.text_input if each.label == "Unit of the outcome").set_value("")
    assert page.run().spec("many-lines")["layout"]["yaxis"]["title"]["text"] == "y, in points"
