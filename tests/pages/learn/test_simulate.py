"""Learn, Simulate: the experiment, the drawn table, lost outcomes, power; all from their seeds."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_experiment import MIXED, NAIVE, repeat_design
from mlm_core.inference.simulation_missing import missing_data, repeat_missing
from mlm_core.inference.simulation_power import GROUPS, ROWS, power_cell
from mlm_core.inference.simulation_text import written_draw
from pages._ui.sitemap import SECTIONS
from tests.pages.learn.lessons import PAGE, OpenView, lesson
from tests.pages.view import agrees, numbers_in

CLASSES = PRESETS["100 classes of 200 pupils"]
FEW = PRESETS["Few groups"]


def test_it_opens_with_the_answer_of_the_experiment(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    assert page.app.title[0].value == "Simulate"
    found = repeat_design(CLASSES, seed=1, repeats=100)
    naive = found.answer("w_class", NAIVE).performance
    assert "promises more than it keeps" in page.answer
    assert f"holds the truth in {100 * naive.coverage:.0f}%" in page.answer.replace("*", "")
    rows = page.table("performance")
    ours = [row for row in rows if row["Way"] == NAIVE][1]
    assert agrees(ours["95% interval covers"], naive.coverage)
    assert agrees(ours["Real SE"], naive.real_se)
    curve = page.trace("estimators", "mixed")
    assert np.trapezoid(curve["y"], curve["x"]) == pytest.approx(1.0, abs=0.01)
    stated = page.trace("claims", "stated")["x"]
    assert stated[1] == pytest.approx(naive.stated_se)


def test_a_thousand_repeats_when_asked(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    page.app.button(key="repeat-many-ask").click()
    page.run()
    found = repeat_design(CLASSES, seed=1, repeats=1000)
    assert "In 1,000 repeats" in page.answer
    row = page.table("performance")[-1]
    assert agrees(
        row["95% interval covers"], found.answer("(Intercept)", MIXED).performance.coverage
    )
    page.app.number_input(key="experiment-seed").set_value(7)
    assert "In 100 repeats" in page.run().answer  # what was asked for another seed is not this


def test_another_coefficient(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    page.app.segmented_control(key="coefficient").set_value("x")
    page.run()
    assert "pupil-level predictor x" in page.answer
    assert page.trace("estimators", "unpooled")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_whole_on_every_tab(preset: str, view: OpenView) -> None:
    page = lesson(view, "Ignore the groups", preset)
    for tab in ("Ignore the groups", "Draw data", "Missing data", "Power"):
        page.app.session_state["tab"] = tab
        page.run()
        assert not page.notes("stop")
        assert page.answer


def test_a_slider_changes_the_experiment(view: OpenView) -> None:
    page = lesson(view, "Ignore the groups", "Few groups")
    before = page.answer
    page.app.slider(key="sd-3-school").set_value(0.0)
    page.run()
    assert page.answer != before
    assert "costs no honesty" in page.answer


def test_every_other_page_takes_a_drawn_table(view: OpenView) -> None:
    page = lesson(view, "Draw data", "107 schools, as in the class set")
    page.app.button(key="use-drawn").click()
    page.run()
    others = [script for pages in SECTIONS.values() for script, _, _ in pages]
    for script in others:
        page.go(script.removesuffix(".py"))
        assert page.app.title[0].value
        assert not page.notes("stop"), script
        assert page.formula == "y ~ x + w_school + w_class + (1 | school/class)", script


def test_a_drawn_table_is_used_on_all_pages(view: OpenView) -> None:
    page = lesson(view, "Draw data", "Few groups")
    page.app.number_input(key="table-seed").set_value(5)
    frame = draw_table(FEW, seed=5)
    assert f"{len(frame)} rows in 8 groups of school" in page.run().answer.replace("*", "")
    assert "in use on all pages" not in page.sentences
    page.app.button(key="use-drawn").click()
    page.run()
    assert "This table is in use on all pages now" in page.sentences
    assert page.formula == "y ~ x + w_school + (1 | school)"
    assert page.app.selectbox(key="dataset").value == "simulated"
    fit = fit_mixed(FEW.model, frame)
    page.go("model/mixed")
    row = next(row for row in page.table("fixed-effects") if row["Term"] == "x")
    assert agrees(row["Estimate"], fit.estimate("x"))
    # Another table, and back again.
    page.app.selectbox(key="dataset").set_value("classroom")
    page.run()
    assert "mathkind" in page.formula
    page.app.selectbox(key="dataset").set_value("simulated")
    assert page.run().formula == "y ~ x + w_school + (1 | school)"


def test_a_link_draws_the_same_table_again(view: OpenView) -> None:
    draw = written_draw(FEW, 5)
    page = view("model/mixed", data="simulated", draw=draw)
    assert page.formula == "y ~ x + w_school + (1 | school)"
    fit = fit_mixed(FEW.model, draw_table(FEW, seed=5))
    row = next(row for row in page.table("fixed-effects") if row["Term"] == "x")
    assert agrees(row["Estimate"], fit.estimate("x"))
    told = {"outcome": "y", "predictor": "x", "level": "school"}
    page = view("model/mixed", data="simulated", draw=draw, **told)
    assert page.formula == "y ~ x + (1 | school)"


@pytest.mark.parametrize("draw", ["", "1@", "x@1,2", "1@" + "9" * 900, "`$<b>"])
def test_a_link_that_is_no_design_is_told_so(draw: str, view: OpenView) -> None:
    page = view("model/mixed", data="simulated", draw=draw)
    assert "cannot be drawn" in page.notes("note")[0]
    assert "mathkind" in page.formula


@pytest.mark.parametrize(
    ("mechanism", "words"), [("MAR", "the higher x"), ("MNAR", "the higher y itself")]
)
def test_lost_outcomes(mechanism: str, words: str, view: OpenView) -> None:
    page = lesson(view, "Missing data", "Few groups")
    page.app.segmented_control(key="mechanism").set_value(mechanism)
    page.app.slider(key="share").set_value(0.4)
    page.run()
    found = missing_data(FEW, mechanism=mechanism, share=0.4, seed=1)
    assert words in page.answer
    assert numbers_in(page.answer)[0] == found.n_lost
    for row, after in zip(page.table("missing"), found.after, strict=True):
        assert agrees(row["After"], after.estimate)
        assert row["Holds the truth"] == ("yes" if after.covers else "no")
    drawn = page.trace("before-after", "after")["x"]
    units = np.array([each.se for each in found.before])
    off = np.array([each.estimate - each.truth for each in found.after])
    assert drawn == pytest.approx(off / units)


def test_many_tables_lose_outcomes(view: OpenView) -> None:
    page = lesson(view, "Missing data", "Few groups")
    page.app.button(key="lose-many-ask").click()
    page.run()
    found = repeat_missing(FEW, mechanism="MCAR", share=0.3, seed=1, repeats=100).summary
    for row, coverage in zip(page.table("missing-repeats"), found["coverage_after"], strict=True):
        assert agrees(row["Covers after"], coverage)
    assert "Over 100 tables" in page.sentences
    page.app.slider(key="share").set_value(0.5)
    assert "Over 100 tables" not in page.run().sentences  # what was asked for was another share


def test_power_when_asked(view: OpenView) -> None:
    page = lesson(view, "Power", "Few groups")
    assert "How many groups" in page.answer
    assert not page.has_figure("power")
    page.app.button(key="power-ask").click()
    computing = _seconds(page.run)
    rows = page.table("power-by-size")
    assert len(rows) == len(GROUPS) * len(ROWS)
    cell = power_cell(FEW, term="w_school", effect=0.5, groups=GROUPS[2], rows=ROWS[1], seed=1)
    same = rows[len(GROUPS) + 2]
    assert (same["Groups"], same["Rows a group"]) == (str(GROUPS[2]), str(ROWS[1]))
    assert agrees(same["Power, simulated"], cell.power)
    assert agrees(same["Closed form"], cell.closed_form)
    heat = np.array(page.figure("power")[0]["z"])
    assert heat.shape == (len(ROWS), len(GROUPS))
    assert heat[1, 2] == pytest.approx(cell.power)
    page.app.slider(key="effect-3").set_value(0.0)
    assert "How many groups" in page.run().answer
    page.app.slider(key="effect-3").set_value(0.5)
    remembering = _seconds(page.run)
    assert page.has_figure("power")
    assert remembering < 0.5 * computing  # it was remembered


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
