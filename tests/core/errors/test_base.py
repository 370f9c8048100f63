"""How error texts name things."""

from __future__ import annotations

import pytest

from mlm_core.errors import MlmError, closest, listed


@pytest.mark.parametrize("name", ["mathkin", "MATHKIND", "matkind"])
def test_the_closest_name_is_offered(name: str) -> None:
    assert closest(name, ["ses", "mathkind"]) == " (did you mean 'mathkind'?)"


def test_nothing_is_offered_where_nothing_is_close() -> None:
    assert closest("xyz", ["ses", "mathkind"]) == ""


def test_long_lists_are_cut() -> None:
    names = [f"c{i}" for i in range(30)]
    assert listed(names, limit=2) == "'c0', 'c1' and 28 more"
    assert listed(names[:2]) == "'c0', 'c1'"


def test_all_errors_share_one_root() -> None:
    import mlm_core.errors as errors

    raised = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]
    assert len(raised) > 20
    assert all(issubclass(error, MlmError) for error in raised)
