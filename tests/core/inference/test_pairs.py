"""Pairs: different rows of one group, reproducible, limit against brute force and reference."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.pair_experiment import pair_experiment
from mlm_core.inference.pairs import draw_pairs, draw_values, expected_moments, pair_urn

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


SMALL = pd.DataFrame(
    {"y": [1.0, 4, 2, 8, 3, 9, 9, 1, 5], "g": ["a", "a", "a", "b", "b", "c", "c", "c", "c"]}
)


def every_draw(data):
    """Return covariance, both variances (divisor G) of every possible draw."""
    pairs = [list(itertools.permutations(y, 2)) for _, y in data.groupby("g")["y"]]
    draws = np.array(list(itertools.product(*pairs)))
    centred = draws - draws.mean(axis=1, keepdims=True)
    first, second = centred[..., 0], centred[..., 1]
    return (first * second).mean(1), (first**2).mean(1), (second**2).mean(1)


def test_expected_moments_are_those_of_all_possible_draws():
    covariance, one, two = every_draw(SMALL)
    assert len(covariance) == 6 * 2 * 12
    found = expected_moments(pair_urn(SMALL, outcome="y", groups=["g"]).rows)
    assert found.covariance == pytest.approx(covariance.mean())
    assert found.variance == pytest.approx(one.mean())
    assert found.variance == pytest.approx(two.mean())


def test_leading_terms_are_those_of_very_many_groups():
    draw = np.random.default_rng(2)
    level = np.repeat(draw.normal(size=400), 4)
    data = pd.DataFrame({"y": level + draw.exponential(size=1600), "g": np.repeat(range(400), 4)})
    urn = pair_urn(data, outcome="y", groups=["g"])
    pairs = np.array([draw_values(urn, seed=seed) for seed in range(4000)])
    first, second = np.moveaxis(pairs - pairs.mean(axis=2, keepdims=True), 1, 0)
    moments = np.cov([(first * second).mean(1), (first**2).mean(1), (second**2).mean(1)])
    found = expected_moments(urn.rows)
    # 4,000 draws give variances to about 2%, the terms left out are of relative order 1/400
    assert found.cov_both == pytest.approx(moments[0, 1], rel=0.1)
    assert found.var_variance == pytest.approx(moments[1, 1], rel=0.1)
    assert found.cov_variances == pytest.approx(moments[1, 2], rel=0.15)


@pytest.mark.parametrize(
    ("data", "outcome", "group"),
    [("classroom", "mathkind", "schoolid"), ("sleepstudy", "Reaction", "Subject")],
)
def test_limit_is_what_many_draws_average_to(data, outcome, group, request):
    table = request.getfixturevalue(data)
    found = pair_experiment(table, outcome=outcome, groups=[group], draws=4000)
    assert found.mean == pytest.approx(found.limit, abs=4 * found.sd / np.sqrt(4000))


def test_limit_is_that_of_the_handouts_experiment(pupils):
    reference = json.loads((ROOT / "tests/reference/classroom.json").read_text())["pairs"]
    limit = draw_pairs(pupils, outcome="mathkind", groups=["schoolid"]).limit
    error = reference["sd_of_4000"] / np.sqrt(4000)
    assert limit == pytest.approx(reference["mean_of_4000"], abs=2 * error)


def test_limit_does_not_depend_on_the_unit_of_the_outcome(pupils):
    moved = pupils.assign(mathkind=1e8 + 10 * pupils["mathkind"])
    one, two = (draw_pairs(t, outcome="mathkind", groups=["schoolid"]) for t in (pupils, moved))
    assert two.limit == pytest.approx(one.limit, rel=1e-6)


def test_two_groups_have_no_correlation():
    data = pd.DataFrame({"y": [1.0, 2, 3, 4], "g": [1, 1, 2, 2]})
    assert np.isnan(draw_pairs(data, outcome="y", groups=["g"]).correlation)
    assert np.isnan(draw_pairs(data, outcome="y", groups=["g"]).limit)
    assert not pair_urn(data, outcome="y", groups=["g"]).has_pairs


def test_equal_values_have_no_correlation():
    data = pd.DataFrame({"y": [1.0] * 8, "g": [1, 1, 2, 2, 3, 3, 4, 4]})
    found = draw_pairs(data, outcome="y", groups=["g"])
    assert np.isnan(found.correlation)
    assert np.isnan(found.limit)
