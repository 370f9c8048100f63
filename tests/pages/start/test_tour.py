"""Tour: every step opens its page in its state; the answer comes on request, with true numbers."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from mlm_core import fit_mixed, icc
from mlm_core.data.model import Model
from pages._ui.sitemap import SECTIONS
from pages._ui.tour_steps import STEPS
from tests.pages.view import View, plain

OpenView = Callable[..., View]
PATHS = {script.removesuffix(".py"): path for pages in SECTIONS.values()
         for script, _, path in pages}  # fmt: skip
TITLES = {script.removesuffix(".py"): title for pages in SECTIONS.values()
          for script, title, _ in pages}  # fmt: skip


def _strip(page: View) -> str:
    """Return all sentences of the page, the strip's among them."""
    return "\n".join(plain(each.value) for each in page.app.main.markdown)


def _tour(page: View) -> str:
    """Return what the strip above the page says."""
    return page.within("tour-strip")


def _panel(page: View) -> str:
    """Return the name of the panel that the presenter's view shows."""
    return str(page.app.session_state["mlm.panel"])


def test_it_lists_every_step_with_its_question(view: OpenView) -> None:
    page = view("start/tour")
    for number, step in enumerate(STEPS, start=1):
        assert f"**{number}. {step.title}**" in _strip(page)
        assert step.question in _strip(page)
        assert page.app.button(key=f"tour-open-{number}")
    assert 10 <= len(STEPS) <= 15


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_every_step_opens_its_page_in_its_state(number: int, view: OpenView) -> None:
    step = STEPS[number - 1]
    page = view("start/tour", data="hsb82")
    page.app.button(key=f"tour-open-{number}").click()
    page.run()
    assert page.app.title[0].value == TITLES[step.page]
    page.go(step.page)  # the next runs of the test start there too
    assert page.formula == step.choices.model.formula
    assert not page.notes("stop")
    assert f"Tour, {number} of {len(STEPS)}: {step.title}" in _strip(page)
    assert step.question in _strip(page)
    answer = plain(step.answer())
    assert answer not in _tour(page)  # the question comes first
    assert page.answer.startswith("Look first")
    page.app.toggle(key=f"tour-answer-{number}").set_value(True)
    assert answer in _tour(page.run())
    assert not page.answer.startswith("Look first")
    for key, value in step.opened.items():
        assert page.app.session_state[key] == value


def test_one_can_walk_through_go_back_and_leave(view: OpenView) -> None:
    page = view("start/tour")
    page.app.button(key="tour-begin").click()
    page.run()
    for number in range(1, len(STEPS)):
        assert f"Tour, {number} of" in _strip(page)
        page.app.button(key="tour-next").click()
        page.run()
    assert page.app.button(key="tour-next").disabled
    page.app.button(key="tour-back").click()
    assert f"Tour, {len(STEPS) - 1} of" in _strip(page.run())
    page.app.selectbox(key="tour-step").set_value(7)
    assert page.run().app.title[0].value == TITLES[STEPS[6].page]
    page.go(STEPS[6].page).app.button(key="tour-leave").click()
    page.run()
    assert "Tour, " not in _strip(page)
    assert page.app.title[0].value == TITLES[STEPS[6].page]  # the page stays


@pytest.mark.parametrize("number", [n for n, step in enumerate(STEPS, start=1) if step.panel])
def test_the_presenters_view_begins_with_the_panel_of_the_step(number: int, view: OpenView) -> None:
    page = view("start/tour", presenter="true")
    page.app.button(key=f"tour-open-{number}").click()
    page.run()
    assert _panel(page) == STEPS[number - 1].panel
    page.go(STEPS[number - 1].page).app.button(key="panel-previous").click()
    assert _panel(page.run()) != STEPS[number - 1].panel


def test_a_step_without_a_panel_begins_with_the_first(view: OpenView) -> None:
    page = view("explore/groups_differ", data="classroom", tour="4", presenter="true")
    page.app.button(key="panel-next").click()
    page.run().app.button(key="tour-back").click()
    assert _panel(page.run()) == "boxplots"


def test_what_a_step_set_is_let_go_by_the_next(view: OpenView) -> None:
    page = view("model/pooling", data="classroom", tour="6")
    page.app.segmented_control(key="lines-of").set_value("classid:schoolid")
    page.run().app.button(key="tour-back").click()
    page.run().app.button(key="tour-next").click()
    assert page.run().app.segmented_control(key="lines-of").value == "schoolid"


@pytest.mark.parametrize("asked", ["0", "99", "-1", "x", "²", ""])
def test_a_link_to_no_step_is_no_tour(asked: str, view: OpenView) -> None:
    page = view("model/pooling", data="classroom", tour=asked)
    assert "Tour, " not in _strip(page)
    assert page.answer


def test_answers_are_computed(classroom: pd.DataFrame) -> None:
    fit = fit_mixed(Model("mathkind ~ 1 + (1 | schoolid)"), classroom)
    (step,) = [each for each in STEPS if each.title == "Before any predictor"]
    assert f"{icc(fit).shares['share'].iloc[0]:.0%}" in step.answer()
