"""Data, Groups: the nesting of the chosen levels, counted and drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.groups import describe_groups, variable_levels
from tests.pages.view import View, agrees, numbers_in

PAGE = "data/groups"
LEVELS = ["schoolid", "classid"]
OpenView = Callable[..., View]


def test_it_counts_the_groups_of_every_level(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    assert page.app.title[0].value == "Groups"
    assert not page.notes("stop")
    schools, classes = page.table("groups")
    counts = [[row["Groups"], row["Smallest"], row["Largest"]] for row in (schools, classes)]
    assert counts == [["107", "2", "31"], ["312", "1", "10"]]
    assert agrees(schools["Mean size"], 11.1215)
    assert agrees(classes["Mean size"], 3.8141)
    own = describe_groups(classroom, LEVELS).table
    assert [row["Groups of one row"] for row in (schools, classes)] == own["n_single"].map(
        str
    ).tolist()
    assert {1190, 312, 107, 2, 31, 11.1, 1, 10, 3.8} <= set(numbers_in(page.answer))


@pytest.mark.parametrize(
    ("data", "counted"), [("hsb82", ["160", "14", "67"]), ("sleepstudy", ["18", "10", "10"])]
)
def test_the_other_examples(data: str, counted: list[str], view: OpenView) -> None:
    page = view(PAGE, data=data)
    (row,) = page.table("groups")
    assert [row["Groups"], row["Smallest"], row["Largest"]] == counted
    assert page.has_figure("nesting")


def test_sizes_are_drawn_for_the_chosen_level(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    sizes = classroom.groupby("schoolid").size()
    (bars,) = page.figure("group-sizes")
    assert dict(zip(bars["x"], bars["y"], strict=True)) == pytest.approx(
        {size: int((sizes == size).sum()) for size in bars["x"]}
    )
    assert bars["y"].sum() == 107
    page.app.segmented_control(key="sizes-of").set_value("classid")
    assert page.run().figure("group-sizes")[0]["y"].sum() == 312


def test_the_nesting_is_drawn_with_the_sizes(view: OpenView, classroom: pd.DataFrame) -> None:
    (blocks,) = view(PAGE, data="classroom").figure("nesting")
    sizes = classroom.groupby(["classid"]).size()
    assert sizes[[int(label) for label in blocks["customdata"]]].to_numpy() == pytest.approx(
        blocks["x"]
    )


def test_it_tells_where_each_column_varies(view: OpenView, classroom: pd.DataFrame) -> None:
    rows = {row["Column"]: row for row in view(PAGE, data="classroom").table("variation")}
    own = variable_levels(classroom, LEVELS).set_index("variable")["level"]
    assert {name: row["Varies with"] for name, row in rows.items()} == own.to_dict()
    assert rows["housepov"]["Varies with"] == "schoolid"
    assert rows["mathknow"]["Varies with"] == "classid"
    assert rows["housepov"]["Between schoolid"] == "100%"
    total, within = classroom["ses"].var(ddof=0), classroom.groupby("schoolid")["ses"]
    between = 1 - np.average(within.var(ddof=0), weights=within.size()) / total
    assert agrees(rows["ses"]["Between schoolid"], between)


def test_levels_in_the_wrong_order_are_told_and_the_page_lives(view: OpenView) -> None:
    page = view(PAGE, data="classroom", outcome="mathkind", level=["classid", "schoolid"])
    assert any("wrong order" in note for note in page.notes("caution"))
    assert page.table("variation")


def test_crossed_levels_are_refused_and_the_page_lives(view: OpenView) -> None:
    page = view(PAGE, data="hsb82", outcome="mAch", level=["school", "minrty"])
    assert page.app.title[0].value == "Groups"
    assert page.table("variation")
