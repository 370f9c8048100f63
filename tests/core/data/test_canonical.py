"""One order of terms, one order of grouping columns, one text."""

from __future__ import annotations

import pytest

from mlm_core.data.canonical import canonical_random, canonical_terms, formula_text
from mlm_core.data.expressions import RandomTerm, Term, Variable
from mlm_core.errors import DuplicateLevelError, ModelError

A, B, C, Y = (Variable(name) for name in "abcy")


def intercept(*groups: str) -> RandomTerm:
    return RandomTerm(groups, True, ())


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("ab a b", "a b ab"),
        ("a b ba", "a b ab"),
        ("ba a", "a ba"),
        ("ab ba", "ab"),
        ("aa a", "a"),
        ("abc c ab", "c ab abc"),
    ],
)
def test_terms(written: str, canonical: str) -> None:
    def terms(text: str) -> tuple[Term, ...]:
        return tuple(Term(tuple(map(Variable, word))) for word in text.split())

    assert canonical_terms(terms(written)) == terms(canonical)


def test_levels_share_the_order_of_their_columns() -> None:
    assert canonical_random([intercept("b", "a"), intercept("a")]) == (
        intercept("a"),
        intercept("a", "b"),
    )
    assert canonical_random([intercept("c", "b", "a"), intercept("b", "a")]) == (
        intercept("b", "a"),
        intercept("b", "a", "c"),
    )


def test_same_groups_in_another_order_are_the_same_level() -> None:
    with pytest.raises(DuplicateLevelError):
        canonical_random([intercept("a", "b"), intercept("b", "a")])


def test_a_column_named_like_a_level_stays_apart_from_it() -> None:
    terms = canonical_random([intercept("b", "a"), intercept("a:b")])
    assert [term.level for term in terms] == ["`a:b`", "a:b"]


@pytest.mark.parametrize("term", [RandomTerm((), True, ()), RandomTerm(("a",), False, ()), "a"])
def test_refused_random_terms(term: RandomTerm) -> None:
    with pytest.raises(ModelError):
        canonical_random([term])


@pytest.mark.parametrize(
    ("random", "text"),
    [
        ([], "y ~ 1"),
        ([intercept("a"), intercept("a", "b"), intercept("a", "b", "c")], "y ~ 1 + (1 | a/b/c)"),
        ([intercept("a", "b"), intercept("a", "b", "c")], "y ~ 1 + (1 | b:a/c)"),
        ([intercept("a"), intercept("a", "b", "c")], "y ~ 1 + (1 | a) + (1 | c:b:a)"),
        (
            [intercept("a"), RandomTerm(("a", "b"), True, (Term((A,)),))],
            "y ~ 1 + (1 | a) + (1 + a | b:a)",
        ),
        # collapsing would change the order in which the inner levels are read
        (
            [intercept("a"), intercept("b"), intercept("b", "c"), intercept("a", "d")],
            "y ~ 1 + (1 | a) + (1 | b) + (1 | c:b) + (1 | d:a)",
        ),
    ],
)
def test_text(random: list[RandomTerm], text: str) -> None:
    assert formula_text(Y, (), True, canonical_random(random)) == text


def test_text_without_intercept() -> None:
    assert formula_text(Y, (Term((A,)), Term((B, C))), False, ()) == "y ~ 0 + a + b:c"
