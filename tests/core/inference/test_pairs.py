"""Pairs: different rows of one group, reproducible, limit against brute force and reference."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.pairs import draw_pairs, pair_correlations

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def pupils():
    return pd.read_csv(ROOT / "data" / "classroom.csv")


def test_a_pair_is_two_different_rows_of_the_group():
    data = pd.DataFrame({"y": [1.0, 2, 3, 4, 5, 6, 7], "g": [1, 1, 2, 2, 3, 3, 4]})
    for seed in range(20):
        draw = draw_pairs(data, outcome="y", groups=["g"], seed=seed)
        assert [set(pair) for pair in draw.pairs[["first", "second"]].to_numpy()] == [
            {1, 2},
            {3, 4},
            {5, 6},
        ]
    assert (draw.n_groups, draw.n_skipped) == (3, 1)


def test_the_same_seed_gives_the_same_pairs(pupils):
    one, same, other = (
        draw_pairs(pupils, outcome="mathkind", groups=["schoolid"], seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one.pairs, same.pairs)
    assert one.correlation != other.correlation
    assert one.correlation == pytest.approx(one.pairs[["first", "second"]].corr().iloc[0, 1])


def test_limit_is_the_ratio_over_all_possible_pairs():
    data = pd.DataFrame(
        {"y": [1.0, 4, 2, 8, 3, 9, 9, 1, 5], "g": ["a", "a", "a", "b", "b", "c", "c", "c", "c"]}
    )
    means = []
    for _, y in data.groupby("g")["y"]:
        pairs = np.array(list(itertools.permutations(y, 2)))
        means.append([(pairs[:, 0] * pairs[:, 1]).mean(), (y**2).mean(), y.mean()])
    product, square, mean = np.mean(means, axis=0)
    draw = draw_pairs(data, outcome="y", groups=["g"])
    assert draw.limit == pytest.approx((product - mean**2) / (square - mean**2))


def test_many_draws_scatter_around_the_limit_as_in_the_reference(pupils):
    reference = json.loads((ROOT / "tests/reference/classroom.json").read_text())["pairs"]
    found = pair_correlations(pupils, outcome="mathkind", groups=["schoolid"], draws=2000, seed=1)
    # two Monte Carlo errors of 2,000 and 4,000 draws with a standard deviation of 0.087
    tolerance = 4 * reference["sd_of_4000"] * np.hypot(2000**-0.5, 4000**-0.5)
    assert found.mean == pytest.approx(reference["mean_of_4000"], abs=tolerance)
    assert found.limit == pytest.approx(reference["mean_of_4000"], abs=tolerance)
    assert found.sd == pytest.approx(reference["sd_of_4000"], rel=0.1)
    first = draw_pairs(pupils, outcome="mathkind", groups=["schoolid"], seed=1)
    assert found.values[0] == first.correlation


def test_limit_does_not_depend_on_the_unit_of_the_outcome(pupils):
    moved = pupils.assign(mathkind=1e8 + 10 * pupils["mathkind"])
    one, two = (draw_pairs(t, outcome="mathkind", groups=["schoolid"]) for t in (pupils, moved))
    assert two.limit == pytest.approx(one.limit, rel=1e-6)


def test_two_groups_have_no_correlation():
    data = pd.DataFrame({"y": [1.0, 2, 3, 4], "g": [1, 1, 2, 2]})
    assert np.isnan(draw_pairs(data, outcome="y", groups=["g"]).correlation)
    assert np.isnan(draw_pairs(data.iloc[:2], outcome="y", groups=["g"]).limit)
