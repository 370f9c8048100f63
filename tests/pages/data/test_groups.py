"""Data, Groups: the nesting of the chosen levels."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest


def test_it_counts_the_groups_of_every_level(open_page: Callable[..., AppTest]) -> None:
    app = open_page("data/groups", data="classroom")
    assert app.title[0].value == "Groups"
    assert not app.error
    tables = [each.proto.body for each in app.get("html") if "<table>" in each.proto.body]
    assert ">107<" in tables[0]
    assert ">312<" in tables[0]


def test_levels_in_the_wrong_order_are_refused_and_the_page_lives(
    open_page: Callable[..., AppTest],
) -> None:
    app = open_page("data/groups", data="hsb82", outcome="mAch", level=["school", "minrty"])
    assert not app.exception
    assert app.title[0].value == "Groups"
    assert app.subheader[0].value == "Where each column varies"
