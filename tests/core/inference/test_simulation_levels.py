"""More or fewer levels for a design: names, sizes, and tables that can be fitted."""

from __future__ import annotations

import pytest

from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_levels import with_levels
from mlm_core.inference.simulation_text import read_design

SCHOOLS = PRESETS["107 schools, as in the class set"]
CLASSES = PRESETS["100 classes of 200 pupils"]
FEW = PRESETS["Few groups"]


@pytest.mark.parametrize(
    ("preset", "names"),
    [
        (SCHOOLS, [("school",), ("school", "class"), ("district", "school", "class")]),
        (CLASSES, [("class",), ("school", "class"), ("district", "school", "class")]),
        (FEW, [("school",), ("school", "class"), ("district", "school", "class")]),
    ],
)
def test_levels_are_named_from_the_outermost(preset, names):
    for count, expected in enumerate(names, start=1):
        assert tuple(level.name for level in with_levels(preset, count).levels) == expected


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_tables_keep_about_their_size_and_can_be_drawn(name, count):
    preset = PRESETS[name]
    design = with_levels(preset, count)
    assert design.expected_rows == pytest.approx(preset.expected_rows, rel=0.13)
    assert read_design(design.written()) == design
    table = draw_table(design, seed=1)
    assert len(table) == pytest.approx(preset.expected_rows, rel=0.25)
    assert list(table.columns[:count]) == [level.name for level in design.levels]


def test_what_is_there_stays():
    design = with_levels(SCHOOLS, 2)
    assert design == SCHOOLS
    three = with_levels(SCHOOLS, 3)
    assert three.levels[2] == SCHOOLS.levels[1]
    assert three.levels[1].intercept_sd == SCHOOLS.outer.intercept_sd
    assert (three.outer.groups, three.levels[1].groups) == (10, 11)  # 107 schools, evenly


def test_three_levels_are_fitted():
    fit = fit_mixed(with_levels(CLASSES, 3).model, draw_table(with_levels(CLASSES, 3), seed=1))
    assert len(fit.n_groups) == 3
    assert list(fit.n_groups.values()) == [3, 9, 90]  # ten schools, as evenly as it goes
