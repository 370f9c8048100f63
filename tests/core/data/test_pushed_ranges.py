"""Least, largest and mean value of columns, from one pass."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from mlm_core.data.pushed_ranges import Range, range_expressions, range_of
from mlm_core.data.tables import opened


def test_one_pass_tells_the_ranges_of_all_columns():
    source = opened(pl.DataFrame({"a": [1, 2, 6], "b": [0.5, None, -0.5]}).lazy())
    wanted = range_expressions({name: nw.col(name) for name in "ab"})
    found = source.numbers(wanted, source.frame)
    assert range_of(found, "a") == (1.0, 6.0, 3.0)
    assert range_of(found, "b") == (-0.5, 0.5, 0.0)


@pytest.mark.parametrize(
    ("found", "centre"),
    [(Range(0.1, 0.1, 0.10000000000000002), 0.1), (Range(0.0, 1.0, 0.25), 0.25)],
)
def test_the_centre_of_a_constant_is_its_value(found, centre):
    assert found.centre == centre
