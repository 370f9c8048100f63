"""Notes carry their numbers read-only."""

from __future__ import annotations

import pytest

from mlm_core.notes import Note


def test_numbers_are_a_copy_that_nobody_can_change() -> None:
    numbers = {"n": 3}
    note = Note("rows-lost", "note", "three rows are lost", numbers)
    numbers["n"] = 4
    assert note.numbers["n"] == 3
    with pytest.raises(TypeError):
        note.numbers["n"] = 5  # type: ignore[index]


def test_a_note_without_numbers_has_none() -> None:
    assert dict(Note("singular", "caution", "a variance is zero").numbers) == {}
