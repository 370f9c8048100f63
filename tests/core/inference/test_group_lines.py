"""Line ends, samples of points, shrinkage and intervals of modes."""

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.group_lines import (
    group_ranges,
    line_ends,
    mode_intervals,
    sample_points,
    shrinkage,
)


def long_table(rows):
    return pd.DataFrame(rows, columns=["group", "n", "term", "estimate"])


def test_few_points_are_all_kept_and_many_are_sampled_reproducibly():
    few = sample_points([1, 2, np.nan], [1, 2, 3], ["a", "b", "c"])
    assert not few.is_sample
    assert few.table["group"].tolist() == ["a", "b"]
    x = np.arange(6001.0)
    many, same = (sample_points(x, x, x, seed=5) for _ in range(2))
    assert many.is_sample
    assert len(many.table) == 5000
    assert many.n_total == 6001
    pd.testing.assert_frame_equal(many.table, same.table)


def test_ranges_are_those_of_each_group():
    ranges = group_ranges([1, 5, 2, np.nan], [7, 7, 8, 8])
    assert ranges.to_numpy().tolist() == [["7", 2, 1.0, 5.0], ["8", 1, 2.0, 2.0]]


def test_a_line_runs_over_its_groups_range_at_held_values():
    coefficients = long_table(
        [("a", 2, "(Intercept)", 1.0), ("a", 2, "x", 2.0), ("a", 2, "z", 10.0)]
    )
    ranges = group_ranges([0, 3], ["a", "a"])
    ends = line_ends(coefficients, ranges, predictor="x", at={"z": 0.5}).iloc[0]
    assert ends[["intercept", "slope"]].tolist() == [6.0, 2.0]
    assert ends[["x_from", "y_from", "x_to", "y_to"]].tolist() == [0.0, 6.0, 3.0, 12.0]
    plain = line_ends(coefficients, ranges, predictor="x").iloc[0]
    assert plain["intercept"] == 1.0


def test_groups_without_a_coefficient_are_left_out():
    coefficients = long_table(
        [
            ("a", 2, "(Intercept)", 1.0),
            ("a", 2, "x", np.nan),
            ("b", 2, "(Intercept)", np.nan),
            ("b", 2, "x", 1.0),
            ("c", 2, "(Intercept)", 1.0),
            ("c", 2, "x", 1.0),
            ("c", 2, "unused", np.nan),
        ]
    )
    ranges = group_ranges([0, 1, 0, 1, 0, 1], list("aabbcc"))
    assert line_ends(coefficients, ranges, predictor="x")["group"].tolist() == ["c"]


def test_shrinkage_pairs_the_estimates_and_spreads_equal_sizes():
    raw = long_table([("a", 3, "x", 5.0), ("b", 3, "x", -5.0), ("c", 9, "x", np.nan)])
    shrunk = long_table([("a", 3, "x", 1.0), ("b", 3, "x", -1.0), ("c", 9, "x", 0.0)])
    found = shrinkage(raw, shrunk, term="x")
    assert found["group"].tolist() == ["b", "a"]
    assert found["shrunk"].tolist() == [-1.0, 1.0]
    assert found["place"].tolist() == pytest.approx([2.8, 3.2])


def test_mode_intervals_ascend_with_normal_bounds():
    effects = pd.DataFrame(
        {
            "group": ["a", "b"],
            "n": [1, 2],
            "term": ["(Intercept)"] * 2,
            "mode": [2.0, -1.0],
            "sd": [1.0, 0.5],
        }
    )
    found = mode_intervals(effects, term="(Intercept)")
    assert found["group"].tolist() == ["b", "a"]
    assert found["upper"].tolist() == pytest.approx([-1 + 0.979982, 2 + 1.959964], abs=1e-5)
