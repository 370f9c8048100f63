from __future__ import annotations

import pandas as pd
import pytest

from mlm_core.data.bundled import load
from mlm_core.data.group_notes import group_notes, reused_labels, suggested_order
from mlm_core.data.nests import nest


def notes_of(frame: pd.DataFrame, *levels: str) -> dict[str, str]:
    return {note.code: note.severity for note in group_notes(nest(frame, levels))}


def messages_of(frame: pd.DataFrame, *levels: str) -> str:
    return "\n".join(note.message for note in group_notes(nest(frame, levels)))


def test_nothing_is_doubtful_about_the_classroom() -> None:
    assert notes_of(load("classroom"), "schoolid", "classid") == {}


def test_labels_used_again_are_explained() -> None:
    frame = pd.DataFrame(
        {"school": [7, 7, 7, 12, 12, 12, 9, 9], "my class": [3, 3, 4, 3, 3, 5, 6, 6]}
    )
    (found,) = reused_labels(nest(frame, ["school", "my class"]))
    assert (found.level, found.outer, found.label) == ("my class", "school", "3")
    assert found.parents == ("7", "12")
    assert (found.n_labels, found.n_all) == (1, 4)
    (note,) = group_notes(nest(frame, ["school", "my class"]))
    assert (note.code, note.severity) == ("reused-labels", "note")
    assert "my class 3 occurs in school 7 and 12" in note.message
    assert "(1 | school/`my class`)" in note.message


def test_parents_are_named_in_full() -> None:
    frame = pd.DataFrame(
        {"a": [1, 1, 2, 2] * 2, "b": [1, 2, 1, 2] * 2, "c": [1, 1, 1, 1, 2, 2, 2, 2]}
    )
    found = reused_labels(nest(frame, ["a", "b", "c"]))
    assert [entry.parents for entry in found] == [("1", "2"), ("1 / 1", "1 / 2", "2 / 1")]


def test_a_wrong_order_is_noticed() -> None:
    nests = nest(load("classroom"), ["classid", "schoolid"])
    assert suggested_order(nests) == ("schoolid", "classid")
    (note,) = group_notes(nests)
    assert (note.code, note.severity) == ("wrong-order", "caution")
    assert note.numbers["suggested"] == ("schoolid", "classid")
    assert reused_labels(nests) == ()


def test_a_wrong_order_further_apart_is_noticed() -> None:
    frame = pd.DataFrame(
        {"c": [1, 2, 3, 4] * 2, "x": [1, 1, 1, 1, 2, 2, 2, 2], "s": [1, 1, 2, 2] * 2}
    )
    assert suggested_order(nest(frame, ["c", "x", "s"])) is not None
    assert suggested_order(nest(load("classroom"), ["schoolid", "classid"])) is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"g": [1, 1, 1]}, {"one-group": "stop"}),
        ({"g": [1]}, {"one-group": "stop"}),
        ({"g": [1, 2, 3]}, {"unique-per-row": "stop"}),
        ({"g": [1, 2]}, {"unique-per-row": "stop"}),
        ({"g": [1, 1, 2, 3]}, {"many-single-groups": "caution"}),
        ({"g": [1, 1, 2, 2, 3, 4]}, {}),
        ({"g": [1, 1, 2, 2, None]}, {"missing-ids": "caution"}),
        ({"g": ["a", "a", "b", "b"], "h": [1, 1, 2, 2]}, {"same-groups": "stop"}),
        (
            {"g": ["a", "a", "b", "b"], "h": [1, 1, 1, 1]},
            {"same-groups": "stop", "reused-labels": "note"},
        ),
        ({"g": [1, 1, 2, 2], "h": [1, 2, 3, 4]}, {"unique-per-row": "stop"}),
    ],
)
def test_levels_that_cannot_carry_a_variance(
    columns: dict[str, list[object]], expected: dict[str, str]
) -> None:
    assert notes_of(pd.DataFrame(columns), *columns) == expected


def test_messages_name_column_and_count() -> None:
    assert "'childid' has exactly one row" in messages_of(load("classroom"), "childid")
    assert "1,190" in messages_of(load("classroom"), "childid")
    frame = pd.DataFrame({"g": ["only", "only", None]})
    assert "'g' (only)" in messages_of(frame, "g")
    assert "without a value of 'g': 1" in messages_of(frame, "g")
