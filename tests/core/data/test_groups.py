from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.bundled import load
from mlm_core.data.groups import (
    check_nested,
    describe_groups,
    group_labels,
    tree_example,
    variable_levels,
)
from mlm_core.errors import CrossedGroupsError, DuplicateLevelError, UnknownColumnError
from tests.core.pace import times_as_long

MILLION = 1_000_000
# Times the cost of one pass of pandas over the same groups; 8 measured.
MOST_TIMES = 30


@pytest.fixture(scope="module")
def classroom() -> pd.DataFrame:
    return load("classroom")


def test_the_handout_table(classroom: pd.DataFrame) -> None:
    table = describe_groups(classroom, ["schoolid", "classid"]).table
    assert table["level"].tolist() == ["schoolid", "classid"]
    assert table["groups"].tolist() == [107, 312]
    assert table["minimum"].tolist() == [2, 1]
    assert table["mean"].round(6).tolist() == [11.121495, 3.814103]
    assert table["maximum"].tolist() == [31, 10]
    assert table["n_missing"].tolist() == [0, 0]
    assert table["n_single"].tolist() == [0, 42]


def test_classes_per_school(classroom: pd.DataFrame) -> None:
    groups = describe_groups(classroom, ["schoolid", "classid"])
    counts = classroom.groupby("schoolid")["classid"].nunique()
    school, klass = (row for _, row in groups.table.iterrows())
    assert school["children_minimum"] == counts.min()
    assert school["children_mean"] == pytest.approx(312 / 107)
    assert school["children_maximum"] == counts.max()
    assert np.isnan(klass["children_mean"])


def test_sizes(classroom: pd.DataFrame) -> None:
    groups = describe_groups(classroom, ["schoolid", "classid"])
    assert groups.sizes("schoolid").tolist() == classroom.groupby("schoolid").size().tolist()
    expected = classroom.groupby(["schoolid", "classid"]).size()
    assert groups.sizes("classid").tolist() == expected.tolist()
    assert groups.n_rows == 1190
    assert groups.levels == ("schoolid", "classid")


def test_labels_of_rows(classroom: pd.DataFrame) -> None:
    assert group_labels(classroom, ["schoolid", "classid"]).iloc[0] == "1 / 160"


def test_row_order_does_not_matter(classroom: pd.DataFrame) -> None:
    shuffled = classroom.sample(frac=1, random_state=1)
    ours = describe_groups(classroom, ["schoolid", "classid"])
    theirs = describe_groups(shuffled, ["schoolid", "classid"])
    pd.testing.assert_frame_equal(ours.table, theirs.table)
    assert ours.tree == theirs.tree


def test_one_level_and_none(classroom: pd.DataFrame) -> None:
    assert describe_groups(classroom, ["classid"]).table["groups"].tolist() == [312]
    nothing = describe_groups(classroom, [])
    assert nothing.table.empty
    assert "groups" in nothing.table
    assert (nothing.tree, nothing.notes, nothing.reuse) == ((), (), ())


def test_missing_identifiers_are_left_out_and_counted() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2, 2, None], "b": [1, None, 1, 1, 2]})
    groups = describe_groups(frame, ["a", "b"])
    assert groups.table["n_missing"].tolist() == [1, 2]
    assert groups.table["groups"].tolist() == [2, 2]
    assert {"missing-ids", "reused-labels"} <= {note.code for note in groups.notes}


def test_reuse_is_handed_on() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 2, 1, 2]})
    (found,) = describe_groups(frame, ["a", "b"]).reuse
    assert (found.label, found.parents, found.n_labels) == ("1", ("1", "2"), 2)


def test_refusals(classroom: pd.DataFrame) -> None:
    with pytest.raises(UnknownColumnError, match="did you mean 'schoolid'"):
        describe_groups(classroom, ["scholid"])
    with pytest.raises(DuplicateLevelError):
        describe_groups(classroom, ["schoolid", "schoolid"])


def test_the_tree_is_an_excerpt(classroom: pd.DataFrame) -> None:
    tree = tree_example(classroom, ["schoolid", "classid"], most=2)
    assert [node.label for node in tree] == ["1", "2"]
    first = tree[0]
    assert (first.level, first.n_rows, first.n_groups) == ("schoolid", 11, 2)
    assert [(node.label, node.n_rows) for node in first.groups] == [("160", 3), ("217", 8)]
    assert first.groups[0].groups == ()
    assert len(describe_groups(classroom, ["schoolid", "classid"]).tree) == 3
    assert tree_example(classroom, []) == ()


def test_crossed_columns_are_refused_with_an_example() -> None:
    frame = pd.DataFrame({"school": [7, 7, 12, 12], "class": [3, 4, 3, 5]})
    with pytest.raises(CrossedGroupsError) as caught:
        check_nested(frame, "school", "class")
    assert str(caught.value).startswith(
        "class 3 occurs in school 7 and 12: write (1 | school/class) if these are different groups"
    )
    assert (caught.value.group, caught.value.parents) == ("3", ("7", "12"))


def test_nested_columns_pass_either_way(classroom: pd.DataFrame) -> None:
    check_nested(classroom, "schoolid", "classid")
    check_nested(classroom, "classid", "schoolid")


def test_missing_identifiers_cross_nothing() -> None:
    check_nested(pd.DataFrame({"a": [1, None, 2], "b": [1, 1, 2]}), "a", "b")


def test_a_million_rows() -> None:
    noise = np.random.default_rng(1)
    rows = np.arange(MILLION)
    frame = pd.DataFrame(
        {"school": rows // 100, "class": rows // 25 % 4, "y": noise.normal(size=MILLION)}
    )
    nested = ["school", "class"]
    assert describe_groups(frame, nested).table["groups"].tolist() == [10_000, 40_000]
    assert variable_levels(frame, nested)["level"].tolist() == ["each row"]
    described = times_as_long(
        lambda: (describe_groups(frame, nested), variable_levels(frame, nested)),
        lambda: frame.groupby(nested).agg(["size", "min", "max"]),
    )
    assert described < MOST_TIMES
