"""The lessons in a real browser: first sentence, picture, what a slider runs again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_experiment import repeat_design
from mlm_core.inference.simulation_missing import missing_data
from mlm_core.likelihood.normal import draw_normal, mean_likelihood, normal_tail
from mlm_core.likelihood.poisson import bundled_surface, fit_bundled
from mlm_core.likelihood.poisson_repeats import repeat_poisson
from mlm_core.views.figures.likelihood import normal_density
from mlm_core.views.narrative import likelihood as narrative
from mlm_core.views.narrative import simulation
from tests.browser.lessons import as_read, lesson, move
from tests.browser.sites import SLIDERS

CLASSES = PRESETS["100 classes of 200 pupils"]
SAMPLE = mean_likelihood(draw_normal(30, mean=0.0, sd=1.0, seed=1), true_mean=0.0, sd=1.0)
# A step of a slider, of the time in which the page is opened; a tenth is usual.
AT_MOST = 0.3
STEPS = 5


def test_a_probability(same_screen: Any) -> None:
    same_screen.open("/likelihood?data=classroom")
    tail = normal_tail(mean=0.0, sd=1.0, threshold=2.0)
    assert same_screen.answer == as_read(narrative.tail(tail))
    (curve, shade) = same_screen.traces("normal-density")
    assert max(curve["y"]) == pytest.approx(tail.density.max())
    assert shade["name"] == "P(X > 2) = 0.0228"


def test_a_sample(same_screen: Any) -> None:
    lesson(same_screen, "likelihood", "A sample")
    assert same_screen.answer == as_read(narrative.mean(SAMPLE))
    crosses = same_screen.traces("log-likelihood")[0]
    assert np.array(crosses["y"]) == pytest.approx(SAMPLE.log_likelihood)
    assert same_screen.traces("sum-of-squares")[1]["x"] == pytest.approx([SAMPLE.estimate] * 2)


def test_counts_and_many_samples(same_screen: Any) -> None:
    lesson(same_screen, "likelihood", "Counts")
    assert same_screen.answer == as_read(narrative.poisson(bundled_surface(), fit_bundled()))
    least = same_screen.traces("squares-contour")[-1]
    assert (least["x"][0], least["y"][0]) == pytest.approx((-0.4874372, 0.4623116))
    shown = same_screen.main.inner_text()
    printed = ("−0.50108", "0.02456", "0.48534", "0.02225", "3,521.1", "3,042.7", "6,206.9")
    assert [text for text in printed if text not in shown] == []
    same_screen.main.get_by_role("button", name="Repeat 200 times").click()
    same_screen.settle()
    found = repeat_poisson(seed=1)
    cloud = same_screen.traces("sampling-clouds")[0]
    assert np.array(cloud["y"]) == pytest.approx(found.least_squares[:, 1])
    same_screen.main.get_by_text("The textbook's 95% interval for b₁ covers").wait_for()


@pytest.mark.parametrize(("page", "tab", "slider"), SLIDERS)
def test_sliders_do_not_run_everything_again(
    page: str, tab: str, slider: str, same_screen: Any
) -> None:
    opening = same_screen.until_filled(f"/{page}?data=classroom&tab={quote(tab)}")
    if slider.endswith("classes"):  # in the design, folded at first
        same_screen.main.get_by_text("Change the design").click()
        same_screen.settle()
    handle = same_screen.main.get_by_role("slider", name=slider)
    handle.focus()
    steps = [same_screen.until_answered(lambda: handle.press("ArrowRight")) for _ in range(STEPS)]
    print(f"\n{slider}: {min(steps):.0f} ms, to open the page {opening:.0f} ms")
    assert min(steps) < AT_MOST * opening


def test_a_figure_follows_its_slider_where_it_stands(same_screen: Any) -> None:
    same_screen.open("/likelihood?data=classroom")
    plot = same_screen.main.locator(".st-key-figure-normal-density .js-plotly-plot")
    plot.evaluate("plot => { plot.isFirst = true; }")
    handle = same_screen.main.get_by_role("slider", name="Threshold a")
    handle.focus()
    for key, threshold in (("ArrowLeft", 1.9), ("ArrowLeft", 1.8), ("ArrowRight", 1.9)):
        handle.press(key)
        same_screen.settle()
        _shows_tail_above(threshold, same_screen)
    same_screen.page.set_viewport_size({"width": 1000, "height": 800})  # drawn again by the chart
    same_screen.settle()
    _shows_tail_above(1.9, same_screen)
    handle.press("ArrowRight")  # back to what the page began with
    same_screen.settle()
    _shows_tail_above(2.0, same_screen)
    assert plot.evaluate("plot => plot.isFirst")


def _shows_tail_above(threshold: float, screen: Any, mean: float = 0.0, sd: float = 1.0) -> None:
    tail = normal_tail(mean=mean, sd=sd, threshold=threshold)
    picture = normal_density(tail)
    (_, shade) = screen.traces("normal-density")
    assert shade["name"] == picture.figure.data[1].name
    assert shade["x"][0] == pytest.approx(threshold)
    screen.main.get_by_role("figure", name=picture.alt, exact=True).wait_for()
    assert screen.main.locator(".st-key-figure-normal-density .legendtext").inner_html() == (
        picture.figure.data[1].name.replace(">", "&gt;")
    )


def test_the_experiment_opens_with_its_answer(same_screen: Any) -> None:
    same_screen.open("/simulate?data=classroom")
    found = repeat_design(CLASSES, seed=1, repeats=100)
    assert same_screen.answer == as_read(simulation.ignoring(found, "w_class"))
    drawn = {trace["name"]: trace for trace in same_screen.traces("claims")}
    real = [answer.performance.real_se for answer in found.of("w_class")]
    assert drawn["real: scatter of the estimates"]["x"][1::3] == pytest.approx(real)
    same_screen.main.get_by_role("button", name="Repeat 1,000 times").click()
    same_screen.main.locator(".st-key-answer").get_by_text("In 1,000 repeats").wait_for()
    same_screen.settle()
    many = repeat_design(CLASSES, seed=1, repeats=1000)
    assert same_screen.answer == as_read(simulation.ignoring(many, "w_class"))


def test_lost_outcomes(same_screen: Any) -> None:
    lesson(same_screen, "simulate", "Missing data")
    found = missing_data(CLASSES, mechanism="MCAR", share=0.3, seed=1)
    assert same_screen.answer == as_read(simulation.missing(found))
    (curve,) = same_screen.traces("loss")
    assert set(curve["y"]) == {0.3}


def test_power_is_a_map(same_screen: Any) -> None:
    lesson(same_screen, "simulate", "Power")
    same_screen.main.get_by_role("button", name="Compute the power").click()
    same_screen.main.get_by_text("80% power").first.wait_for()
    same_screen.settle()
    assert len(same_screen.traces("power")) == 2


def test_the_presenter_shows_what_a_button_has_brought(same_screen: Any) -> None:
    same_screen.open("/simulate?data=classroom&tab=Power&presenter=true")
    same_screen.main.get_by_role("button", name="Compute the power").click()
    same_screen.main.get_by_text("1 of 2: power").wait_for()
    same_screen.main.locator(".st-key-figure-power svg.main-svg").first.wait_for()


def test_power_can_be_cancelled(open_screen: Callable[[str], Any], server: str) -> None:
    # The design that takes longest: a click may come late on a busy machine, and work that is done
    # cannot be cancelled.
    design = quote("107 schools, as in the class set")
    screen = open_screen(server).open(f"/simulate?tab=Power&power-seed=77&preset={design}")
    ask = screen.main.get_by_role("button", name="Compute the power")
    cancel = screen.main.get_by_role("button", name="Cancel", exact=True)
    ask.click()
    cancel.click()
    cancel.wait_for(state="detached")
    screen.settle()
    assert screen.answer.startswith("How many groups")
    expect(screen.main.locator(".st-key-figure-power")).to_have_count(0)
    ask.click()  # the page is as usable as before
    screen.main.locator(".st-key-figure-power .js-plotly-plot").wait_for()
    assert not screen.problems


def test_an_answer_of_its_own_is_taken_back_when_the_question_changes(same_screen: Any) -> None:
    lesson(same_screen, "simulate", "Power")
    chart = same_screen.main.locator(".st-key-figure-power .js-plotly-plot")
    same_screen.main.get_by_role("button", name="Compute the power").click()
    chart.wait_for()
    same_screen.settle()
    move(same_screen, "Size of the effect", "ArrowRight")
    expect(chart).to_have_count(0)
    assert same_screen.answer.startswith("How many groups")


def test_another_question_of_a_sample_has_another_figure(same_screen: Any) -> None:
    lesson(same_screen, "likelihood", "A sample")
    same_screen.main.get_by_text("unknown", exact=True).click()
    same_screen.main.locator(".st-key-figure-normal-surface .js-plotly-plot").wait_for()
    expect(same_screen.main.locator(".stPlotlyChart")).to_have_count(1)
    told = same_screen.answer
    same_screen.main.get_by_role("button", name="Draw again").click()
    same_screen.settle()
    assert same_screen.answer != told


def test_sliders_can_be_moved_while_the_page_is_still_being_drawn(
    open_screen: Callable[[str], Any], server: str
) -> None:
    screen = open_screen(server)
    screen.page.goto(f"{server}/likelihood?data=classroom")
    for slider in ("Threshold a", "Mean μ", "Standard deviation σ"):
        handle = screen.main.get_by_role("slider", name=slider)
        for _ in range(4):
            handle.press("ArrowRight")
    screen.settle()
    tail = normal_tail(mean=0.4, sd=1.4, threshold=2.4)
    assert screen.answer == as_read(narrative.tail(tail))
    _shows_tail_above(2.4, screen, mean=0.4, sd=1.4)
    assert not screen.problems


def test_what_is_asked_beside_the_figures_is_asked_of_the_moved_design(same_screen: Any) -> None:
    lesson(same_screen, "simulate", "Ignore the groups")
    same_screen.main.get_by_text("Change the design").click()
    move(same_screen, "SD within classes", "Home")
    move(same_screen, "Pupils in each class", "End")
    moved = replace(CLASSES, residual_sd=0.01, rows=300.0)
    found = repeat_design(moved, seed=1, repeats=100)
    assert same_screen.answer == as_read(simulation.ignoring(found, "w_class"))
    same_screen.main.locator(".st-key-coefficient").get_by_text("x", exact=True).click()
    same_screen.settle()
    assert same_screen.answer == as_read(simulation.ignoring(found, "x"))
