"""Learn, Likelihood: each lesson by its tab, with the numbers of the handout."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.likelihood.normal import draw_normal, mean_likelihood, normal_surface
from mlm_core.likelihood.poisson import bundled_surface
from mlm_core.likelihood.poisson_repeats import repeat_poisson
from tests.pages.view import View, agrees, numbers_in

PAGE = "learn/likelihood"
OpenView = Callable[..., View]


def _lesson(view: OpenView, tab: str) -> View:
    page = view(PAGE, data="classroom")
    page.app.session_state["tab"] = tab
    return page.run()


def test_it_opens_with_a_probability(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    assert page.app.title[0].value == "Likelihood"
    assert "P(X > 2)" in page.answer
    assert 0.0228 in numbers_in(page.answer.replace("*", ""))
    assert page.trace("normal-density", "P(X > 2)")["x"][0] == 2.0


def test_it_needs_no_table(view: OpenView) -> None:
    page = view(PAGE, data="upload", file="mine.csv")
    assert "P(X > 2)" in page.answer


def test_the_threshold_moves(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    page.app.slider(key="above").set_value(1.0)
    page.app.slider(key="sd").set_value(2.0)
    page.run()
    assert "0.309" in page.answer


def test_a_sample_by_both_criteria(view: OpenView) -> None:
    page = _lesson(view, "A sample")
    found = mean_likelihood(draw_normal(30, mean=0, sd=1, seed=1), true_mean=0, sd=1)
    assert agrees(page.table("mean-likelihood")[0]["Best exactly"], found.estimate)
    for figure, best in (("log-likelihood", "maximum"), ("sum-of-squares", "minimum")):
        assert set(page.trace(figure, best)["x"]) == {found.estimate}
    drawn = page.trace("log-likelihood", "proposed")["y"]
    np.testing.assert_array_equal(drawn, found.log_likelihood)


def test_drawing_again_moves_the_seed_on_the_screen(view: OpenView) -> None:
    page = _lesson(view, "A sample")
    before = page.answer
    page.app.button(key="sample-seed-next").click()
    page.run()
    assert page.app.number_input(key="sample-seed").value == 2
    assert page.answer != before
    page.app.number_input(key="sample-seed").set_value(1)
    assert page.run().answer == before


def test_mean_and_deviation_unknown(view: OpenView) -> None:
    page = _lesson(view, "A sample")
    page.app.segmented_control(key="sigma").set_value("unknown")
    page.run()
    found = normal_surface(draw_normal(30, mean=0, sd=1, seed=1), true_mean=0, true_sd=1)
    peak = page.trace("normal-surface", "maximum")
    assert (peak["x"][0], peak["y"][0]) == pytest.approx((found.mean, found.sd))
    assert "REML" in page.answer


def test_the_counts_of_the_handout(view: OpenView) -> None:
    page = _lesson(view, "Counts")
    assert "−0.487" in page.answer
    assert "0.462" in page.answer
    rows = page.table("poisson-fit")
    assert [row["Estimate"] for row in rows] == ["−0.50108", "0.48534"]
    assert [row["Std. error"] for row in rows] == ["0.02456", "0.02225"]
    notes = page.footnotes("poisson-fit")
    assert all(text in notes for text in ("3,521.1", "3,042.7", "6,206.9"))
    least = page.trace("squares-contour", "least")
    assert (least["x"][0], least["y"][0]) == pytest.approx(tuple(bundled_surface().least_squares))
    assert not page.has_figure("sampling-clouds")


def test_many_samples_when_asked(view: OpenView) -> None:
    page = _lesson(view, "Counts")
    page.app.button(key="repeated-ask").click()
    page.run()
    found = repeat_poisson(seed=1)
    cloud = page.trace("sampling-clouds", "least squares")
    np.testing.assert_array_equal(cloud["y"], found.least_squares[:, 1])
    row = page.table("poisson-repeats")[4]
    assert (row["Coefficient"], row["Interval by"]) == ("b₁", "least squares")
    assert agrees(row["95% interval covers"], found.of("b1")[1].coverage)
    assert "82%" in page.sentences


def test_the_own_model(view: OpenView, classroom: pd.DataFrame) -> None:
    page = _lesson(view, "Your model")
    fit = fit_mixed(Model("mathkind ~ ses + (1 | schoolid/classid)"), classroom)
    assert "302 by REML" in page.answer.replace("*", "")
    assert agrees(page.table("methods")[0]["Variance by REML"], fit.variances["variance"][0])
    way = page.trace("search-path", "minimum")
    assert (way["x"][0], way["y"][0]) == pytest.approx(tuple(fit.at.theta), abs=1e-4)
    page.app.multiselect(key="levels").set_value(["schoolid"])
    page.run()
    assert not page.notes("stop")
    assert not page.has_figure("search-path")
    page.app.selectbox(key="outcome").set_value(None)
    page.run()
    assert "Still to choose" in page.sentences
