"""Texts of designs and draws: read back as written, or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlm_core.errors import DesignError
from mlm_core.inference.simulation import LONGEST_UNIT, PRESETS
from mlm_core.inference.simulation_text import read_design, read_draw, written_draw

CLASSES = PRESETS["100 classes of 200 pupils"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_read_back_from_its_text(name):
    assert read_design(PRESETS[name].written()) == PRESETS[name]


@pytest.mark.parametrize("unit", ["cm", "a,b;c@d", '<b>"größe"</b> & %2C', "x" * LONGEST_UNIT])
def test_any_unit_is_read_back(unit):
    design = replace(CLASSES, unit=unit)
    assert read_draw(written_draw(design, 3)) == (design, 3)
    assert design.written().count(",") == CLASSES.written().count(",") + 1


@pytest.mark.parametrize("unit", ["", "  ", "a\nb", "x" * (LONGEST_UNIT + 1)])
def test_units_that_are_none_are_refused(unit):
    with pytest.raises(DesignError, match="unit"):
        replace(CLASSES, unit=unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2",
        "x" * 5000,
        CLASSES.written() + ";class",
        CLASSES.written().replace("class", "__import__('os')"),
        CLASSES.written().replace("fixed", "exponential"),
        CLASSES.written().replace(";", ",cm,kg;", 1),
        CLASSES.written().replace(";", ",%ff;", 1),
        CLASSES.written().replace("200", "1e9"),
        CLASSES.written().replace("200", "nan"),
    ],
)
def test_texts_that_are_no_designs_are_refused(text):
    with pytest.raises(DesignError):
        read_design(text)


def test_draws_are_read_back():
    assert read_draw(written_draw(CLASSES, 12)) == (CLASSES, 12)


@pytest.mark.parametrize("seed", ["", "-1", "1.5", "٣", "1234567890", "x"])
def test_seeds_that_are_none_are_refused(seed):
    with pytest.raises(DesignError, match="no seed"):
        read_draw(f"{seed}@{CLASSES.written()}")
