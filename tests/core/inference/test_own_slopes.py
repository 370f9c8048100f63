"""Counts and quartiles of own slopes, which groups are shown singly, and their rows."""

import numpy as np
import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.errors import UnknownColumnError
from mlm_core.inference.own_slopes import choose_groups, group_points, own_slopes, sample_lines


@pytest.fixture(scope="module")
def fits(classroom):
    model = mlm.Model("mathkind ~ ses + (1 | schoolid)")
    return mlm.fit_pooled(model, classroom), mlm.fit_unpooled(model, classroom)


def regression(table):
    """Return slope and 95% interval of mathkind on ses by the textbook formulas."""
    x = table["ses"] - table["ses"].mean()
    slope = (x * table["mathkind"]).sum() / (x**2).sum()
    rest = table["mathkind"] - table["mathkind"].mean() - slope * x
    df = len(table) - 2
    return slope, np.sqrt((rest**2).sum() / df / (x**2).sum()) if df > 0 else np.nan, df


def test_counts_are_those_of_regressions_one_by_one(classroom, fits):
    from scipy import stats

    found = own_slopes("ses", pooled=fits[0], unpooled=fits[1])
    single = [regression(table) for _, table in classroom.groupby("schoolid")]
    slope, se, df = map(np.array, zip(*single, strict=True))
    assert (found.n_groups, found.n_slopes) == (107, 107)
    assert found.n_negative == (slope < 0).sum() == 35
    assert (found.q1, found.q3) == pytest.approx(np.percentile(slope, [25, 75]))
    half = stats.t.ppf(0.975, df) * se
    assert found.n_intervals == np.isfinite(half).sum()
    assert found.n_missed == (np.abs(slope - 14.35929) > half).sum()
    assert found.pooled == pytest.approx(14.35929, abs=1e-5)
    assert found.varies_inside


def test_a_predictor_of_whole_groups_has_no_own_slopes(classroom):
    model = mlm.Model("mathkind ~ ses + housepov + (1 | schoolid)")
    pooled, unpooled = mlm.fit_pooled(model, classroom), mlm.fit_unpooled(model, classroom)
    found = own_slopes("housepov", pooled=pooled, unpooled=unpooled)
    assert not found.varies_inside
    assert (found.n_slopes, found.n_intervals, found.n_missed) == (0, 0, 0)
    assert np.isnan(found.q1)


@pytest.fixture
def lines():
    slopes = [5.0, -9.0, 1.0, 7.0, -2.0]
    return pd.DataFrame({"group": list("abcde"), "n": [3, 9, 4, 9, 1], "slope": slopes})


@pytest.mark.parametrize(
    ("by", "expected"), [("first", "abcd"), ("largest", "bdca"), ("steepest", "bead")]
)
def test_groups_are_chosen_as_asked(lines, by, expected):
    assert "".join(choose_groups(lines, by=by, most=4)) == expected


def test_fewer_groups_than_asked_for_are_all_shown(lines):
    assert "".join(choose_groups(lines, by="steepest")) == "becad"
    assert choose_groups(lines.head(0), by="steepest") == ()


def test_very_many_lines_are_sampled_in_their_order():
    lines = pd.DataFrame({"group": np.arange(30), "slope": 0.0})
    assert sample_lines(lines, most=30) is lines
    one, two = (sample_lines(lines, most=10, seed=3) for _ in range(2))
    assert one["group"].is_monotonic_increasing
    assert len(one) == 10
    pd.testing.assert_frame_equal(one, two)


def test_rows_of_chosen_groups_are_all_there(classroom, fits):
    asked = {"predictor": "ses", "level": "schoolid", "groups": ["11", "2"]}
    found = group_points(classroom, pooled=fits[0], **asked)
    own = classroom[classroom["schoolid"].isin([11, 2])]
    assert found.table["x"].tolist() == own["ses"].tolist()
    assert found.table["y"].tolist() == own["mathkind"].tolist()
    assert found.table["group"].map(str).tolist() == own["schoolid"].map(str).tolist()
    assert not found.is_sample
    few = group_points(classroom, pooled=fits[0], **asked, most=10)
    assert (len(few.table), few.n_total) == (10, len(own))


def test_groups_of_an_inner_level_are_told_by_their_whole_path(classroom):
    model = mlm.Model("mathkind ~ ses + (1 | schoolid/classid)")
    pooled, unpooled = (
        mlm.fit_pooled(model, classroom),
        mlm.fit_unpooled(model, classroom, level="classid:schoolid"),
    )
    label = unpooled.labels[np.argmax(unpooled.sizes)]
    found = group_points(
        classroom, pooled=pooled, predictor="ses", level="classid:schoolid", groups=[label]
    )
    assert len(found.table) == unpooled.sizes.max() == 10


def test_a_column_that_is_no_predictor_is_refused(classroom, fits):
    with pytest.raises(UnknownColumnError, match="sess"):
        group_points(classroom, pooled=fits[0], predictor="sess", level="schoolid", groups=["1"])
