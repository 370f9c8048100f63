"""The picture of variances from model to model."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.variance_paths import variance_paths
from mlm_core.views.figures.variance_paths import variance_paths as figure


def test_every_component_is_a_line(school, slopes, keeps_the_rules):
    bare = fit_mixed(school.model.__class__("mathkind ~ 1 + (1 | schoolid/classid)"), school.data)
    paths = variance_paths([bare, school.mixed, slopes])
    picture = figure(paths, ["<b>first</b>", "ses", "slopes"])
    keeps_the_rules(picture)
    names = [trace.name for trace in picture.figure.data]
    assert names == [
        "between schoolid",
        "between schoolid: slope of ses",
        "between classid within schoolid",
        "within groups (residual)",
    ]
    table = paths.table.set_index(["model", "level", "term"])["variance"]
    share = table[1, "schoolid", "(Intercept)"] / table[0, "schoolid", "(Intercept)"]
    assert picture.figure.data[0].y[:2] == pytest.approx([1.0, share])
    slope = picture.figure.data[1].y
    assert list(np.isnan(slope)) == [True, True, False]
    assert picture.figure.layout.xaxis.ticktext[0] == "&lt;b&gt;first&lt;/b&gt;"
    assert "between schoolid 352.8 to 301.5" in picture.alt
