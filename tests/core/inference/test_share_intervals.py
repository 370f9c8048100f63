"""Shares with intervals: around the estimate, adding up where they must, with and without."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from mlm_core.errors import ModelError
from mlm_core.inference.share_intervals import share_intervals
from mlm_core.inference.shares import icc, unconditional_icc

NESTED = "mathkind ~ ses + (1 | schoolid/classid)"


@pytest.fixture(scope="module")
def found(fitted):
    return share_intervals(fitted(NESTED), 1000, seed=1)


def test_estimates_are_those_of_icc(found, fitted):
    plain = icc(fitted(NESTED))
    assert_allclose(found.shares["share"], plain.shares["share"])
    assert_allclose(found.correlations["icc"], plain.correlations["icc"])
    assert found.estimate.is_conditional


def test_intervals_hold_them(found):
    for table, value in ((found.shares, "share"), (found.correlations, "icc")):
        assert (table["lower"] <= table[value]).all()
        assert (table[value] <= table["upper"]).all()
        assert (table["lower"] >= 0.0).all()
        assert (table["upper"] <= 1.0).all()
    # The correlation within classes is one less the residual's share, replicate by replicate.
    inner, residual = found.correlations.iloc[-1], found.shares.iloc[-1]
    assert inner["lower"] == pytest.approx(1.0 - residual["upper"])
    # A class variance that may be zero.
    assert found.shares["lower"][1] == 0.0


def test_without_predictors(fitted):
    fit = fitted(NESTED)
    plain = share_intervals(fit, 200, seed=1, conditional=False)
    assert not plain.estimate.is_conditional
    assert_allclose(plain.shares["share"], unconditional_icc(fit).shares["share"])
    assert plain.bootstrap.replicates.beta.shape == (200, 1)


def test_levels_and_stopping(fitted):
    fit = fitted(NESTED)
    wide = share_intervals(fit, 200, seed=1, confidence=0.99)
    narrow = share_intervals(fit, 200, seed=1, confidence=0.5)
    assert (wide.shares["upper"] > narrow.shares["upper"]).all()
    with pytest.raises(ModelError, match="between 0 and 1"):
        share_intervals(fit, 200, seed=1, confidence=50)
    part = share_intervals(fit, 500, seed=1, progress=lambda done, _: done < 100)
    assert [note.code for note in part.notes] == ["stopped"]


def test_slopes_say_where_the_shares_hold(fitted):
    fit = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    found = share_intervals(fit, 100, seed=1)
    assert [note.code for note in found.notes] == ["shares-at-means"]
