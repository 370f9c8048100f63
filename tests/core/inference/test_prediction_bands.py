"""Predictions along a predictor."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.prediction_bands import band_predictors, prediction_bands
from mlm_core.inference.prediction_intervals import prediction_intervals


def test_known_and_new(fitted, sleepstudy):
    fit = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    bands = prediction_bands(fit, sleepstudy, "Days", level="Subject", group="335")
    assert list(bands.new["x"].iloc[[0, -1]]) == [0.0, 9.0]
    lines = fit.group_coefficients("Subject").set_index(["group", "term"])["estimate"]
    own = lines["335", "(Intercept)"] + lines["335", "Days"] * bands.known["x"]
    assert_allclose(bands.known["estimate"], own)
    assert_allclose(bands.new["estimate"], fit.beta[0] + fit.beta[1] * bands.new["x"])
    rows = sleepstudy[sleepstudy["Subject"] == 335].iloc[[0, 9]]
    expected = prediction_intervals(fit, rows)
    assert_allclose(bands.known["upper"].iloc[[0, -1]], expected["upper"])
    assert (bands.new["upper"] - bands.new["lower"] > bands.known["upper"]
            - bands.known["lower"]).all()  # fmt: skip
    assert (bands.level, bands.outcome, bands.held) == ("Subject", "Reaction", {})


def test_the_other_predictors_are_held(pupils):
    fit = fit_mixed(Model("y ~ x + w + k + (1 | d/s)"), pupils)
    bands = prediction_bands(fit, pupils, "x", level="d")
    assert bands.held == {"w": pytest.approx(pupils["w"].mean()), "k": pupils["k"].mode()[0]}
    assert bands.known is None
    inner = prediction_bands(fit, pupils, "x", level="d", group="1")
    # A new school of a known district: wider than one school's own line would be.
    assert (inner.known["mean_upper"] > inner.known["estimate"]).all()
    assert band_predictors(fit) == ("x", "w")


def test_functions_of_groups_can_be_drawn(pupils):
    fit = fit_mixed(Model("y ~ x + group_mean(x, s) + (1 | s:d)"), pupils)
    bands = prediction_bands(fit, pupils, "x", level="s:d", group="1 / 2")
    assert np.isfinite(bands.known.to_numpy()).all()


def test_what_is_refused(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils)
    with pytest.raises(UnknownColumnError, match="'w'"):
        prediction_bands(fit, pupils, "w", level="s:d")
    with pytest.raises(UnknownColumnError, match="'nobody'"):
        prediction_bands(fit, pupils, "x", level="s:d", group="nobody")
