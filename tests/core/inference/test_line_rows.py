"""What lines are drawn over: the whole range, and the labels of rows."""

from __future__ import annotations

import pandas as pd

import mlm_core as mlm
from mlm_core.inference.line_rows import ALL_ROWS, group_ranges, range_of_all, see_rows


def test_the_range_of_all_rows_spans_those_of_the_groups() -> None:
    ranges = group_ranges([1.0, 5.0, 2.0, 9.0], ["a", "a", "b", "b"])
    assert range_of_all(ranges).to_dict("records") == [
        {"group": ALL_ROWS, "n": 4, "lower": 1.0, "upper": 9.0}
    ]


def test_rows_are_seen_with_their_groups(classroom: pd.DataFrame) -> None:
    pooled = mlm.fit_pooled(mlm.Model("mathkind ~ ses + sex + (1 | schoolid)"), classroom)
    ses = next(name for name in pooled.moments.layout.fixed if name.label == "ses")
    seen = see_rows(classroom, pooled, ses, "schoolid", most=100, seed=1)
    assert len(seen.ranges) == 107
    assert (len(seen.points.table), seen.points.n_total) == (100, 1190)
    assert seen.at == {"sex": classroom["sex"].mean()}
    assert seen.tilt == {}
