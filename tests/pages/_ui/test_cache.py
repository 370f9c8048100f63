"""The cache: once for a table and all that is asked of it, anew for anything else, bounded."""

from __future__ import annotations

import pandas as pd
import pytest

from mlm_core.errors import MlmError
from pages._ui import cache, opening

CLASSROOM, SCHOOLS = opening.bundled("classroom"), opening.bundled("hsb82")


def test_a_key_names_the_function_and_all_it_is_asked_for() -> None:
    key = cache.key_of(pd.read_csv, "table", b=1, a="x")
    assert key == cache.key_of(pd.read_csv, "table", a="x", b=1)
    others = [
        cache.key_of(pd.read_fwf, "table", a="x", b=1),
        cache.key_of(pd.read_csv, "another", a="x", b=1),
        cache.key_of(pd.read_csv, "table", a="x", b=2),
        cache.key_of(pd.read_csv, "table", a="x"),
        cache.key_of(pd.read_csv, "table", a="x", b="1"),
    ]
    assert repr(key) not in {repr(other) for other in others}


def test_what_needs_only_the_table_is_computed_once_for_each() -> None:
    asked = []

    def rows(table: pd.DataFrame, *, add: int) -> int:
        asked.append(add)
        return len(table) + add

    found = [
        cache.computed(rows, data, add=add)
        for data, add in [(CLASSROOM, 1), (CLASSROOM, 1), (CLASSROOM, 2), (SCHOOLS, 1)]
    ]
    assert found == [1191, 1191, 1192, SCHOOLS.n_rows + 1]
    assert asked == [1, 2, 1]


def test_what_fails_is_computed_again() -> None:
    asked = []

    def fail_at_first() -> str:
        asked.append(True)
        if len(asked) == 1:
            raise MlmError("not yet")
        return "now"

    with pytest.raises(MlmError, match="not yet"):
        cache.once(CLASSROOM, "fails at first", fail_at_first)
    assert cache.once(CLASSROOM, "fails at first", fail_at_first) == "now"


def test_of_what_takes_much_room_the_oldest_goes() -> None:
    cache.remember_large.clear()
    asked = []
    for n in [*range(cache.LARGE + 1), cache.LARGE, 0]:
        cache.remember_large("number", str(n), _call=lambda n=n: asked.append(n))
    assert asked == [*range(cache.LARGE + 1), 0]
