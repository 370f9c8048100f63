"""The canonical form of a model: one order of terms, one order of grouping columns, one text.

Two ways to write the same model end in equal records here: terms are sorted by degree as R sorts
them, ``b:a`` beside the main effects ``a`` and ``b`` becomes ``a:b``, and ``(1 | a) + (1 | b:a)``
becomes the two levels of ``(1 | a/b)``. The text made here reads back as the same records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlm_core.data.expressions import Expression, RandomTerm, Term, checked_name, combined, quoted
from mlm_core.errors import DuplicateLevelError, ModelError


def canonical_terms(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Drop repeated terms and sort by degree, keeping the order of writing within a degree.

    Factors of an interaction follow the order of their main effects where all of these are present;
    otherwise they stay as written.
    """
    distinct: dict[frozenset[Expression], Term] = {}
    for term in terms:
        factors = tuple(dict.fromkeys(term.factors))
        distinct.setdefault(frozenset(factors), Term(factors))
    ordered = sorted(distinct.values(), key=lambda term: len(term.factors))
    rank = {term.factors[0]: i for i, term in enumerate(ordered) if len(term.factors) == 1}
    return tuple(
        Term(tuple(sorted(term.factors, key=rank.__getitem__)))
        if all(factor in rank for factor in term.factors)
        else term
        for term in ordered
    )


def canonical_random(terms: Iterable[RandomTerm]) -> tuple[RandomTerm, ...]:
    """Sort random terms by number of grouping columns and align the columns of nested levels.

    Raises
    ------
    DuplicateLevelError
        If an intercept or a slope varies twice between the same groups.
    ModelError
        If a term lets nothing vary, or two levels would bear one name.
    """
    aligned: list[RandomTerm] = []
    for term in sorted(map(_checked, terms), key=lambda term: len(term.groups)):
        aligned.append(replace(term, groups=_aligned_groups(term.groups, aligned)))
    _refuse_duplicates(aligned)
    return tuple(aligned)


def formula_text(
    outcome: Expression,
    fixed: tuple[Term, ...],
    has_intercept: bool,
    random: tuple[RandomTerm, ...],
) -> str:
    """Write canonical parts as a formula, ``(1 | a/b)`` collapsed where that loses nothing."""
    right = [str(term) for term in fixed]
    if not has_intercept:
        right.insert(0, "0")
    elif not right:
        right.append("1")
    return f"{outcome} ~ {' + '.join([*right, *_random_texts(random)])}"


def _checked(term: RandomTerm) -> RandomTerm:
    """Return a random term in canonical form by itself."""
    if not isinstance(term, RandomTerm):
        raise ModelError(f"{term!r} is not a random term: give RandomTerm records.")
    for index, column in enumerate(term.groups):
        if checked_name(column) in term.groups[:index]:
            raise DuplicateLevelError(column, column)
    if not term.groups:
        raise ModelError("A random term names no grouping column. Write (1 | group).")
    if not (term.has_intercept or term.slopes):
        raise ModelError(
            f"Nothing varies in the random term of {term.level!r}. Give it an intercept or a slope,"
            " or leave it out."
        )
    slopes = canonical_terms(term.slopes)
    return replace(term, slopes=slopes, is_correlated=term.is_correlated or not slopes)


def _aligned_groups(groups: tuple[str, ...], outer: list[RandomTerm]) -> tuple[str, ...]:
    """Put the columns of the closest level around (or equal to) these groups first."""
    around = [term.groups for term in outer if set(term.groups) <= set(groups)]
    if not around:
        return groups
    closest = max(around, key=len)
    return closest + tuple(column for column in groups if column not in closest)


def _refuse_duplicates(terms: list[RandomTerm]) -> None:
    seen: set[tuple[str, frozenset[Expression]]] = set()
    for term in terms:
        intercept = [frozenset[Expression]()] if term.has_intercept else []
        for effect in [*intercept, *(frozenset(slope.factors) for slope in term.slopes)]:
            if (term.level, effect) in seen:
                raise DuplicateLevelError(term.level, term.level)
            seen.add((term.level, effect))


def _random_texts(random: tuple[RandomTerm, ...]) -> list[str]:
    """Write random terms, joining chains of nested levels where reading restores their order."""
    chains: list[list[RandomTerm]] = []
    for term in random:
        for chain in chains:
            if _continues(chain[-1], term):
                chain.append(term)
                break
        else:
            chains.append([term])
    restored = sorted((term for chain in chains for term in chain), key=lambda t: len(t.groups))
    if tuple(restored) != random:
        chains = [[term] for term in random]
    return [_chain_text(chain) for chain in chains]


def _continues(outer: RandomTerm, inner: RandomTerm) -> bool:
    """Tell whether a term is the same as another, one column further in."""
    return inner.groups[:-1] == outer.groups and replace(inner, groups=outer.groups) == outer


def _chain_text(chain: list[RandomTerm]) -> str:
    first = chain[0]
    steps = [combined(first.groups), *(quoted(term.groups[-1]) for term in chain[1:])]
    return f"({first.effects} {first.bar} {'/'.join(steps)})"
