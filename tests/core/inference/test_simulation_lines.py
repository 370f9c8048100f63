"""The lines of a drawn table are those of the fits."""

from __future__ import annotations

import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_lines import drawn_lines


def test_simpsons_lines():
    design = PRESETS["Simpson's paradox"]
    found = drawn_lines(design, seed=1)
    frame = draw_table(design, seed=1)
    model = Model("y ~ x + (1 | school)")
    assert found.pooled == fit_pooled(model, frame).estimate("x") < 0.0
    assert found.mixed == fit_mixed(model, frame).estimate("x") > 0.8
    assert (found.n_rows, found.n_groups) == (480, (12,))
    assert set(found.lines.families) == {"pooled", "unpooled", "mixed"}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_lines(name):
    assert drawn_lines(PRESETS[name], seed=3).lines.points is not None
