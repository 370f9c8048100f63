"""Inference, Tests: every statistic and p-value on the page is the comparison's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core import (
    compare,
    compare_with_pooled,
    drop_random_terms,
    fit_mixed,
    profile,
    simulate_random_terms,
)
from mlm_core.data.model import Model
from mlm_core.inference.fixed_tests import block_tests
from mlm_core.views.numbers import p_value
from tests.pages.view import View, agrees, numbers_in

PAGE = "inference/tests"
MODEL = Model("mathkind ~ ses + (1 | schoolid/classid)")
OpenView = Callable[..., View]


@pytest.mark.parametrize(
    ("data", "formula"),
    [
        ("classroom", MODEL.formula),
        ("hsb82", "mAch ~ cses + (1 + cses | school)"),
        ("sleepstudy", "Reaction ~ Days + (1 + Days | Subject)"),
    ],
)
def test_it_is_whole(
    data: str, formula: str, view: OpenView, request: pytest.FixtureRequest
) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Tests"
    assert not page.notes("stop")
    fit = fit_mixed(Model(formula), request.getfixturevalue(data))
    comparison = compare_with_pooled(fit)
    both = page.table("pooled-comparison")
    assert agrees(both[0]["Chi²"], comparison.as_printed.statistic)
    assert agrees(both[1]["Chi²"], comparison.like_with_like.statistic)
    assert round(comparison.like_with_like.statistic) in map(round, numbers_in(page.answer))
    terms = drop_random_terms(fit).table
    for row, own in zip(page.table("random-terms"), terms.itertuples(), strict=True):
        assert row["Parameters"] == str(own.n_parameters)
        assert agrees(row["Log-lik."], own.log_likelihood)
        if row["Left out"] != "nothing":
            assert agrees(row["Chi²"], own.statistic)
            assert row["p"] == p_value(own.p)
            assert row["p at the boundary"] == p_value(own.p_boundary)


def test_it_says_what_is_still_to_choose(view: OpenView) -> None:
    page = view(PAGE, data="classroom", method="ML")
    assert not page.notes("stop")
    assert "outcome" in page.notes("note")[0]


def test_the_numbers_of_the_handout(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    printed = [row["Chi²"] for row in page.table("pooled-comparison")]
    assert printed == ["121.23", "116.36"]
    classes, schools = page.table("random-terms")[1:]
    assert classes["Left out"] == "(1 | classid:schoolid)"
    assert (classes["Chi²"], classes["p"], classes["p at the boundary"]) == (
        "0.2565",
        ".613",
        ".306",
    )
    assert agrees(schools["Chi²"], 53.3592)
    assert "121.2 in place of 116.4" in page.answer


def test_the_picture_marks_the_observed_statistic(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    alike = compare_with_pooled(fit_mixed(MODEL, classroom)).like_with_like
    assert page.trace("likelihood-ratio", "observed")["x"] == pytest.approx(alike.statistic)
    plain = page.trace("likelihood-ratio", "p of the chi-square")
    assert plain["y"][0] == pytest.approx(np.log10(alike.p))
    corrected = page.trace("likelihood-ratio", "p at the boundary")
    assert corrected["y"][0] == pytest.approx(np.log10(alike.p_boundary))


def test_both_tables_as_r_lays_them_out(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    comparison = compare_with_pooled(fit_mixed(MODEL, classroom))
    for name, test in (
        ("likelihood-ratio-printed", comparison.as_printed),
        ("likelihood-ratio-alike", comparison.like_with_like),
    ):
        for row, own in zip(page.table(name), test.table.itertuples(), strict=True):
            assert agrees(row["AIC"], own.aic)
            assert agrees(row["Deviance"], own.deviance)


def test_the_printed_comparison_is_not_called_restricted(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    assert "Both models by restricted" not in page.footnotes("likelihood-ratio-printed")


def test_predictors_left_out_are_tested_by_ml(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.multiselect(key="less-predictors").set_value(["ses"])
    page.run()
    smaller = Model("mathkind ~ 1 + (1 | schoolid/classid)")
    own = compare(fit_mixed(smaller, classroom), fit_mixed(MODEL, classroom))
    assert own.is_refitted
    assert agrees(page.table("likelihood-ratio")[1]["Chi²"], own.statistic)
    assert any("(ML)" in note and "maximum likelihood" in note for note in page.notes("note"))
    assert "refitted" in page.footnotes("likelihood-ratio")
    for row, test in zip(
        page.table("block-tests"), block_tests(fit_mixed(MODEL, classroom), ["ses"]), strict=True
    ):
        assert row["Degrees of freedom"] == test.method
        assert agrees(row["F"], test.statistic)


def test_levels_left_out_keep_reml(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    page.app.multiselect(key="less-levels").set_value(["classid"])
    page.run()
    row = page.table("likelihood-ratio")[1]
    assert (row["Chi²"], row["p at the boundary"]) == ("0.2565", ".306")
    assert not any("maximum likelihood" in note for note in page.notes("note"))
    assert "restricted likelihood (REML)" in page.footnotes("likelihood-ratio")


def test_predictors_and_levels_left_out_together(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    page.app.multiselect(key="less-predictors").set_value(["ses"])
    page.app.multiselect(key="less-levels").set_value(["schoolid", "classid"])
    page.run()
    assert not page.notes("stop")
    row = page.table("likelihood-ratio")[1]
    assert row["df"] == "3"


def test_both_models_stand_on_the_rows_of_the_larger(
    view: OpenView, classroom: pd.DataFrame
) -> None:
    predictors, levels = ["ses", "mathknow"], ["schoolid", "classid"]
    page = view(PAGE, data="classroom", outcome="mathkind", predictor=predictors, level=levels)
    page.app.multiselect(key="less-predictors").set_value(["mathknow"])
    page.run()
    rows = classroom.dropna(subset=["mathknow"]).reset_index(drop=True)
    fits = [
        fit_mixed(Model(f"mathkind ~ {fixed} + (1 | schoolid/classid)"), rows, method="ML")
        for fixed in ("ses", "ses + mathknow")
    ]
    assert agrees(page.table("likelihood-ratio")[1]["Chi²"], compare(*fits).statistic)


def test_profiles_as_the_core_has_them(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    intervals = profile(fit_mixed(MODEL, classroom)).intervals()
    for row, own in zip(page.table("profile-intervals"), intervals.itertuples(), strict=True):
        assert agrees(row["Estimate"], own.estimate)
        assert agrees(row["Lower"], own.lower)
        assert agrees(row["Upper"], own.upper)
    assert "between schoolid lies between 13.8 and 21.1" in page.sentences
    assert page.trace("profile", "3.84")["y"] == pytest.approx([3.841459] * 2)
    page.app.segmented_control(key="parameter").set_value("ses")
    page.run()
    assert page.trace("profile", "estimate")["x"][1] == pytest.approx(10.6957, abs=1e-3)


def test_many_parameters_are_listed_in_words(view: OpenView) -> None:
    page = view(PAGE, data="sleepstudy")
    listed = page.app.selectbox(key="parameter").options
    assert listed[0] == "SD of the intercept between Subject"
    assert "correlation of intercept and slope of Days between Subject" in listed


def test_nothing_is_simulated_unasked(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    assert not page.has_figure("null-distribution")
    page.app.button(key="simulated-ask").click()
    page.run()
    assert page.has_figure("null-distribution")


def test_simulated_tests(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.button(key="simulated-ask").click()
    page.run()
    own = simulate_random_terms(fit_mixed(MODEL, classroom), 1000, seed=1).table
    for row, expected in zip(page.table("simulated-terms"), own.itertuples(), strict=True):
        assert row["Left out"] == expected.term
        if expected.p_bootstrap > 0.001:
            assert agrees(row["p, bootstrap"], expected.p_bootstrap)
            assert agrees(row["p, exact"], expected.p_exact)
    page.app.segmented_control(key="left-out-term").set_value("all random terms")
    page.run()
    assert page.trace("null-distribution", "observed")["x"][0] == pytest.approx(116.355, abs=1e-2)
    assert page.table("simulated-terms")[2]["p, exact"] == "n/a"


def test_without_a_fit_there_is_one_stop_and_no_simulation(view: OpenView) -> None:
    page = view(PAGE, data="classroom", outcome="ses", predictor=["mathkind"], level=["childid"])
    assert len(page.notes("stop")) == 1
    assert not page.has_figure("profile")
    assert "By simulation" not in [each.value for each in page.app.header]
