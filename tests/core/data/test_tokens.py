"""Characters of a formula become tokens, and brackets are matched."""

from __future__ import annotations

import pytest

from mlm_core.data.expressions import MAX_DEPTH
from mlm_core.data.tokens import MAX_LENGTH, Token, brackets_with_bar, refusal, split
from mlm_core.errors import FormulaError


def kinds(formula: str) -> list[tuple[str, str]]:
    return [(kind, text) for kind, text, _ in split(formula)[:-1]]


def test_names_numbers_and_signs() -> None:
    assert split("y~ `a b`") == (
        Token("name", "y", 0),
        Token("~", "~", 1),
        Token("quoted", "a b", 3),
        Token("end", "", 8),
    )
    assert kinds("x||g") == [("name", "x"), ("||", "||"), ("name", "g")]
    assert kinds("| |") == [("|", "|"), ("|", "|")]


@pytest.mark.parametrize("number", ["0", "1", "2.", ".5", "1e3", "1.5E-7"])
def test_numbers(number: str) -> None:
    assert kinds(number) == [("number", number)]


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r\n", "\u00a0", "\u3000"])
def test_blanks_separate(blank: str) -> None:
    assert kinds(f"a{blank}b") == [("name", "a"), ("name", "b")]


def test_escapes_in_backticks() -> None:
    assert kinds(r"`\\ \` \n \t \r \u{200F} \u{1f600}`") == [
        ("quoted", "\\ ` \n \t \r \u200f \U0001f600")
    ]


@pytest.mark.parametrize(
    ("formula", "position", "part"),
    [
        ("y = x", 2, "separated by '~'"),
        ("y ~ 'x'", 4, "quotation marks"),
        ('y ~ "x"', 4, "quotation marks"),
        ("y ~ x[1]", 5, "backticks"),
        ("y ~ 2nd", 4, "starts with a digit"),
        ("y ~ 1_000", 4, "starts with a digit"),
        ("y ~ x\x00", 5, "U+0000"),
        ("y ~ \u202ex", 4, "U+202E"),
        ("y ~ `a\nb`", 6, "U+000A"),
        ("y ~ `a", 4, "never closed"),
        ("y ~ ``", 4, "empty"),
        ("y ~ `a\\x`", 6, "written twice"),
        ("y ~ `\\u{110000}`", 5, "written twice"),
        ("y ~ `a\\", 6, "written twice"),
        ("y ~ x\ud800", 5, "U+D800"),
    ],
)
def test_refused_characters(formula: str, position: int, part: str) -> None:
    with pytest.raises(FormulaError) as refused:
        split(formula)
    assert refused.value.position == position
    assert refused.value.formula == formula
    assert part in str(refused.value)


def test_length_is_bounded() -> None:
    assert len(split("y" * MAX_LENGTH)) == 2
    with pytest.raises(FormulaError, match="10,001 characters") as refused:
        split("y" * (MAX_LENGTH + 1))
    assert refused.value.position == MAX_LENGTH


def test_brackets_that_hold_a_bar() -> None:
    formula = "(a) + (1 | (g)) + ((x || h))"
    assert brackets_with_bar(formula, split(formula)) == {6, 19}


@pytest.mark.parametrize(
    ("formula", "position"),
    [("(a", 0), ("(a) + (b", 6), ("a)", 1), ("a | g", 2), ("(" * (MAX_DEPTH + 1), MAX_DEPTH)],
)
def test_brackets_that_do_not_match(formula: str, position: int) -> None:
    with pytest.raises(FormulaError) as refused:
        brackets_with_bar(formula, split(formula))
    assert refused.value.position == position


def test_error_points_at_the_character_in_a_long_formula() -> None:
    formula = "y ~ " + "x + " * 500 + "\x07" + " + x" * 500
    error = refusal(formula, formula.index("\x07"), "why.")
    _, shown, pointer = str(error).split("\n")
    assert len(shown) < 140
    assert shown[pointer.index("^")] == "\N{REPLACEMENT CHARACTER}"
    assert shown.strip().startswith("…")
    assert shown.endswith("…")


def test_error_shows_lines_as_one() -> None:
    error = refusal("y ~\nx = 1", 6, "why.")
    _, shown, pointer = str(error).split("\n")
    assert shown[pointer.index("^")] == "="
