"""Model, Pooling on tables of every shape: few groups, many, tiny ones, all kinds of predictors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core import fit_mixed, fit_pooled, fit_unpooled
from mlm_core.data.model import Model
from tests.pages.bad_files import csv
from tests.pages.view import View, decoded

PAGE = "model/pooling"
OpenView = Callable[..., View]
MODEL = Model("y ~ x + (1 | g)")


def _table(groups: int, rows: int, *, seed: int = 5) -> pd.DataFrame:
    """Make groups of equal size whose levels differ."""
    draw = np.random.default_rng(seed)
    g = np.repeat(np.arange(groups), rows)
    x = draw.normal(size=len(g)).round(3)
    y = 2 + x + draw.normal(size=groups)[g] + draw.normal(size=len(g))
    return pd.DataFrame({"y": y.round(3), "x": x, "g": [f"g{each}" for each in g]})


def _page(view: OpenView, table: pd.DataFrame, *, x: str = "x", **query: str) -> View:
    names = {"outcome": table.columns[0], "predictor": x, "level": "g", **query}
    page = view("data/load", data="upload", file="t.csv", **names)
    page.upload(csv(table), "t.csv").go(PAGE)
    assert not page.notes("stop")
    return page


def test_two_groups(view: OpenView) -> None:
    page = _page(view, table := _table(2, 20))
    assert page.trace("pooling", "unpooled (2 lines)")
    assert page.trace("slopes", "pooled")["y"][0] == pytest.approx(
        fit_pooled(MODEL, table).estimate("x")
    )
    assert "2 groups of g" in page.answer


def test_many_groups(view: OpenView) -> None:
    page = _page(view, table := _table(1500, 4))
    assert page.trace("pooling", "mixed (400 of 1,500 lines)")
    drawn = page.trace("pooling", "partially pooled")
    own = fit_mixed(MODEL, table).group_coefficients("g")
    expected = own[own["term"] == "(Intercept)"].set_index("group")["estimate"]
    groups = [each[0] for each in drawn["customdata"]]
    assert len(groups) == 400
    assert drawn["y"] == pytest.approx(expected[groups].to_numpy())
    spec = page.spec("pooling")
    assert 20 <= len(spec["frames"]) <= 22
    assert len(str(spec)) < 1_000_000


def test_more_groups_than_can_be_told_apart_are_sampled(view: OpenView) -> None:
    page = _page(view, _table(2100, 2), group="g2099")
    assert "Drawn are 40" in page.sentences
    assert page.trace("pooling", "group g2099")


def test_groups_of_one(view: OpenView) -> None:
    table = _table(30, 3)
    singles = _table(12, 1, seed=9).assign(g=[f"single {n}" for n in range(12)])
    both = pd.concat([table, singles])
    page = _page(view, both, group="single 3")
    unpooled = fit_unpooled(MODEL, both)
    assert page.trace("pooling", f"unpooled ({30} lines)")
    assert len(unpooled.missing_groups) == 12
    assert page.trace("pooling", "mixed (42 lines)")
    assert "cannot show an intercept of its own" in page.sentences
    handles = page.trace("pooling", "mixed, to click")
    assert np.sum(handles["marker"]["opacity"] > 0) == 12  # marks, not lines


def test_only_groups_of_one_are_refused_with_a_reason(view: OpenView) -> None:
    table = _table(40, 1)
    page = view("data/load", data="upload", file="t.csv", outcome="y", predictor="x", level="g")
    page.upload(csv(table), "t.csv").go(PAGE)
    assert len(page.notes("stop")) == 1
    assert "g" in page.notes("stop")[0]


def test_a_binary_predictor(view: OpenView) -> None:
    table = _table(20, 12)
    table["x"] = (table["x"] > 0).astype(int)
    page = _page(view, table)
    line = page.trace("pooling", "pooled")
    assert list(line["x"]) == [0, 1]
    assert line["y"][1] - line["y"][0] == pytest.approx(fit_pooled(MODEL, table).estimate("x"))


def test_a_predictor_of_five_categories(view: OpenView) -> None:
    table = _table(20, 25)
    table["x"] = np.resize(["red", "blue", "green", "grey", "<b>pink</b>"], len(table))
    page = _page(view, table)
    terms = page.app.segmented_control(key="slope-of").options
    assert len(terms) == 4
    assert "instead of" in page.answer
    assert page.figure("pooling-arrows")
    assert len(page.table("slopes-compared")) == 6
    own = fit_unpooled(MODEL, table)
    first = own.terms[1]
    drawn = np.sort(page.trace("slopes", "own slope")["y"])
    assert drawn == pytest.approx(np.sort(own.estimates[own.terms.index(first)]))


def test_a_predictor_of_the_groups_cannot_have_a_slope_that_varies(view: OpenView) -> None:
    table = _table(25, 8)
    table["x"] = np.repeat(np.random.default_rng(2).normal(size=25).round(2), 8)
    page = _page(view, table)
    assert "does not vary inside" in page.answer
    assert "its slope cannot vary" in page.sentences
    assert not page.has_figure("slopes")
    spec = page.spec("pooling")
    (mixed,) = [decoded(each) for each in spec["data"] if each.get("name") == "mixed, to click"]
    assert (mixed["marker"]["opacity"] > 0).all()  # every group is a mark
    pooled = fit_pooled(MODEL, table)
    place = [each.get("name") for each in spec["data"]].index("mixed, to click")
    last = spec["frames"][-1]
    heights = decoded(last["data"][last["traces"].index(place)])["y"]
    expected = pooled.estimate("(Intercept)") + pooled.estimate("x") * mixed["x"]
    assert heights == pytest.approx(expected, rel=1e-5)


NAMES = ("two words", "Größe & Maß", 'a "quoted" one', "<b>bold</b>", "'single'", "tab\tbed")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_kind(name: str, view: OpenView) -> None:
    table = _table(8, 10).rename(columns={"y": f"y {name}", "x": f"x {name}"})
    table["g"] = [f"{each} {name}" for each in table["g"]]
    page = _page(view, table, x=f"x {name}", group=f"g3 {name}")
    shown = " ".join(name.split())
    assert f"x {shown}" in page.answer
    assert f"y {shown}" in page.answer
    picked = page.trace("pooling", "group g3")
    assert "<b>" not in picked["name"]
    assert f"g3 {shown}" in page.sentences
