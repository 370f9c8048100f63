"""Pooling in a real browser: the slider moves what is drawn, a click picks a group everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from mlm_core import fit_mixed, fit_pooled
from mlm_core.data.model import Model

MODEL = Model("mathkind ~ ses + (1 | schoolid/classid)")
PLACE = """([figure, name, index]) => {
  const plot = document.querySelector(`.st-key-figure-${figure} .js-plotly-plot`);
  const trace = plot._fullData.find(each => each.name.startsWith(name));
  const axis = key => plot._fullLayout[trace[key + 'axis'].replace(key, key + 'axis')];
  const [x, y, box] = [axis('x'), axis('y'), plot.getBoundingClientRect()];
  return [box.x + x._offset + x.d2p(trace.x[index]), box.y + y._offset + y.d2p(trace.y[index])];
}"""


def _trace(screen: Any, figure: str, name: str) -> dict[str, Any]:
    found = [each for each in screen.traces(figure) if each["name"].startswith(name)]
    assert len(found) == 1, [each["name"] for each in screen.traces(figure)]
    return found[0]


def _has(screen: Any, figure: str, name: str) -> bool:
    return any(each["name"].startswith(name) for each in screen.traces(figure))


def _drag(screen: Any, share: float) -> None:
    """Take the grip of the slider to a share of its way."""
    plot = screen.main.locator(".st-key-figure-pooling .js-plotly-plot")
    plot.locator(".slider-grip-rect").scroll_into_view_if_needed()
    grip = plot.locator(".slider-grip-rect").bounding_box()
    rail = plot.locator(".slider-rail-touch-rect").bounding_box()
    y = grip["y"] + grip["height"] / 2
    screen.page.mouse.move(grip["x"] + grip["width"] / 2, y)
    screen.page.mouse.down()
    screen.page.mouse.move(rail["x"] + 2 + share * (rail["width"] - 4), y, steps=15)
    screen.page.mouse.up()


def test_the_slider_leads_from_own_levels_to_the_one_line(
    same_screen: Any, classroom: pd.DataFrame
) -> None:
    fit, pooled = fit_mixed(MODEL, classroom), fit_pooled(MODEL, classroom)
    same_screen.open("/pooling?data=classroom")
    table = fit.group_coefficients("schoolid")
    own = table.loc[table["term"] == "(Intercept)", "estimate"]
    drawn = _trace(same_screen, "pooling", "partially pooled")["y"]
    assert np.sort(drawn) == pytest.approx(np.sort(own))

    _drag(same_screen, 1.0)
    same_screen.soon(lambda: _is_at(same_screen, pooled.estimate("(Intercept)")))
    lines = _trace(same_screen, "pooling", "mixed (107 lines)")
    x, y = np.array(lines["x"], dtype=float), np.array(lines["y"], dtype=float)
    expected = pooled.estimate("(Intercept)") + pooled.estimate("ses") * x
    assert y[~np.isnan(x)] == pytest.approx(expected[~np.isnan(x)], rel=1e-6)

    _drag(same_screen, 0.0)
    expect(same_screen.main.get_by_text("Pooling of a group of 10 rows: 0%")).to_have_count(1)
    same_screen.soon(lambda: _spreads(same_screen, more_than=1.2 * own.std()))


def _levels(screen: Any) -> np.ndarray:
    return np.array(_trace(screen, "pooling", "partially pooled")["y"])


def _is_at(screen: Any, level: float) -> None:
    assert _levels(screen) == pytest.approx(level, rel=1e-6)


def _spreads(screen: Any, *, more_than: float = 0.0, less_than: float = np.inf) -> None:
    assert more_than < _levels(screen).std() < less_than


def test_the_slider_obeys_the_keyboard(same_screen: Any, classroom: pd.DataFrame) -> None:
    pooled = fit_pooled(MODEL, classroom)
    same_screen.open("/pooling?data=classroom")
    before = _levels(same_screen)
    slider = same_screen.main.get_by_role("slider", name="Pooling of a group of 10 rows")
    slider.focus()
    slider.press("ArrowRight")
    same_screen.soon(lambda: _spreads(same_screen, less_than=before.std()))
    slider.press("End")
    same_screen.soon(lambda: _is_at(same_screen, pooled.estimate("(Intercept)")))


def test_a_click_highlights_a_group_on_all_figures_and_a_second_lets_it_go(
    same_screen: Any,
) -> None:
    same_screen.open("/pooling?data=classroom")
    for figure, mark, index in (("pooling", "partially pooled", 106), ("slopes", "own slope", 60)):
        before = same_screen.query.get("group")
        _click(same_screen, figure, mark, index)
        same_screen.soon(lambda before=before: _is_another(same_screen, before))
        (group,) = same_screen.query["group"]
        same_screen.main.get_by_text(f"Group {group}", exact=True).wait_for()
        same_screen.soon(lambda group=group: _is_highlighted(same_screen, group))
    _click(same_screen, figure, mark, index)
    same_screen.soon(lambda: _is_let_go(same_screen, group))


def _is_another(screen: Any, before: list[str] | None) -> None:
    assert screen.query.get("group") not in (None, before)


def _is_highlighted(screen: Any, group: str) -> None:
    for figure in ("pooling", "slopes", "slope-density"):
        assert _has(screen, figure, f"group {group}")


def _is_let_go(screen: Any, group: str) -> None:
    assert "group" not in screen.query
    assert not _has(screen, "pooling", f"group {group}")


def _click(screen: Any, figure: str, mark: str, index: int) -> None:
    """Click a mark; plotly takes it for one only where it has noticed the mouse on it."""
    _trace(screen, figure, mark)
    screen.main.locator(f".st-key-figure-{figure}").scroll_into_view_if_needed()
    screen.point_at(figure, lambda: screen.page.evaluate(PLACE, [figure, mark, index]))
    screen.page.mouse.down()
    screen.page.mouse.up()
    screen.settle()


def test_the_picked_group_is_part_of_the_link(same_screen: Any) -> None:
    same_screen.open("/pooling?data=sleepstudy&group=308")
    assert _has(same_screen, "pooling", "group 308 (n = 10)")
    assert same_screen.main.get_by_role("combobox", name="Highlight a group").input_value() == "308"
