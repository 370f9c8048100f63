from __future__ import annotations

import pytest

from mlm_core.data.naming import is_label, is_outcome, unit_rank


@pytest.mark.parametrize(
    "name",
    [
        *("id", "ID", "schoolid", "school_id", "School ID", "schoolID", "SchoolId", "school no"),
        *("class", "g", "Subject", "subj", "patient.nr", "Klasse", "anything_id", "Schüler"),
        *("hospital code", "group_1"),
    ],
)
def test_labels(name: str) -> None:
    assert is_label(name)


@pytest.mark.parametrize(
    "name",
    [
        *("y", "ses", "humid", "paid", "acid", "class size", "group mean", "school type", ""),
        *("123", "<script>", "minority", "Days", "year", "mathkind"),
    ],
)
def test_no_labels(name: str) -> None:
    assert not is_label(name)


def test_units_are_ranked_from_wide_to_narrow() -> None:
    names = ["country", "district", "schoolid", "teacher", "class", "family", "childid"]
    ranks = [unit_rank(name) for name in names]
    assert None not in ranks
    assert ranks == sorted(ranks, key=lambda rank: rank or 0)
    assert len(set(ranks)) == len(ranks)
    assert unit_rank("id") is None
    assert unit_rank("ses") is None


def test_outcomes() -> None:
    assert is_outcome("y")
    assert is_outcome("math score")
    assert is_outcome("Reaction")
    assert not is_outcome("score group")
    assert not is_outcome("ses")
