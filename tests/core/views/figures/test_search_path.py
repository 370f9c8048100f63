"""The search's way as drawn."""

import numpy as np

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.search_path import search_path
from mlm_core.views.figures.search_path import search_path as draw


def test_the_way_ends_at_the_minimum(classroom, keeps_the_rules):
    fit = fit_mixed(Model("mathkind ~ ses + (1 | schoolid/classid)"), classroom)
    found = search_path(fit)
    picture = draw(found)
    keeps_the_rules(picture)
    lines, way, end = picture.figure.data
    assert picture.figure.layout.xaxis.title.text == (
        "SD between classid within schoolid, in residual SDs"
    )
    np.testing.assert_array_equal(way.x, found.steps[:, 0])
    np.testing.assert_array_equal(way.y, found.steps[:, 1])
    assert (end.x[0], end.y[0]) == (way.x[-1], way.y[-1])
    assert np.asarray(lines.z).shape == found.surface.shape
    assert f"takes {len(found.steps) - 1} steps" in picture.alt
