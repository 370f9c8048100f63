"""Simulated statistics as bars, the zeros apart, the observed one among them."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.inference.null_distribution import count_into_bars
from mlm_core.views.figures.null_distribution import null_distribution
from tests.core.views.conftest import HOSTILE


def test_bars_zeros_and_the_observed(keeps_the_rules):
    values = np.concatenate([np.zeros(60), np.linspace(0.1, 8.0, 140)])
    picture = null_distribution(count_into_bars(values, 2.5, 0.27), what=f"(1 | {HOSTILE})")
    keeps_the_rules(picture)
    bars, zeros, observed = picture.figure.data
    assert bars.y.sum() == pytest.approx(0.7)
    assert zeros.name == "exactly zero: 30%"
    assert set(observed.x) == {2.5}
    assert "200 likelihood-ratio statistics" in picture.alt
    assert "p = .270" in picture.alt


def test_without_zeros_there_is_no_mark(keeps_the_rules):
    picture = null_distribution(count_into_bars(np.linspace(0.1, 3, 50), 1.0, 0.5), what="x")
    keeps_the_rules(picture)
    assert len(picture.figure.data) == 2
