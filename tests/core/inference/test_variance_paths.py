"""Variance components from model to model."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.errors import DifferentRowsError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.variance_paths import variance_paths

BARE = "mathkind ~ 1 + (1 | schoolid/classid)"
WITH_SES = "mathkind ~ ses + (1 | schoolid/classid)"


def test_each_component_of_each_model(fitted):
    fits = [fitted(BARE), fitted(WITH_SES), fitted("mathkind ~ ses + (1 | schoolid)")]
    paths = variance_paths(fits)
    table = paths.table
    assert list(table["level"].unique()) == ["schoolid", "classid:schoolid", "Residual"]
    assert list(table["model"]) == sorted([0, 1, 2] * 3)
    first, second, third = (table[table["model"] == i].set_index("level") for i in range(3))
    own = fits[1].variances.set_index("level")["variance"]
    assert second["variance"].to_dict() == pytest.approx(own.to_dict())
    assert first["share"].isna().all()
    school = first.loc["schoolid", "variance"], second.loc["schoolid", "variance"]
    assert second.loc["schoolid", "share"] == pytest.approx(1.0 - school[1] / school[0])
    assert second.loc["schoolid", "change"] == pytest.approx(school[1] - school[0])
    assert np.isnan(third.loc["classid:schoolid", "variance"])


def test_a_variance_that_grows_is_told(pupils):
    """A predictor inside groups takes residual variance only: the groups' own then grows."""
    inside = pupils["x"] - pupils.groupby(["d", "s", "c"])["x"].transform("mean")
    frame = pupils.assign(z=inside)
    fits = [fit_mixed(Model(f"y ~ {x} + (1 | c:s:d)"), frame) for x in ("1", "z")]
    (note,) = variance_paths(fits).notes
    assert note.code == "variance-grown"
    assert note.numbers["level"] == "c:s:d"
    assert note.numbers["share"] < 0.0
    assert "model 2" in note.message
    back = variance_paths(fits[::-1])
    assert [note.numbers["level"] for note in back.notes] == ["Residual"]


def test_slopes_have_their_own_path(fitted):
    small = fitted("Reaction ~ Days + (1 | Subject)", "sleepstudy")
    big = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    table = variance_paths([small, big]).table
    assert list(table["term"][:3]) == ["(Intercept)", "Days", ""]
    assert np.isnan(table["variance"][1])
    assert table["variance"][4] == pytest.approx(35.07, abs=0.01)
    assert np.isnan(table["share"][4])


def test_other_rows_are_refused(fitted, classroom):
    other = fit_mixed(Model(BARE), classroom.head(900))
    with pytest.raises(DifferentRowsError):
        variance_paths([fitted(BARE), other])
