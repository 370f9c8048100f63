"""Tables of intervals print the numbers they are given."""

from __future__ import annotations

import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.design_effect import design_effect
from mlm_core.inference.profile import profile
from mlm_core.inference.reliability import reliability
from mlm_core.inference.variance_function import variance_function
from mlm_core.views import tables


def test_profile_intervals(school):
    found = profile(school.mixed)
    table = tables.profile_intervals(found, found.intervals(), confidence=0.95)
    assert table.frame["Parameter"].tolist() == [
        "SD of the intercept between schoolid",
        "SD of the intercept between classid within schoolid",
        "Residual SD",
        "Intercept",
        "Coefficient of ses",
    ]
    assert table.frame.loc[0].tolist()[1:] == ["17.23", "13.81", "21.13"]
    assert table.frame.loc[1].tolist()[1:] == ["4.5", "0.0", "10.7"]
    assert "95% profile likelihood intervals" in table.footnotes[0]


def test_a_correlation_nobody_knows(slopes):
    found = profile(slopes)
    table = tables.profile_intervals(found, found.intervals(), confidence=0.95)
    row = table.frame.loc[1]
    assert row["Parameter"] == "Correlation of intercept and slope of ses between schoolid"
    assert row.tolist()[2:] == ["\u22121.00", "1.00"]


def test_design_effect_and_reliability(school):
    cost = tables.design_effect(design_effect(school.mixed))
    assert cost.frame.iloc[-1].tolist() == ["Design effect", "3.82"]
    assert "1,190 rows are worth about 312" in cost.footnotes[0]
    told = tables.reliability(reliability(school.mixed, "schoolid"))
    assert told.frame.loc[0].tolist() == ["Intercept", "0.67", "0.31", "0.87"]


def test_a_variance_of_zero_has_no_reliability(pupils_without_classes):
    told = tables.reliability(reliability(pupils_without_classes, "s"))
    assert told.frame.loc[0].tolist() == ["Intercept", "n/a", "n/a", "n/a"]


@pytest.fixture(scope="module")
def pupils_without_classes():
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(10), 6)
    noise = rng.normal(size=60)
    noise -= pd.Series(noise).groupby(group).transform("mean").to_numpy()
    return fit_mixed(Model("y ~ 1 + (1 | s)"), pd.DataFrame({"s": group, "y": noise}))


def test_variance_points(sleepstudy):
    fit = fit_mixed(Model("Reaction ~ Days + (Days | Subject)"), sleepstudy)
    table = tables.variance_points(variance_function(fit, "Days", (1.5, 4.5, 7.5)))
    assert table.frame["Days"].tolist()[:3] == ["1.5", "4.5", "7.5"]
    assert table.frame["ICC"].tolist()[1] == "0.683"
    assert table.frame["ICC"].tolist()[3:] == ["", "", ""]
