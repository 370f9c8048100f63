"""Groups are tuples of keys, numbered so that children of one parent stand together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlm_core.data.grouping import build_hierarchy, check_levels
from mlm_core.errors import (
    CrossedGroupsError,
    DuplicateLevelError,
    OneGroupError,
    SingletonGroupsError,
)


def hierarchy(levels, **columns):
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    n_rows = len(next(iter(arrays.values()))) if arrays else 0
    found = build_hierarchy(arrays, levels, n_rows)
    check_levels(found.levels, n_rows)
    return found


@pytest.fixture
def nested():
    return hierarchy(
        [("a",), ("a", "b")],
        a=["x", "y", "y", "x", "y", "x"],
        b=[2, 1, 1, 1, 2, 2],
    )


def test_levels_stand_outermost_first(nested):
    assert [level.name for level in nested.levels] == ["a", "b:a"]
    assert [level.columns for level in nested.levels] == [("a",), ("a", "b")]
    assert [level.n_groups for level in nested.levels] == [2, 4]
    assert nested.n_innermost == 4


def test_children_of_one_parent_are_contiguous_and_sorted(nested):
    inner = nested.levels[1]
    assert inner.parent.tolist() == [0, 0, 1, 1]
    assert [list(key) for key in zip(*inner.keys, strict=True)] == [
        ["x", 1],
        ["x", 2],
        ["y", 1],
        ["y", 2],
    ]
    assert list(inner.labels()) == ["x / 1", "x / 2", "y / 1", "y / 2"]
    assert nested.codes.tolist() == [1, 2, 2, 0, 3, 1]
    assert nested.levels[0].parent.tolist() == [0, 0]


def test_without_levels_all_rows_are_one_group():
    found = build_hierarchy({}, [], 5)
    assert (found.levels, found.codes.tolist(), found.n_innermost) == ((), [0] * 5, 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=60
    )
)
def test_codes_lead_back_to_the_keys(rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"])
    frame = pd.concat([frame, frame.assign(a=9), frame.assign(a=9)], ignore_index=True)
    levels = [("a",), ("a", "b"), ("a", "b", "c")]
    counts = [frame.groupby(list(keys)).ngroups for keys in levels]
    if len(set(counts)) < 3:
        return  # two levels that are one are refused, and tested below
    found = hierarchy(levels, **{name: frame[name].to_numpy() for name in "abc"})
    codes = found.codes
    for level, keys, count in list(zip(found.levels, levels, counts, strict=True))[::-1]:
        assert level.n_groups == count
        for column, values in zip(keys, level.keys, strict=True):
            assert np.array_equal(values[codes], frame[column])
        assert (np.diff(level.parent) >= 0).all()
        codes = level.parent[codes]


KEYS = {
    "int64": np.array([-5, 900, 0, -5, 900, 0]),
    "wide int64": np.array([-(2**62), 2**62, 0, -(2**62), 2**62, 0]),
    "int8 across its range": np.array([-100, 99, 0, -100, 99, 0], dtype="int8"),
    "uint64": np.array([2**63 + 1, 2**63, 7, 2**63 + 1, 2**63, 7], dtype="uint64"),
    "narrow uint64": np.array([2**63 + 1, 2**63, 2**63 + 7] * 2, dtype="uint64"),
    "float": np.array([0.5, -1.5, 3.0, 0.5, -1.5, 3.0]),
    "bool and more": np.array([True, "no", 3, True, "no", 3], dtype=object),
    "text": np.array(["b", "ä", "a", "b", "ä", "a"], dtype=object),
    "dates": np.array(["2020-02-01", "1999-01-01", "2020-01-01"] * 2, dtype="datetime64[D]"),
}


@pytest.mark.parametrize("kind", KEYS)
def test_keys_of_any_type(kind):
    found = hierarchy([("g",)], g=KEYS[kind])
    (level,) = found.levels
    assert level.n_groups == 3
    assert [level.keys[0][code] for code in found.codes] == list(KEYS[kind])


def test_small_integers_do_not_run_over():
    keys = np.repeat(np.arange(-100, 100, dtype="int8"), 2)
    found = hierarchy([("g",)], g=keys)
    assert found.levels[0].n_groups == 200
    assert np.array_equal(found.levels[0].keys[0][found.codes], keys)


def test_labels_that_collide_when_joined_stay_apart():
    found = hierarchy([("a",), ("a", "b")], a=["1", "1:1", "1", "1:1", "1"] * 2,
                      b=["1:1", "1", "1", "2", "1:1"] * 2)  # fmt: skip
    assert found.levels[1].n_groups == 4


def test_unique_labels_need_no_parent():
    unique = hierarchy([("a",), ("b",)], a=[1, 1, 2, 2, 2, 1], b=[11, 12, 21, 22, 21, 11])
    reused = hierarchy([("a",), ("a", "b")], a=[1, 1, 2, 2, 2, 1], b=[1, 2, 1, 2, 1, 1])
    assert unique.codes.tolist() == reused.codes.tolist()
    assert unique.levels[1].parent.tolist() == reused.levels[1].parent.tolist()


def test_the_order_in_which_levels_are_given_does_not_matter():
    columns = {"a": [1, 1, 2, 2, 2, 1], "b": [11, 12, 21, 22, 21, 11]}
    one, two = (hierarchy(levels, **columns) for levels in ([("a",), ("b",)], [("b",), ("a",)]))
    assert [level.name for level in one.levels] == [level.name for level in two.levels]


# Three classes a school, labelled 1 to 3 in each of four schools.
SCHOOL = np.repeat([7, 8, 9, 12], 6)
CLASS = np.tile(np.repeat([1, 2, 3], 2), 4)


@pytest.mark.parametrize("n_schools", [2, 3, 4])
def test_reused_labels_are_refused_with_the_way_to_write_them(n_schools):
    rows = slice(0, 6 * n_schools)
    with pytest.raises(CrossedGroupsError) as caught:
        hierarchy([("school",), ("class",)], **{"school": SCHOOL[rows], "class": CLASS[rows]})
    error = caught.value
    assert (error.inner, error.outer, error.group, error.parents) == (
        "class", "school", "1", ("7", "8")
    )  # fmt: skip
    words = "class 1 occurs in school 7 and 8: write (1 | school/class) if these are different"
    assert words in str(error)


@pytest.mark.parametrize("written", [["school", "class"], ["class", "school"]])
def test_a_slip_in_nested_groups_is_named_whichever_way_it_is_written(written):
    unique = 10 * SCHOOL + CLASS
    unique[-1] = 71  # one pupil of school 12 is entered in class 71 of school 7
    with pytest.raises(CrossedGroupsError, match="class 71 occurs in school 7 and 12"):
        hierarchy([(name,) for name in written], **{"school": SCHOOL, "class": unique})


def test_crossing_below_two_key_columns_names_both():
    with pytest.raises(CrossedGroupsError, match="c 5 occurs in a:b 1 / 1 and 1 / 2"):
        hierarchy([("a", "b"), ("c",)], a=[1, 1, 2, 2, 1, 1], b=[1, 2, 1, 1, 1, 2],
                  c=[5, 5, 6, 7, 8, 5])  # fmt: skip


def test_levels_that_are_the_same_groups_are_refused():
    with pytest.raises(DuplicateLevelError, match="'a' and 'b' divide the rows into the same"):
        hierarchy([("a",), ("b",)], a=[1, 1, 2, 2], b=["x", "x", "y", "y"])


def test_one_group_and_groups_of_one_row_are_refused():
    with pytest.raises(OneGroupError, match=r"one group of 'a' \(1\)"):
        hierarchy([("a",)], a=[1, 1, 1])
    with pytest.raises(SingletonGroupsError, match="3 groups of 'b:a' has exactly one row"):
        hierarchy([("a",), ("a", "b")], a=[1, 1, 2], b=[1, 2, 1])


def test_a_large_table_is_coded_exactly():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 500, 100_000), rng.integers(0, 50, 100_000)
    found = hierarchy([("a",), ("a", "b")], a=a, b=b)
    inner = found.levels[1]
    assert np.array_equal(inner.keys[0][found.codes], a)
    assert np.array_equal(inner.keys[1][found.codes], b)


@pytest.mark.parametrize("order", [1, -1])
def test_chains_of_levels_skip_no_check(order):
    rng = np.random.default_rng(7)
    a, b = rng.integers(0, 5, 400), rng.integers(0, 4, 400)
    c = order * (20 * a + 5 * b + rng.integers(0, 5, 400))  # unique labels, ascending or not
    chain = hierarchy([("a",), ("a", "b"), ("a", "b", "c")], a=a, b=b, c=c)
    alone = hierarchy([("a",), ("a", "b"), ("c",)], a=a, b=b, c=c)
    assert [level.n_groups for level in chain.levels] == [5, 20, len(np.unique(c))]
    assert np.array_equal(chain.levels[2].parent, alone.levels[2].parent)
    assert np.array_equal(chain.levels[2].keys[2][chain.codes], c)
    assert np.array_equal(alone.levels[2].keys[0][alone.codes], c)
