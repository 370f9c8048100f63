"""Marginal means against lmerTest's ``ls_means``, and against means of predictions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import ModelError, UnknownColumnError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.prediction import predict
from mlm_core.inference.marginal_means import holm, marginal_means
from tests.core.lmer_record import reference
from tests.core.tolerances import DF, EXACT, FIXED

RECORDS = reference("fixed_tests")
FACTORS = ["gender", "years", "origin", "sector"]


def split(label):
    """Take a name like ``genderboy:yearsfew`` apart: factors and categories."""
    parts = []
    for piece in label.split(":"):
        (factor,) = (name for name in FACTORS if piece.startswith(name))
        parts.append((factor, piece[len(factor) :]))
    return tuple(factor for factor, _ in parts), tuple(category for _, category in parts)


@pytest.mark.parametrize("name", RECORDS)
def test_means_as_lmertest(name, factor_fits):
    fit, record = factor_fits(name), RECORDS[name]["means"]
    for position, label in enumerate(record["name"]):
        factors, cell = split(label)
        table = marginal_means(fit, factors).table
        row = table[(table[list(factors)] == list(cell)).all(axis=1)].iloc[0]
        for column in ("estimate", "se", "lower", "upper"):
            assert row[column] == pytest.approx(record[column][position], rel=FIXED)
        assert row["df"] == pytest.approx(record["df"][position], rel=DF)


@pytest.mark.parametrize("name", ["F1", "F3", "F4"])
def test_differences_as_lmertest(name, factor_fits):
    fit, record = factor_fits(name), RECORDS[name]["pairs"]
    for position, label in enumerate(record["name"]):
        (factors, first), (_, second) = (split(side) for side in label.split(" - "))
        table = marginal_means(fit, factors).differences.set_index(["first", "second"])
        own = table.loc[(first[0], second[0])]
        assert own["estimate"] == pytest.approx(record["estimate"][position], rel=FIXED, abs=1e-6)
        assert own["se"] == pytest.approx(record["se"][position], rel=FIXED)
        assert own["p"] == pytest.approx(record["p"][position], rel=1e-4)


def test_a_mean_is_a_mean_of_predictions(pupils):
    """Predict for every category at the means of the others, in plain sight."""
    fit = fit_mixed(Model("y ~ k * x + w + (1 | s:d)"), pupils)
    result = marginal_means(fit, ["k"], at={"w": 1.5})
    rows = pupils.head(3).assign(k=["a", "b", "c"], x=pupils["x"].mean(), w=1.5)
    assert_allclose(result.table["estimate"], predict(fit, rows, effects="none"), rtol=EXACT)
    assert result.at == pytest.approx({"x": pupils["x"].mean(), "w": 1.5})
    slow = marginal_means(fit, ["k"], method="Kenward-Roger")
    assert (slow.table["se"] > marginal_means(fit, ["k"]).table["se"]).all()


def test_without_an_intercept_the_means_are_the_same(pupils):
    with_one = marginal_means(fit_mixed(Model("y ~ k + x + (1 | s:d)"), pupils), ["k"]).table
    without = marginal_means(fit_mixed(Model("y ~ 0 + k + x + (1 | s:d)"), pupils), ["k"]).table
    assert_allclose(with_one[["estimate", "se"]], without[["estimate", "se"]], rtol=1e-6)


def test_holm_is_what_it_says():
    assert_allclose(holm(np.array([0.03, 0.01, 0.04])), [0.06, 0.03, 0.06])
    assert_allclose(holm(np.array([0.9, 0.8])), [1.0, 1.0])


def test_what_cannot_be_asked(pupils):
    fit = fit_mixed(Model("y ~ k + k:x + (1 | s:d)"), pupils)
    with pytest.raises(UnknownColumnError, match="'x'"):
        marginal_means(fit, ["x"])
    with pytest.raises(ModelError, match="at least one"):
        marginal_means(fit, [])
    with pytest.raises(ModelError, match="products only"):
        marginal_means(fit, ["k"])
    assert len(marginal_means(fit, ["k"], at={"x": 0.0}).table) == 3
