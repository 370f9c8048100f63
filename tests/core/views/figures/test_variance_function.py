"""Variances along a slope variable: a curve a level, the residual flat."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.variance_function import variance_function
from mlm_core.views.figures.variance_function import variance_curves


def test_curves(sleepstudy, keeps_the_rules):
    fit = fit_mixed(Model("Reaction ~ Days + (Days | Subject)"), sleepstudy)
    found = variance_function(fit, "Days")
    picture = variance_curves(found, outcome="Reaction")
    keeps_the_rules(picture)
    subject, residual = picture.figure.data
    assert subject.name == "between Subject"
    assert np.array_equal(subject.y, found.table["variance"][:41])
    assert residual.y == pytest.approx(fit.sigma**2)
    assert subject.line.dash != residual.line.dash
    assert picture.figure.layout.xaxis.title.text == "Days"


def test_hostile_names(hostile, keeps_the_rules):
    outcome, predictor, level = hostile.data.columns
    model = Model(
        outcome=outcome, predictors=[predictor], levels=[level], slopes={level: [predictor]}
    )
    found = variance_function(fit_mixed(model, hostile.data), predictor)
    keeps_the_rules(variance_curves(found, outcome=outcome))
