"""Names, terms and random terms as text, and records that cannot be made."""

from __future__ import annotations

import pytest

from mlm_core.data.expressions import (
    MAX_DEPTH,
    RandomTerm,
    Term,
    Transform,
    Variable,
    combined,
    is_plain,
    measured,
    quoted,
    variables,
)
from mlm_core.errors import ModelError

X, Y = Variable("x"), Variable("y")


@pytest.mark.parametrize(
    "name",
    ["ses", "ses.2", "_x", ".x", "..", "größe", "Höhe_2", "年齢", "x²", "उम्र", "e\u0301t", "log"],
)
def test_plain_names_stand_bare(name: str) -> None:
    assert is_plain(name)
    assert quoted(name) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "``"),
        (".", "`.`"),
        (".5", "`.5`"),
        ("2nd", "`2nd`"),
        ("²", "`²`"),
        ("\u0301x", "`\u0301x`"),
        ("a b", "`a b`"),
        ("a`b", r"`a\`b`"),
        ("a\\", r"`a\\`"),
        ("a'\"b", "`a'\"b`"),
        ("a\nb\tc\rd", r"`a\nb\tc\rd`"),
        ("a\x00b", r"`a\u{0}b`"),
        ("a\u200fb", r"`a\u{200f}b`"),
        ("a\u00a0b", r"`a\u{a0}b`"),
        ("\ud800", r"`\u{d800}`"),
        ("<script>", "`<script>`"),
    ],
)
def test_other_names_stand_in_backticks(name: str, text: str) -> None:
    assert not is_plain(name)
    assert quoted(name) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Transform("center", X), "center(x)"),
        (Transform("center", Transform("log", Variable("a b"))), "center(log(`a b`))"),
        (Transform("power", X, exponent=2), "I(x^2)"),
        (Transform("power", X, exponent=-0.5), "I(x^-0.5)"),
        (Transform("power", X, exponent=0.1234567891), "I(x^0.1234567891)"),
        (Transform("power", X, exponent=1e-7), "I(x^1e-07)"),
        (Transform("group_mean", X, ("a", "b c")), "group_mean(x, a:`b c`)"),
    ],
)
def test_text_of_an_expression(expression: Transform, text: str) -> None:
    assert str(expression) == text


def test_columns_of_an_expression() -> None:
    nested = Transform("group_center", Transform("group_mean", X, ("a", "b")), ("a",))
    assert variables(nested) == ("x", "a", "b", "a")
    assert measured(nested) == "x"


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (RandomTerm(("a",), True, ()), "(1 | a)"),
        (RandomTerm(("a", "b"), True, ()), "(1 | b:a)"),
        (RandomTerm(("a",), True, (Term((X,)),)), "(1 + x | a)"),
        (RandomTerm(("a",), False, (Term((X,)),)), "(0 + x | a)"),
        (RandomTerm(("a",), True, (Term((X,)), Term((X, Y)))), "(1 + x + x:y | a)"),
        (RandomTerm(("a",), True, (Term((X,)),), is_correlated=False), "(1 + x || a)"),
        (RandomTerm(("a",), True, (), is_correlated=False), "(1 | a)"),
        (RandomTerm(("a b",), True, ()), "(1 | `a b`)"),
    ],
)
def test_text_of_a_random_term(term: RandomTerm, text: str) -> None:
    assert str(term) == text


def test_level_is_named_as_r_names_it() -> None:
    term = RandomTerm(("schoolid", "classid"), True, ())
    assert term.level == "classid:schoolid"
    assert str(term) == "(1 | classid:schoolid)"
    assert combined(term.groups) == "classid:schoolid"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("sqrt", X), "'sqrt' is not a function"),
        (("center", X, ("g",)), "the other functions take none"),
        (("group_mean", X), "need at least one"),
        (("group_mean", X, ("g", "g")), "twice"),
        (("group_mean", X, ("",)), "empty"),
        (("power", X, (), 0.0), "not zero"),
        (("power", X, (), float("nan")), "finite"),
        (("log", X, (), 2.0), "no exponent"),
        (("log", "x"), "not an expression"),
    ],
)
def test_transforms_that_cannot_be_made(arguments: tuple[object, ...], part: str) -> None:
    with pytest.raises(ModelError, match=part):
        Transform(*arguments)  # type: ignore[arg-type]


def test_depth_of_functions_is_bounded() -> None:
    expression: Variable | Transform = X
    for _ in range(MAX_DEPTH):
        expression = Transform("center", expression)
    with pytest.raises(ModelError, match="deep"):
        Transform("center", expression)


@pytest.mark.parametrize("name", ["", 3, None, b"x", ("x",)])
def test_names_are_texts(name: object) -> None:
    with pytest.raises(ModelError):
        Variable(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("factors", [(), ("x",)])
def test_terms_are_made_of_expressions(factors: tuple[object, ...]) -> None:
    with pytest.raises(ModelError, match="at least one Variable"):
        Term(factors)  # type: ignore[arg-type]
