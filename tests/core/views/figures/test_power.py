"""Power as drawn."""

from dataclasses import replace

import numpy as np

from mlm_core.views.figures.power import power_map
from tests.core.views.simulated import grid


def test_power_with_the_contour_wanted(keeps_the_rules):
    found = grid(0.5)
    picture = power_map(found)
    keeps_the_rules(picture)
    heat, line = picture.figure.data
    np.testing.assert_array_equal(heat.z, found.power)
    assert heat.text[1][1] == f"{100 * found.power[1, 1]:.0f}%"
    assert (line.contours.start, line.contours.end) == (0.8, 0.8)
    assert list(picture.figure.layout.xaxis.ticktext) == ["6", "40"]
    assert list(picture.figure.layout.yaxis.ticktext) == ["5", "20"]


def test_a_cell_beside_the_contour_does_not_look_as_if_it_reached_it():
    found = grid(0.5)
    powers = (0.797, 0.8, 0.2, 0.9)
    pairs = zip(found.cells, powers, strict=True)
    cells = tuple(replace(cell, power=power) for cell, power in pairs)
    heat, _ = power_map(replace(found, cells=cells)).figure.data
    assert heat.text.tolist() == [["79.7%", "80%"], ["20%", "90%"]]
