"""Power by simulation against the closed form, and the closed form against R's arithmetic."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

from mlm_core.inference.simulation import LevelDesign, NestedDesign, changed_level
from mlm_core.inference.simulation_power import (
    PowerCell,
    PowerGrid,
    closed_form,
    power_cell,
    power_grid,
    power_terms,
    with_effect,
)

DESIGN = NestedDesign(levels=(LevelDesign("school", 30, intercept_sd=0.5),), rows=20)
# Simulation error of 2,000 repeats is 0.011 at worst; four of them.
CLOSE = 0.045


@pytest.mark.slow
@pytest.mark.parametrize(
    ("term", "effect", "groups", "rows"),
    [
        ("w_school", 0.3, 10, 5),
        ("w_school", 0.3, 20, 40),
        ("w_school", 0.3, 40, 10),
        ("w_school", 0.0, 20, 10),
        ("x", 0.15, 10, 20),
        ("x", 0.15, 40, 5),
        ("x", 0.0, 10, 10),
    ],
)
def test_simulation_and_closed_form_agree(term, effect, groups, rows):
    asked = {"term": term, "effect": effect, "groups": groups, "rows": rows}
    cell = power_cell(DESIGN, **asked, seed=1, repeats=2000)
    assert cell.power == pytest.approx(cell.closed_form, abs=CLOSE)
    if effect == 0.0:
        assert cell.closed_form == pytest.approx(0.05, abs=1e-6)


def test_cells_of_a_grid_err_each_for_itself():
    """Rows hardly matter here: with the same chance in every cell all would show the same."""
    design = dataclasses.replace(DESIGN, residual_sd=0.01)
    sizes = {"groups": (20,), "rows": (20, 30, 40, 50)}
    grid = power_grid(design, term="w_school", effect=0.25, seed=1, **sizes)
    assert np.ptp(grid.closed_form) < 1e-3
    assert np.ptp(grid.power) > 0.02


def test_the_closed_form_is_the_noncentral_t_test():
    design = changed_level(DESIGN, 0, effect=0.4, groups=20)
    se = math.sqrt((0.25 + 1.0 / 20) / 20)
    limit = stats.t.ppf(0.975, 18)
    power = stats.nct.sf(limit, 18, 0.4 / se) + stats.nct.cdf(-limit, 18, 0.4 / se)
    assert closed_form(design, "w_school") == pytest.approx(power, rel=1e-9)


def test_more_groups_help_where_more_rows_do_not():
    def power(groups: int, rows: int) -> float:
        sized = changed_level(DESIGN, 0, effect=0.3, groups=groups)
        return closed_form(dataclasses.replace(sized, rows=rows), "w_school")

    assert power(40, 10) > power(20, 20) + 0.2
    assert power(20, 200) - power(20, 20) < 0.1
    assert power(80, 200) > 0.99


@pytest.mark.parametrize(
    "design",
    [
        dataclasses.replace(DESIGN, row_sizes="poisson"),
        dataclasses.replace(DESIGN, between=0.2),
        dataclasses.replace(DESIGN, contextual=2.0),
        changed_level(DESIGN, 0, slope_sd=0.2),
        changed_level(DESIGN, 0, sizes="unbalanced"),
        dataclasses.replace(DESIGN, levels=(*DESIGN.levels, LevelDesign("class", 3))),
        changed_level(dataclasses.replace(DESIGN, rows=4), 0, groups=2),
    ],
)
def test_where_there_is_no_closed_form(design):
    assert math.isnan(closed_form(design, "w_school"))
    assert math.isnan(closed_form(DESIGN, "w_class"))


def test_cells_follow_their_seed():
    asked = {"term": "x", "effect": 0.2, "groups": 10, "rows": 10, "repeats": 80}
    first, again, other = (power_cell(DESIGN, **asked, seed=seed) for seed in (1, 1, 9))
    assert first == again
    assert first.power != other.power
    assert first.se == pytest.approx(math.sqrt(first.power * (1 - first.power) / 80))


def test_three_levels_and_slopes_have_power_too():
    design = NestedDesign(
        levels=(LevelDesign("school", 20, slope_sd=0.1, intercept_sd=0.4), LevelDesign("class", 2)),
        rows=8,
    )
    assert power_terms(design) == ("w_school", "w_class", "x")
    asked = {"groups": 15, "rows": 6, "seed": 1, "repeats": 40}
    cell = power_cell(design, term="x", effect=0.8, **asked)
    assert cell.power > 0.9
    assert math.isnan(cell.closed_form)
    changed = with_effect(design, "w_class", 0.7)
    assert changed.levels[1].effect == 0.7
    assert with_effect(design, "x", 0.7).slope == 0.7


def test_the_smallest_size_that_is_enough():
    cells = tuple(
        PowerCell(groups, rows, power, 0.01, math.nan)
        for (groups, rows), power in zip(
            [(10, 5), (20, 5), (10, 10), (20, 10)], [0.3, 0.85, 0.4, 0.95], strict=True
        )
    )
    grid = PowerGrid("x", 0.2, (10, 20), (5, 10), cells, 1, 100)
    assert grid.least == cells[1]
    np.testing.assert_array_equal(grid.power, [[0.3, 0.85], [0.4, 0.95]])
    assert np.isnan(grid.closed_form).all()
    assert dataclasses.replace(grid, cells=cells[:1]).least is None


def test_a_grid_is_its_cells_and_tells_how_far_it_is():
    told = []
    asked = {"term": "w_school", "effect": 0.4, "seed": 3, "repeats": 8}
    grid = power_grid(
        DESIGN, **asked, groups=(6, 9), rows=(4, 5), progress=lambda *now: told.append(now)
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert grid.cells[1] == power_cell(DESIGN, **asked, groups=9, rows=4)
    assert grid.power.shape == (2, 2)


def test_a_grid_is_stopped_by_an_error():
    def stop(done: int, _of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        power_grid(DESIGN, term="x", effect=0.1, seed=1, repeats=4, progress=stop)
