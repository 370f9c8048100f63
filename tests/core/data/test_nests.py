from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlm_core.data.nests import (
    first_split,
    group_labels,
    is_constant_within,
    nest,
    nests_of,
    number_labels,
)
from mlm_core.errors import AllMissingError, DuplicateLevelError, UnknownColumnError

REUSED = pd.DataFrame({"school": [12, 7, 7, 12, None], "class": [3, 3, 4, 3, 3]})


def test_groups_inside_groups() -> None:
    school, klass = nest(REUSED, ["school", "class"])
    assert school.codes.tolist() == [1, 0, 0, 1, -1]
    assert klass.codes.tolist() == [2, 0, 1, 2, -1]
    assert klass.sizes.tolist() == [1, 1, 2]
    assert klass.parent.tolist() == [0, 0, 1]
    assert klass.own.texts[klass.label].tolist() == ["3", "4", "3"]
    assert (school.n_groups, klass.n_groups) == (2, 3)


def test_results_are_read_only() -> None:
    (level,) = nest(REUSED, ["school"])
    with pytest.raises(ValueError, match="read-only"):
        level.sizes[0] = 5


def test_labels_of_rows() -> None:
    labels = group_labels(REUSED, ["school", "class"])
    assert labels.tolist() == ["12 / 3", "7 / 3", "7 / 4", "12 / 3", None]
    assert labels.name == "group"
    shifted = REUSED.set_index(pd.Index([5, 4, 3, 2, 1]))
    assert group_labels(shifted, ["school"]).index.tolist() == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([2, 10, 1], ["1", "2", "10"]),
        ([2.0, None, 1.0], ["1", "2"]),
        ([2.5, 1.0], ["1.0", "2.5"]),
        (["b", "a", "b"], ["a", "b"]),
        ([1, "a"], ["1", "a"]),
        ([True, False], ["False", "True"]),
        ([[1], [1], [2]], ["[1]", "[2]"]),
        (pd.Categorical(["u", "v"], categories=["v", "u"]), ["u", "v"]),
    ],
)
def test_labels_are_sorted_and_written_plainly(values: list[object], texts: list[str]) -> None:
    assert number_labels(pd.Series(values)).texts.tolist() == texts


def test_a_missing_label_has_no_number() -> None:
    assert number_labels(pd.Series(["b", None, "a"])).codes.tolist() == [1, -1, 0]


def test_refusals() -> None:
    with pytest.raises(UnknownColumnError, match="did you mean 'school'"):
        nest(REUSED, ["shool"])
    with pytest.raises(DuplicateLevelError):
        nest(REUSED, ["school", "school"])
    with pytest.raises(AllMissingError):
        nest(pd.DataFrame({"g": [None, None]}), ["g"])
    assert nest(REUSED, []) == ()


def test_splits() -> None:
    groups, values = np.array([0, 0, 1, -1, 1]), np.array([5, 5, 3, 9, 4])
    assert first_split(groups, values) == 2
    assert not is_constant_within(groups, values)
    assert is_constant_within(groups, np.array([5, 5, 3, 9, -1]))
    assert first_split(np.array([-1, -1]), np.array([0, 1])) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_groups_are_the_distinct_pairs(pairs: list[tuple[int, int]]) -> None:
    frame = pd.DataFrame(pairs, columns=["a", "b"])
    inner = nest(frame, ["a", "b"])[1]
    sizes = frame.groupby(["a", "b"]).size()
    assert inner.sizes.tolist() == sizes.tolist()
    expected = frame.groupby(["a", "b"]).ngroup()
    assert inner.codes.tolist() == expected.tolist()


def test_an_engine_counts_combinations_and_no_row_comes_back() -> None:
    rows = pd.concat([REUSED] * 1000, ignore_index=True)
    found = nests_of(pl.from_pandas(rows).lazy(), ["school", "class"])
    expected = nest(rows, ["school", "class"])
    assert len(found[0].codes) == 4  # 7 / 3, 7 / 4, 12 / 3, and the rows without a school
    for own, other in zip(found, expected, strict=True):
        assert own.sizes.tolist() == other.sizes.tolist()
        assert own.parent.tolist() == other.parent.tolist()
        assert own.own.texts.tolist() == other.own.texts.tolist()
        assert (own.n_missing, own.n_own_missing) == (other.n_missing, other.n_own_missing)
    assert (expected[1].n_missing, expected[1].n_own_missing) == (1000, 0)
    with pytest.raises(UnknownColumnError, match="'klass'"):
        nests_of(pl.from_pandas(rows).lazy(), ["klass"])
