"""Group notes: what is doubtful about grouping columns, said with an example.

Labels used again in other groups, levels in the wrong order, levels that repeat one another, single
groups, groups of one row, missing identifiers. Each is found from the numbered groups and said in
words that end in what can be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from mlm_core.data.expressions import quoted
from mlm_core.data.nests import Nest, is_constant_within, path_texts
from mlm_core.notes import Note

# More groups of one row than this share of all groups: they say little about variation within.
_MANY_SINGLES = 0.5
_PARENTS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ReusedLabel:
    """A label of an inner column that occurs in several outer groups.

    Attributes
    ----------
    level, outer : str
        The inner column and the column it is nested in.
    label : str
        The first such label.
    parents : tuple of str
        The first outer groups it occurs in.
    n_labels, n_all : int
        How many labels of the inner column are used more than once, and how many labels it has.
    """

    level: str
    outer: str
    label: str
    parents: tuple[str, ...]
    n_labels: int
    n_all: int


def reused_labels(nests: Sequence[Nest]) -> tuple[ReusedLabel, ...]:
    """Return one entry for each inner level whose labels occur in several outer groups."""
    if suggested_order(nests) is not None:  # coarse labels recur in finer groups, of course
        return ()
    found: list[ReusedLabel] = []
    for place, (outer, inner) in enumerate(pairwise(nests), start=1):
        n_parents = np.bincount(inner.label, minlength=len(inner.own.texts))
        reused = np.flatnonzero(n_parents > 1)
        if reused.size:
            parents = inner.parent[inner.label == reused[0]][:_PARENTS_SHOWN]
            found.append(
                ReusedLabel(
                    level=inner.name,
                    outer=outer.name,
                    label=str(inner.own.texts[reused[0]]),
                    parents=tuple(str(text) for text in path_texts(nests[:place])[parents]),
                    n_labels=int(reused.size),
                    n_all=len(inner.own.texts),
                )
            )
    return tuple(found)


def suggested_order(nests: Sequence[Nest]) -> tuple[str, ...] | None:
    """Return a better order of the levels when an inner one is coarser than an outer one."""
    is_misplaced = any(
        1 < len(inner.own.texts) < len(outer.own.texts)
        and is_constant_within(outer.own.codes, inner.own.codes)
        for outer, inner in combinations(nests, 2)
    )
    if not is_misplaced:
        return None
    return tuple(level.name for level in sorted(nests, key=lambda level: len(level.own.texts)))


def group_notes(nests: Sequence[Nest]) -> tuple[Note, ...]:
    """Say what is doubtful about the levels, taken together and one by one."""
    notes: list[Note] = []
    order = suggested_order(nests)
    if order is not None:
        notes.append(_order_note(tuple(level.name for level in nests), order))
    notes.extend(_reuse_note(found) for found in reused_labels(nests))
    for place, level in enumerate(nests):
        outer = nests[place - 1] if place and order is None else None
        notes.extend(_size_notes(level, outer))
        n_missing = level.n_own_missing
        if n_missing:
            message = (
                f"Rows without a value of {level.name!r}: {n_missing:,}. They belong to no group"
                " and are left out of every model with this level."
            )
            numbers = {"level": level.name, "n": n_missing}
            notes.append(Note("missing-ids", "caution", message, numbers))
    return tuple(notes)


def _order_note(given: tuple[str, ...], order: tuple[str, ...]) -> Note:
    message = (
        f"The levels {' > '.join(given)} seem to be in the wrong order: an inner one is coarser"
        f" than an outer one. From outer to inner they are {' > '.join(order)}."
    )
    return Note("wrong-order", "caution", message, {"given": given, "suggested": order})


def _reuse_note(found: ReusedLabel) -> Note:
    parents = " and ".join(found.parents)
    nested = f"(1 | {quoted(found.outer)}/{quoted(found.level)})"
    message = (
        f"{found.level} {found.label} occurs in {found.outer} {parents}. Labels of {found.level}"
        f" used in several groups of {found.outer}: {found.n_labels:,} of {found.n_all:,}. They are"
        f" treated as different groups that share a label, as {nested} does."
    )
    numbers = {
        "level": found.level,
        "label": found.label,
        "parents": found.parents,
        "n_labels": found.n_labels,
        "n_all": found.n_all,
    }
    return Note("reused-labels", "note", message, numbers)


def _size_notes(level: Nest, outer: Nest | None) -> list[Note]:
    """Say when the groups of a level cannot carry a variance of their own."""
    name, n_groups = level.name, level.n_groups
    n_rows, n_single = int(level.sizes.sum()), int((level.sizes == 1).sum())
    numbers = {"level": name, "groups": n_groups, "n_single": n_single}
    if n_groups == n_rows and n_rows > 1:
        message = (
            f"Every one of the {n_groups:,} groups of {name!r} has exactly one row, so group and"
            " row cannot be told apart. Is this an identifier of the rows? Choose a coarser"
            " grouping."
        )
        return [Note("unique-per-row", "stop", message, numbers)]
    if n_groups == 1:
        label = level.own.texts[level.label[0]]
        message = (
            f"All rows belong to one group of {name!r} ({label}): the variance between groups"
            " cannot be estimated. Leave this level out."
        )
        return [Note("one-group", "stop", message, numbers)]
    if outer is not None and outer.n_groups == n_groups and outer.sizes.sum() == n_rows:
        message = (
            f"{outer.name!r} and {name!r} divide the rows into the same groups: their variances"
            " cannot be told apart. Leave one of them out."
        )
        return [Note("same-groups", "stop", message, {**numbers, "outer": outer.name})]
    if n_single > _MANY_SINGLES * n_groups:
        message = (
            f"{n_single:,} of the {n_groups:,} groups of {name!r} have one row only; they tell"
            " nothing of the variation within groups, and estimates for this level will be"
            " uncertain."
        )
        return [Note("many-single-groups", "caution", message, numbers)]
    return []
