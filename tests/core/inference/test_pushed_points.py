"""What lines are drawn from, made by an engine: ranges, samples, means of other terms."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import mlm_core as mlm
from mlm_core.errors import NeedsRowsError
from mlm_core.inference.fitted_lines import fitted_lines
from mlm_core.inference.own_slopes import group_points
from mlm_core.inference.pushed_points import held_means

MODEL = mlm.Model("mathkind ~ ses * sex + mathprep + (1 | schoolid/classid)")
LEVEL = "classid:schoolid"
WITHIN = 1e-9  # sums in another order
ORDER = ["group", "x", "y"]


def _lines(table, **options):
    return fitted_lines(
        table,
        predictor="ses",
        pooled=mlm.fit_pooled(MODEL, table),
        unpooled=mlm.fit_unpooled(MODEL, table, level=LEVEL),
        level=LEVEL,
        **options,
    )


def test_lines_and_points_are_those_of_the_rows(classroom: pd.DataFrame) -> None:
    here, there = _lines(classroom), _lines(duckdb.from_df(classroom))
    assert there.at == pytest.approx(here.at)
    assert there.tilt == pytest.approx(here.tilt)
    for own, found in ((here.families, there.families), (here.by_group, there.by_group)):
        assert list(found) == list(own)
        for name in own:
            one, other = own[name].sort_values("group"), found[name].sort_values("group")
            one, other = one.reset_index(drop=True), other.reset_index(drop=True)
            assert_frame_equal(one, other, check_dtype=False, rtol=WITHIN)
    assert_frame_equal(
        here.points.table.sort_values(ORDER, ignore_index=True),
        there.points.table.sort_values(ORDER, ignore_index=True),
        check_dtype=False,
    )


def test_a_sample_says_of_how_many_rows_it_is(classroom: pd.DataFrame) -> None:
    points = _lines(duckdb.from_df(classroom), most_points=200).points
    assert (len(points.table), points.n_total, points.is_sample) == (200, 1190, True)


def test_rows_of_chosen_groups_are_fetched(classroom: pd.DataFrame) -> None:
    there = duckdb.from_df(classroom)
    pooled = mlm.fit_pooled(MODEL, there)
    asked = {"pooled": pooled, "predictor": "ses", "level": LEVEL}
    chosen = ("1 / 160", "2 / 197")
    found = group_points(there, **asked, groups=chosen)
    here = group_points(classroom, **asked, groups=chosen)
    assert_frame_equal(
        found.table.sort_values(ORDER, ignore_index=True),
        here.table.sort_values(ORDER, ignore_index=True),
        check_dtype=False,
    )
    assert len(group_points(there, **asked, groups=()).table) == 0


def test_a_mean_that_is_not_in_the_sums_is_refused(classroom: pd.DataFrame) -> None:
    moments = mlm.fit_pooled(mlm.Model("mathkind ~ ses + ses:sex"), classroom).moments
    ses = next(name for name in moments.layout.fixed if name.label == "ses")
    with pytest.raises(NeedsRowsError):
        held_means(moments, moments.layout.fixed, ses)
