"""Predictors by the level they belong to: blocks that are added one after the other.

A predictor that is constant within every school is a matter of schools; one that varies between
pupils of a class, of pupils. The usual way to build a model adds such blocks in turn, rows first,
and looks at what becomes of each level's variance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OWN = "rows"


def blocks_by_level(
    predictors: Sequence[str], levels: Sequence[str], varies_at: Mapping[str, str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Sort predictors into blocks, the rows' own first, then innermost level to outermost.

    Parameters
    ----------
    predictors : sequence of str
    levels : sequence of str
        Grouping columns, outermost first.
    varies_at : Mapping[str, str]
        For predictors that are constant within the groups of a level, that level.

    Returns
    -------
    tuple of (level, predictors)
        ``"rows"`` for predictors that vary inside the innermost groups; empty blocks are left out.
    """
    order = [OWN, *reversed(levels)]
    found: dict[str, list[str]] = {level: [] for level in order}
    for name in predictors:
        found[varies_at.get(name, OWN)].append(name)
    return tuple((level, tuple(found[level])) for level in order if found[level])
