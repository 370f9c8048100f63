"""Ordered estimates, and estimates before and after pooling."""

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.group_estimates import ordered_estimates, ordered_modes, shrinkage


def long_table(rows):
    return pd.DataFrame(rows, columns=["group", "n", "term", "estimate"])


def test_shrinkage_pairs_the_estimates_and_spreads_equal_sizes():
    raw = long_table([("a", 3, "x", 5.0), ("b", 3, "x", -5.0), ("c", 9, "x", np.nan)])
    shrunk = long_table([("a", 3, "x", 1.0), ("b", 3, "x", -1.0), ("c", 9, "x", 0.0)])
    found = shrinkage(raw, shrunk, term="x")
    assert found["group"].tolist() == ["b", "a"]
    assert found["shrunk"].tolist() == [-1.0, 1.0]
    assert found["place"].tolist() == pytest.approx([2.8, 3.2])


def test_modes_ascend_with_normal_bounds():
    effects = pd.DataFrame(
        {
            "group": ["a", "b"],
            "n": [1, 2],
            "term": ["(Intercept)"] * 2,
            "mode": [2.0, -1.0],
            "sd": [1.0, 0.5],
        }
    )
    found = ordered_modes(effects, term="(Intercept)").table
    assert found["group"].tolist() == ["b", "a"]
    assert found["upper"].tolist() == pytest.approx([-1 + 0.979982, 2 + 1.959964], abs=1e-5)


def test_estimates_ascend_and_what_is_missing_is_counted():
    wild = [("w", 2, "x", 0.5, -1e4, 1e4)]
    rows = [(f"g{k}", 9, "x", float(k % 7), k % 7 - 1.0, k % 7 + 1.0) for k in range(30)]
    gaps = [("two", 2, "x", 3.0, np.nan, np.nan), ("one", 1, "x", np.nan, np.nan, np.nan)]
    names = ["group", "n", "term", "estimate", "lower", "upper"]
    found = ordered_estimates(pd.DataFrame(rows + wild + gaps, columns=names), term="x")
    assert found.table["estimate"].is_monotonic_increasing
    assert (found.n_missing, found.n_unbounded) == (1, 1)
    assert len(found.table) == 32
    low, high = found.readable
    assert -10 < low < -1
    assert 7 < high < 20
