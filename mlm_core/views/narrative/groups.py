"""Sentences on the groups: what is nested in what, how the groups differ, how alike members are."""

from __future__ import annotations

import math

from mlm_core.data.groups import GroupsDescription
from mlm_core.inference.group_summaries import GroupSummaries
from mlm_core.inference.pairs import PairDraw
from mlm_core.views.narrative.wording import counted, level_name, listed, name
from mlm_core.views.numbers import count, fixed, number
from mlm_core.views.tables.table import records

NO_LIKENESS = 0.0
"""Correlation of pairs at or below which members of a group are not more alike than strangers."""


def nesting(groups: GroupsDescription) -> str:
    """Say what is nested in what, and how large the groups are."""
    rows = records(groups.table)
    chain = ", which lie in ".join(
        f"{counted(row['groups'], 'group', 'groups')} of {name(row['level'])}"
        for row in reversed(rows)
    )
    sizes = [
        f"a group of {name(row['level'])} has {_range(row['minimum'], row['maximum'])}"
        f" (mean {fixed(row['mean'], 1)})"
        for row in rows
    ]
    sentence = f"The {count(groups.n_rows)} rows lie in {chain}. {_capital(listed(sizes))}."
    lost = max((row["n_missing"] for row in rows), default=0)
    if lost:
        sentence += f" {counted(lost, 'row has', 'rows have')} no group."
    return sentence


def medians(summaries: GroupSummaries) -> str:
    """Say how far apart the groups' medians lie."""
    table = summaries.table
    if summaries.n_groups == 1:
        return (
            f"All {count(summaries.n_obs)} rows lie in one group of {level_name(summaries.level)}:"
            " there is no other group to compare it with."
        )
    low, high = table.iloc[0], table.iloc[-1]
    return (
        f"Among the {count(summaries.n_groups)} groups of {level_name(summaries.level)} the median"
        f" of {name(summaries.outcome)} runs from {number(low['median'], 4)} (group"
        f" {name(low['group'])}, {counted(low['n'], 'row', 'rows')}) to {number(high['median'], 4)}"
        f" (group {name(high['group'])}, {counted(high['n'], 'row', 'rows')}); the median of all"
        f" {count(summaries.n_obs)} rows is {number(summaries.median, 4)}. If groups did not"
        " matter, the boxes would differ by chance only."
    )


def pairs(draw: PairDraw) -> str:
    """Say how alike two random rows of the same group are."""
    if not math.isfinite(draw.limit):
        return (
            f"Too few groups of {level_name(draw.level)} have two rows: no pairs can be drawn and"
            " compared."
        )
    head = (
        f"Two rows drawn at random from the same group of {level_name(draw.level)}, one pair from"
        f" each of {count(draw.n_groups)} groups, correlate at {fixed(draw.correlation, 2)} in"
        f" {name(draw.outcome)} in this draw; repeated draws scatter around"
        f" {fixed(draw.limit, 2)}."
    )
    if draw.limit > NO_LIKENESS:
        tail = (
            " Rows of the same group are alike, so they are not independent: with independent rows"
            " the draws would scatter around zero."
        )
    else:
        tail = (
            " Rows of the same group are not more alike than rows of different groups, as it would"
            " be with independent rows."
        )
    skipped = counted(draw.n_skipped, "group of one row has", "groups of one row have")
    return head + tail + (f" {_capital(skipped)} no pair." if draw.n_skipped else "")


def _range(low: float, high: float) -> str:
    if low == high:
        return counted(low, "row", "rows")
    return f"{count(low)} to {count(high)} rows"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
