"""Complete rows are counted and added, and the others told of."""

from __future__ import annotations

import pytest

from mlm_core.data.completeness import Completeness


def test_nothing_is_said_where_every_row_is_complete():
    assert Completeness(5, 5, {"y": 0}).notes() == ()


def test_what_is_lost_is_said_by_column():
    (note,) = Completeness(1200, 1000, {"y": 0, "x": 150, "s": 60}).notes()
    assert note.message.startswith("200 of 1,200 rows are left out because a value is missing")
    assert "(x 150, s 60)" in note.message
    assert dict(note.numbers) == {"n_all": 1200, "n_used": 1000, "missing": {"x": 150, "s": 60}}


def test_parts_add_up():
    whole = Completeness(10, 9, {"y": 1}) + Completeness(4, 2, {"y": 1, "x": 2})
    assert (whole.n_all, whole.n_complete, dict(whole.missing)) == (14, 11, {"y": 2, "x": 2})


def test_counts_cannot_be_changed():
    with pytest.raises(TypeError):
        Completeness(1, 1, {"y": 0}).missing["y"] = 1
