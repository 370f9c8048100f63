"""Names as hostile as they come: shown letter by letter on every page, run or fetched on none."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pages._ui.show import SCRIPT
from tests.pages.bad_files import HOSTILE, HOSTILE_NAME, INNER, LABEL, OUTCOME, OUTER, PREDICTOR
from tests.pages.view import View, plain

OpenView = Callable[..., View]
# What Markdown would format, fetch or run if it is not preceded by a backslash.
ACTIVE = re.compile(r"[<`$]|!\[|\]\(|:[a-z-]+\[|https?://")
MARKDOWN = ("markdown", "caption", "info", "warning", "error", "title", "header", "subheader")
LABELLED = ("selectbox", "multiselect", "button", "expander", "tab", "button_group")
PAGES = {
    "start/start": (),
    "data/load": (),
    "data/groups": (OUTER, INNER),
    "explore/groups_differ": (OUTCOME, OUTER, LABEL),
    "explore/lines_differ": (OUTCOME, PREDICTOR, OUTER),
    "model/pooling": (OUTCOME, PREDICTOR, OUTER),
    "model/mixed": (OUTCOME, PREDICTOR, OUTER, INNER),
    "inference/variance": (OUTCOME, OUTER, INNER),
    "inference/tests": (),
    "inference/effects": (OUTER,),
    "inference/checks": (OUTER, INNER),
}
"""Page -> names its first sentence holds, letter by letter."""


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _markdown(page: View) -> Iterator[str]:
    """Give every text of the page and the sidebar that a browser reads as Markdown."""
    for kind in MARKDOWN:
        yield from (each.value for each in page.app.get(kind))
    for kind in LABELLED:
        yield from (each.label for each in page.app.get(kind))
    for each in page.app.get("button_group"):
        yield from each.options


def _figure_texts(part: Any, key: str = "") -> Iterator[str]:
    """Give every text of a figure except the raw labels handed back by a click."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("customdata", "template", "hovertemplate", "bdata"):
                yield from _figure_texts(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _figure_texts(value, key)
    elif isinstance(part, str):
        yield part


def _is_harmless(page: View) -> None:
    for text in _markdown(page):
        assert not ACTIVE.search(re.sub(r"\\.", "", text)), text
    for each in page.app.get("html"):
        body = each.proto.body
        if each.proto.unsafe_allow_javascript:  # the app's own script and nothing beside it
            assert body == SCRIPT
            continue
        assert not re.search(r"<(img|script|a|b)\b", body), body
    for each in page.app.get("plotly_chart"):
        for text in _figure_texts(json.loads(each.proto.spec)):
            assert not re.search(r"<(img|script|a)\b", text), text


@pytest.fixture
def hostile(view: OpenView) -> View:
    """A session that uses the hostile table."""
    page = view("data/load", data="upload", file=HOSTILE_NAME, **HOSTILE.choices)
    page.upload(HOSTILE.content, HOSTILE_NAME)
    assert page.app.multiselect(key="levels").value == [OUTER, INNER]
    return page


@pytest.mark.parametrize("name", PAGES)
def test_names_are_shown_letter_by_letter(name: str, hostile: View) -> None:
    page = hostile.go(name)
    assert not page.notes("stop")
    _is_harmless(page)
    if PAGES[name]:
        assert [each for each in PAGES[name] if _one_line(each) not in page.answer] == []


@pytest.mark.parametrize("name", ["model/pooling", "model/mixed"])
def test_sentences_put_nothing_around_a_name(name: str, hostile: View) -> None:
    assert f"`{OUTCOME}`" not in hostile.go(name).answer


@pytest.mark.parametrize("tab", ["The pooled regression", "Separate regressions"])
def test_so_they_are_behind_the_tabs_of_pooling(tab: str, hostile: View) -> None:
    page = hostile.go("model/pooling")
    page.app.session_state["tab"] = tab
    _is_harmless(page.run())


@pytest.mark.parametrize(
    ("page", "tab"),
    [
        ("inference/effects", "What to expect"),
        ("inference/effects", "All groups"),
        ("inference/checks", "Are the groups?"),
        ("inference/checks", "Influence"),
        ("inference/checks", "One variance?"),
        ("inference/checks", "Standard errors"),
    ],
)
def test_so_they_are_behind_other_tabs(page: str, tab: str, hostile: View) -> None:
    shown = hostile.go(page)
    shown.app.session_state["tab"] = tab
    _is_harmless(shown.run())
    assert not shown.notes("stop")


def test_so_they_are_in_a_list_of_models(hostile: View) -> None:
    page = hostile.go("model/build")
    page.app.button(key="ladder").click()
    _is_harmless(page.run())
    assert not page.notes("stop")
    assert len(page.table("model-list")) == 2


@pytest.mark.parametrize("tab", ["Residuals, correlations, sizes", "As R prints it"])
def test_so_they_are_behind_the_tabs_of_mixed(tab: str, hostile: View) -> None:
    page = hostile.go("model/mixed")
    page.app.session_state["tab"] = tab
    _is_harmless(page.run())


def test_so_they_are_in_the_likelihood_of_the_own_model(hostile: View) -> None:
    page = hostile.go("learn/likelihood")
    page.app.session_state["tab"] = "Your model"
    _is_harmless(page.run())
    assert _one_line(OUTER) in page.answer


def test_tables_show_them_whole(hostile: View) -> None:
    names = [row["Column"] for row in hostile.table("columns")]
    assert [html.unescape(name) for name in names] == [OUTCOME, PREDICTOR, OUTER, INNER]
    assert PREDICTOR in [row["Term"] for row in hostile.go("model/mixed").table("fixed-effects")]
    levels = [row["Level"] for row in hostile.go("data/groups").table("groups")]
    assert levels == [OUTER, INNER]


def test_slopes_and_other_levels_can_be_chosen(hostile: View) -> None:
    page = hostile.go("model/pooling")
    page.app.multiselect(key="slopes-1").set_value([PREDICTOR])
    page.run()
    _is_harmless(page)
    page.app.segmented_control(key="lines-of").set_value(f"{INNER}:{OUTER}")
    _is_harmless(page.run())
    for other in ("model/mixed", "inference/variance", "inference/tests"):
        _is_harmless(page.go(other))
        assert page.answer


def test_leaving_out_is_possible_too(hostile: View) -> None:
    page = hostile.go("inference/tests")
    page.app.multiselect(key="less-predictors").set_value([PREDICTOR])
    page.app.multiselect(key="less-levels").set_value([INNER])
    _is_harmless(page.run())
    assert page.table("likelihood-ratio")


def test_the_file_is_named_as_it_is(hostile: View) -> None:
    assert HOSTILE_NAME in plain(hostile.answer)
    assert HOSTILE_NAME in hostile.app.selectbox(key="dataset").options


def test_a_hostile_link_is_told_letter_by_letter(view: OpenView) -> None:
    page = view("model/mixed", data="classroom", outcome=OUTER, predictor=[INNER, "ses"])
    assert OUTER in page.notes("note")[0]
    _is_harmless(page)
    page = view("data/load", data=OUTER)
    assert OUTER in page.notes("note")[0]
    _is_harmless(page)
