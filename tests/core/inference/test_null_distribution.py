"""Simulated statistics counted into bars."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.inference.null_distribution import SimulatedNull, count_into_bars


def test_bars_and_zeros_add_to_one():
    values = np.concatenate([np.zeros(60), np.linspace(0.1, 8.0, 140)])
    found = count_into_bars(values, 2.5, 0.3)
    assert found.share_at_zero == pytest.approx(0.3)
    assert found.shares.sum() + found.share_at_zero == pytest.approx(1.0)
    assert (found.edges[0], found.edges[-1], found.n) == (0.0, 8.0, 200)
    assert (found.statistic, found.p) == (2.5, 0.3)


def test_nothing_above_zero_is_still_a_picture():
    found = count_into_bars(np.zeros(50), 3.0, 0.02)
    assert found.share_at_zero == 1.0
    assert found.shares.sum() == 0.0


def test_counts_and_errors():
    values = np.array([0.0] * 60 + [1.0] * 30 + [4.0] * 10)
    test = SimulatedNull(4.0, values, seed=1, n_asked=100)
    assert (test.n, test.n_beyond, test.p) == (100, 10, 11 / 101)
    assert test.share_at_zero == 0.6
    assert test.p_error == pytest.approx(np.sqrt(test.p * (1 - test.p) / 100))
