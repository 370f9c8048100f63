"""Tables unlike the examples, on every screen that works with a person's table.

The screens are those of the sitemap, so that a new one meets these tables without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pages._ui.sitemap import SECTIONS
from tests.pages.odd_data import ODD
from tests.pages.view import View

OpenView = Callable[..., View]
WITH_A_TABLE = ("Data", "Explore", "Model", "Inference")
PAGES = [
    script.removesuffix(".py") for section in WITH_A_TABLE for script, _, _ in SECTIONS[section]
]
NO_NUMBER = re.compile(r"\b(nan|inf|None)\b")


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest, view: OpenView) -> tuple[str, View]:
    """Give the name of a table and a session that uses it."""
    table = ODD[request.param]
    page = view("data/load", data="upload", file="odd.csv", **table.choices)
    return request.param, page.upload(table.content, "odd.csv")


def test_every_screen_tells_something_sensible(odd: tuple[str, View]) -> None:
    name, page = odd
    for screen in PAGES:
        page.go(screen)
        told = page.sentences
        assert not NO_NUMBER.search(told), f"{screen}: {told}"
        assert "<b>" not in told.replace(r"\<b\>", "") or "names" in name
        waiting = [note for note in page.notes("note") if "Still to choose" in note]
        assert not waiting, f"{screen}: {waiting}"
        assert page.answer, screen


def test_the_groups_are_counted(odd: tuple[str, View]) -> None:
    name, page = odd
    assert f"{ODD[name].n_groups:,} groups" in page.go("data/groups").answer
    assert f"{ODD[name].n_groups:,} groups" in page.go("explore/groups_differ").answer


def _open(view: OpenView, name: str, page: str) -> View:
    table = ODD[name]
    opened = view("data/load", data="upload", file="odd.csv", **table.choices)
    return opened.upload(table.content, "odd.csv").go(page)


def test_a_predictor_of_groups_cannot_have_slopes_that_vary(view: OpenView) -> None:
    page = _open(view, "a predictor of groups", "explore/lines_differ")
    assert "the slope cannot vary between them" in page.answer


def test_two_groups_have_no_pairs_to_correlate(view: OpenView) -> None:
    page = _open(view, "two groups", "explore/groups_differ")
    assert "of g 2 groups have so many" in page.sentences
    assert page.has_figure("boxplots")


def test_groups_of_one_are_left_out_of_pairs_and_have_no_line(view: OpenView) -> None:
    page = _open(view, "groups of one", "explore/groups_differ")
    assert "15 groups of one row have no pair" in page.sentences
    assert (
        "of the 5 groups of g that can show one (20 in all)"
        in page.go("explore/lines_differ").answer
    )


def test_of_1500_groups_400_lines_are_drawn_and_all_counted(view: OpenView) -> None:
    page = _open(view, "1,500 groups", "explore/lines_differ")
    names = [trace.get("name") or "" for trace in page.figure("own-lines")]
    assert any(name.startswith("own lines of 400 of 1,") for name in names)
    assert "(1,500 in all)" in page.answer


def test_lines_over_a_binary_predictor(view: OpenView) -> None:
    page = _open(view, "a binary predictor", "explore/lines_differ")
    assert set(page.trace("pooled-line", "108 rows")["x"]) == {0.0, 1.0}
    assert "of the 12 groups of g" in page.answer


def test_means_of_categories_are_compared_where_there_is_no_slope(view: OpenView) -> None:
    page = _open(view, "five categories", "explore/lines_differ")
    assert "Categories have no slope; compared are means." in page.answer
    assert "of the 12 groups of g that have rows in every category." in page.answer
    whole = page.trace("category-means", "mean of all rows")
    assert list(whole["x"]) == ["east", "none", "north", "south", "west"]
    assert page.has_figure("category-panels")


def test_names_of_groups_are_drawn_letter_by_letter(view: OpenView) -> None:
    page = _open(view, "names of all kinds", "explore/groups_differ")
    drawn = page.trace("boxplots", "median of the group")["text"]
    assert all("&lt;b&gt;" in text for text in drawn)
    assert "Klasse <b>" in page.answer
