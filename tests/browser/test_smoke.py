"""The app in a real browser: every page whole by its own link, its picture drawn, its numbers true.

Nothing is fetched from elsewhere, and nothing is said on the console (see ``conftest``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from mlm_core import (
    MixedFit,
    compare_with_pooled,
    fit_mixed,
    fit_pooled,
    fit_unpooled,
    group_effects,
    icc,
    residuals,
)
from mlm_core.data.groups import describe_groups
from mlm_core.data.model import Model
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.own_slopes import own_slopes
from mlm_core.inference.pairs import draw_pairs
from mlm_core.inference.residual_checks import residual_correlations
from mlm_core.views.narrative import checks, effects, groups, likelihood_ratio, lines, variance
from mlm_core.views.narrative import group_effects as group_words
from mlm_core.views.numbers import fixed

NEVER_VISITED_BEFORE = {"/groups": "Groups", "/pooling": "Pooling", "/tests": "Tests"}
MODEL = Model("mathkind ~ ses + (1 | schoolid/classid)")
LEVELS = ["schoolid", "classid"]
ASKED = {"outcome": "mathkind", "groups": ["schoolid"]}


@dataclass(frozen=True)
class Expected:
    """What a page must show of the classroom data.

    Attributes
    ----------
    title : str
    answer : callable
        From the table and the mixed model: the first sentence, as Markdown.
    numbers : callable
        From the same: numbers that must stand on the page, as printed.
    figure, trace : str
        A picture, and the beginning of the name of one of its traces.
    axis : str
        ``x`` or ``y`` of that trace.
    drawn : callable
        From the same: the values of that axis, sorted.
    """

    title: str
    answer: Callable[[pd.DataFrame, MixedFit], str]
    numbers: Callable[[pd.DataFrame, MixedFit], list[str]] = lambda data, fit: []
    figure: str = ""
    trace: str = ""
    axis: str = "y"
    drawn: Callable[[pd.DataFrame, MixedFit], Any] = lambda data, fit: []


def _pooling(data: pd.DataFrame, fit: MixedFit) -> str:
    pooled, unpooled = fit_pooled(MODEL, data), fit_unpooled(MODEL, data)
    return effects.pooling("ses", pooled=pooled, unpooled=unpooled, mixed=fit)


def _own_slopes(data: pd.DataFrame, fit: MixedFit) -> str:
    pooled, unpooled = fit_pooled(MODEL, data), fit_unpooled(MODEL, data)
    return lines.own_slopes(own_slopes("ses", pooled=pooled, unpooled=unpooled))


def _estimates(fit: MixedFit, term: str) -> Any:
    table = fit.group_coefficients("schoolid")
    return table.loc[table["term"] == term, "estimate"]


def _averages(data: pd.DataFrame, fit: MixedFit) -> list[str]:
    own = fit_unpooled(MODEL, data).averages.set_index("term").loc["ses"]
    kinds = ("mean", "median", "size_weighted", "precision_weighted")
    values = [own[kind] for kind in kinds]
    return [fixed(value, 3) for value in [*values, fit.estimate("ses")]]


def _bare(data: pd.DataFrame) -> MixedFit:
    return fit_mixed(Model("mathkind ~ 1 + (1 | schoolid/classid)"), data)


PAGES = {
    "/load": Expected("Load", lambda data, fit: "**classroom** has 1,190 rows and 12 columns."),
    "/groups": Expected(
        "Groups",
        lambda data, fit: groups.nesting(describe_groups(data, LEVELS)),
        lambda data, fit: ["107", "312", "31", "10"],
        figure="group-sizes",
        drawn=lambda data, fit: np.bincount(data.groupby("schoolid").size())[2:],
    ),
    "/groups-differ": Expected(
        "Groups differ",
        lambda data, fit: groups.medians(summarise_groups(data, **ASKED)),
        lambda data, fit: [f"around {draw_pairs(data, **ASKED).limit:.2f}"],
        figure="boxplots",
        trace="median of the group",
        drawn=lambda data, fit: data.groupby("schoolid")["mathkind"].median(),
    ),
    "/lines-differ": Expected(
        "Lines differ",
        _own_slopes,
        lambda data, fit: ["72 and negative in 35"],
        figure="own-lines",
        trace="1,190 rows",
        drawn=lambda data, fit: data["mathkind"],
    ),
    "/pooling": Expected(
        "Pooling",
        _pooling,
        _averages,
        figure="pooling",
        trace="partially pooled",
        drawn=lambda data, fit: _estimates(fit, "(Intercept)"),
    ),
    "/mixed": Expected(
        "Mixed",
        lambda data, fit: effects.mixed(fit),
        lambda data, fit: (
            [fixed(value, 2) for value in fit.variances["variance"]] + [fixed(fit.criterion, 1)]
        ),
        figure="conditional-modes",
        trace="conditional mode",
        drawn=lambda data, fit: fit.effects("schoolid")["mode"],
    ),
    "/variance": Expected(
        "Variance",
        lambda data, fit: variance.shares(icc(_bare(data)), outcome="mathkind"),
        lambda data, fit: [fixed(value, 3) for value in icc(fit).correlations["icc"]],
        figure="variance-shares",
        trace="between schoolid",
        axis="x",
        drawn=lambda data, fit: [icc(each).shares["share"].iloc[0] for each in (fit, _bare(data))],
    ),
    "/tests": Expected(
        "Tests",
        lambda data, fit: likelihood_ratio.pooled_comparison(compare_with_pooled(fit)),
        lambda data, fit: ["121.23", "116.36", "0.2565", ".306"],
        figure="likelihood-ratio",
        trace="observed",
        axis="x",
        drawn=lambda data, fit: [compare_with_pooled(fit).like_with_like.statistic] * 2,
    ),
    "/effects": Expected(
        "Effects",
        lambda data, fit: group_words.stand_out(group_effects(fit, "schoolid")),
        lambda data, fit: ["1.40 in place of 1.96"],
        figure="group-effects",
        trace="conditional mode",
        drawn=lambda data, fit: group_effects(fit, "schoolid").table["mode"],
    ),
    "/checks": Expected(
        "Checks",
        lambda data, fit: checks.verdict(residual_correlations(fit)),
        lambda data, fit: [fixed(value, 3) for value in residual_correlations(fit)["fixed_only"]],
        figure="residuals-over-fitted",
        trace="a row",
        drawn=lambda data, fit: residuals(fit, data),
    ),
}


@pytest.fixture(scope="module")
def fit(classroom: pd.DataFrame) -> MixedFit:
    return fit_mixed(MODEL, classroom)


def _is_whole(screen: Any, title: str) -> None:
    page = screen.page
    expect(screen.main.get_by_role("heading", level=1)).to_have_text(title, use_inner_text=True)
    screen.sidebar.get_by_role("combobox", name="Outcome").wait_for()
    page.get_by_role("link", name="Start", exact=True).wait_for()
    assert page.get_by_role("dialog").count() == 0  # "Page not found"
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("path", NEVER_VISITED_BEFORE)
def test_first_visitor_of_a_server_may_come_by_any_link(
    path: str, fresh_server: str, open_screen: Callable[[str], Any]
) -> None:
    _is_whole(open_screen(fresh_server).open(path), NEVER_VISITED_BEFORE[path])


def test_the_first_page_is_whole(same_screen: Any) -> None:
    _is_whole(same_screen.open("/"), "Data in groups")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_the_numbers_of_the_fits(
    path: str, same_screen: Any, classroom: pd.DataFrame, fit: MixedFit
) -> None:
    expected = PAGES[path]
    _is_whole(same_screen.open(f"{path}?data=classroom"), expected.title)
    answer = expected.answer(classroom, fit).replace("**", "").replace("\\", "")
    numbers = expected.numbers(classroom, fit)

    def is_told() -> None:
        assert same_screen.answer == answer
        shown = same_screen.main.inner_text()
        assert [text for text in numbers if text not in shown] == []

    same_screen.soon(is_told)
    if expected.figure:
        _is_drawn(same_screen, expected, expected.drawn(classroom, fit))


def _is_drawn(screen: Any, expected: Expected, values: Any) -> None:
    traces = [
        trace
        for trace in screen.traces(expected.figure)
        if trace["name"].startswith(expected.trace)
    ]
    assert len(traces) == 1
    assert np.sort(traces[0][expected.axis]) == pytest.approx(np.sort(values))
