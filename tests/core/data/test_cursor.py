"""Walking over tokens; nests of grouping columns."""

from __future__ import annotations

import pytest

from mlm_core.data.cursor import MAX_NESTED, Cursor
from mlm_core.errors import FormulaError


def test_walk() -> None:
    cursor = Cursor("a + b")
    assert cursor.following.kind == "+"
    assert cursor.column("a name") == "a"
    assert cursor.accept("-") is None
    assert cursor.accept("-", "+") is not None
    assert cursor.take().text == "b"
    assert cursor.next.kind == "end"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("a", [("a",)]),
        ("a/b/c", [("a",), ("b",), ("c",)]),
        ("b:a", [("a", "b")]),
        ("c:b:a", [("a", "b", "c")]),
        ("b:a/c", [("a", "b"), ("c",)]),
        ("a/c:b", [("a",), ("b", "c")]),
        ("(a/b)", [("a",), ("b",)]),
        ("((a)/b)/c", [("a",), ("b",), ("c",)]),
        ("(b:a)/`c d`", [("a", "b"), ("c d",)]),
    ],
)
def test_nests(text: str, units: list[tuple[str, ...]]) -> None:
    assert Cursor(text).nest() == units


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("a/", 2), ("a:(b/c)", 1), ("1", 0), (".", 0), ("a/+", 2), ("(a b)", 3)],
)
def test_refused_nests(text: str, position: int) -> None:
    with pytest.raises(FormulaError) as refused:
        Cursor(text).nest()
    assert refused.value.position == position


def test_length_of_a_nest_is_bounded() -> None:
    with pytest.raises(FormulaError, match="combined"):
        Cursor("/".join("a" * (MAX_NESTED + 1))).nest()
