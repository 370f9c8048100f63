"""Sentences on the groups: what is nested in what, how the groups differ, how alike members are."""

from __future__ import annotations

from mlm_core.data.groups import GroupsDescription
from mlm_core.inference.group_summaries import GroupSummaries
from mlm_core.inference.pair_experiment import PairExperiment
from mlm_core.inference.pairs import PairUrn
from mlm_core.inference.shares import VarianceShares
from mlm_core.views.narrative.wording import counted, level_name, listed, name
from mlm_core.views.numbers import count, fixed, number, percent
from mlm_core.views.tables.table import records

NO_LIKENESS = 0.005
"""A correlation of pairs up to this prints as none: members are not more alike than strangers."""


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


def likeness(urn: PairUrn) -> str:
    """Say what drawing pairs shows, and how alike two rows of the same group are."""
    if not urn.has_pairs:
        return (
            "Correlating pairs takes at least three groups with two rows or more, and values that"
            f" differ: of {level_name(urn.level)}"
            f" {counted(urn.n_groups, 'group has', 'groups have')} so many."
        )
    sampled = f", themselves drawn from {count(urn.n_all)}," if urn.is_sample else ""
    head = (
        f"Draw two rows at random from each of {count(urn.n_groups)} groups of"
        f" {level_name(urn.level)}{sampled} and correlate the first rows of all pairs with the"
        " second. If rows were independent, the correlations of many such draws would scatter"
        f" around zero; here they scatter around {fixed(urn.limit, 2)}:"
    )
    if urn.limit > NO_LIKENESS:
        tail = " rows of the same group are alike, so they are not independent."
    else:
        tail = " rows of the same group are not more alike than rows of different groups."
    skipped = counted(urn.n_skipped, "group of one row has", "groups of one row have")
    return head + tail + (f" {_capital(skipped)} no pair." if urn.n_skipped else "")


def draws_so_far(experiment: PairExperiment, *, made: int) -> str:
    """Say what the last draw gave, and what the draws made up to it have in common."""
    last = made - 1
    sentence = f"Draw {count(made)}: correlation {fixed(float(experiment.values[last]), 3)}."
    if made == 1:
        return sentence
    mean, sd = float(experiment.running_mean[last]), float(experiment.running_sd[last])
    return (
        f"{sentence} Mean of the {count(made)} draws so far: {fixed(mean, 3)}, with a standard"
        f" deviation of {fixed(sd, 3)}."
    )


def likeness_and_icc(urn: PairUrn, shares: VarianceShares) -> str:
    """Tie the experiment with pairs to the intraclass correlation of a mixed model."""
    level = level_name(urn.level)
    icc = next(row["icc"] for row in records(shares.correlations) if row["level"] == urn.level)
    return (
        f"This likeness has a name. A mixed model without predictors puts {percent(icc)} of the"
        f" variance of {name(urn.outcome)} between groups of {level}. That share is the intraclass"
        f" correlation (ICC), {fixed(icc, 3)}: the correlation of two rows of the same group. The"
        f" pairs show it without any model; over all possible draws they average"
        f" {fixed(urn.limit, 3)}, every group having the same say, while the model listens more to"
        " large groups."
    )


def _range(low: float, high: float) -> str:
    if low == high:
        return counted(low, "row", "rows")
    return f"{count(low)} to {count(high)} rows"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
