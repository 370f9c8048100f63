"""Figures in use: saved from their own menu in both formats, played and moved by keyboard."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from mlm_core.inference.pair_experiment import pair_experiment

BEGINNINGS = {"SVG": b"<svg", "PNG": b"\x89PNG"}
FILM = ".st-key-figure-pair-experiment"
# Where the mark of a group stands on the screen; its axis of categories is counted from zero.
PLACE = """name => {
  const plot = document.querySelector(".st-key-figure-boxplots .js-plotly-plot");
  const trace = plot._fullData.find(each => each.name === "median of the group");
  const {xaxis, yaxis} = plot._fullLayout;
  const [place, box] = [Array.from(trace.text).indexOf(name), plot.getBoundingClientRect()];
  return [box.x + xaxis._offset + xaxis.l2p(place),
          box.y + yaxis._offset + yaxis.d2p(trace.y[place])];
}"""
POINTED_AT = """name => [...document.querySelectorAll(".js-plotly-plot .annotation-text")]
  .filter(each => each.textContent.startsWith(name)).length === 2"""
WHOLE_FILM = 60_000  # milliseconds; about 8 seconds on an idle machine
DRAWN = f"document.querySelector('{FILM} .js-plotly-plot')._fullData[0].x.length"


def test_a_page_without_figures_sets_the_drawing_library_up(screen: Any) -> None:
    screen.open("/load?data=classroom")
    assert not screen.main.get_by_test_id("stPlotlyChart").count()
    screen.page.locator("style#plotly\\.js-style-global").wait_for(state="attached")


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_figure_is_saved_from_its_own_menu(kind: str, same_screen: Any) -> None:
    same_screen.stay_at("/groups-differ?data=classroom")
    same_screen.traces("boxplots")
    button = same_screen.main.locator(".st-key-figure-boxplots").get_by_role(
        "button", name=f"Save as {kind}"
    )
    with same_screen.page.expect_download() as waiting:
        button.focus()
        same_screen.page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == f"boxplots.{kind.lower()}"
    content = waiting.value.path().read_bytes()
    assert content.startswith(BEGINNINGS[kind])
    assert len(content) > 5000
    if kind == "SVG":
        assert b"groups of schoolid, lowest median first" in content


def test_the_film_of_all_draws_plays_by_keyboard(same_screen: Any, classroom: pd.DataFrame) -> None:
    same_screen.stay_at("/groups-differ?data=classroom")
    same_screen.traces("pair-experiment")
    button = same_screen.main.locator(FILM).get_by_role("button", name="Play 200 draws")
    button.focus()
    same_screen.page.keyboard.press("Enter")
    same_screen.page.wait_for_function(f"() => {DRAWN} === 200", timeout=WHOLE_FILM)
    experiment = pair_experiment(classroom, outcome="mathkind", groups=["schoolid"])
    values, mean, *_ = same_screen.traces("pair-experiment")
    assert values["y"] == pytest.approx(experiment.values)
    assert mean["y"] == pytest.approx(experiment.running_mean)
    assert mean["name"] == f"mean so far: {experiment.mean:.3f}"


def test_a_click_on_a_box_highlights_its_group_in_both_figures(same_screen: Any) -> None:
    same_screen.open("/groups-differ?data=classroom")
    same_screen.traces("boxplots")
    same_screen.point_at("boxplots", lambda: same_screen.page.evaluate(PLACE, "55"))
    same_screen.page.mouse.down()
    same_screen.page.mouse.up()
    same_screen.page.wait_for_function(POINTED_AT, arg="55: ")
    same_screen.settle()
    assert same_screen.query["group"] == ["55"]


def test_a_slider_in_a_figure_moves_by_arrow_keys(same_screen: Any) -> None:
    same_screen.open("/pooling?data=classroom")
    slider = same_screen.main.get_by_role("slider").first
    slider.wait_for()
    last = int(slider.get_attribute("aria-valuemax"))
    slider.focus()
    for key, place in (("Home", 0), ("ArrowRight", 1), ("ArrowUp", 2), ("End", last)):
        same_screen.page.keyboard.press(key)
        same_screen.page.wait_for_function(
            "place => document.querySelector('.slider-group').ariaValueNow === String(place)",
            arg=place,
        )


@pytest.mark.parametrize(
    ("link", "figure", "entry"),
    [
        ("/mixed?data=classroom", "conditional-modes", "95% interval"),
        ("/pooling?data=classroom", "pooling", "unpooled (107 lines)"),
    ],
)
def test_lines_of_one_path_are_hidden_by_their_entry_in_the_legend(
    link: str, figure: str, entry: str, same_screen: Any
) -> None:
    same_screen.stay_at(link)
    same_screen.traces(figure)
    plot = same_screen.main.locator(f".st-key-figure-{figure}")
    names = plot.locator(".legendtext").all_text_contents()
    lines = plot.locator(".shapelayer path")
    assert lines.count() == 1
    plot.locator(".legendtoggle").nth(names.index(entry)).click()
    lines.first.wait_for(state="detached")
    plot.locator(".legendtoggle").nth(names.index(entry)).click()
    lines.first.wait_for(state="attached")
