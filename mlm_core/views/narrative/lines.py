"""Sentences on lines: whether the relation of outcome and predictor differs between groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlm_core.inference.category_means import CategoryMeans
from mlm_core.inference.own_slopes import OwnSlopes
from mlm_core.views.narrative.wording import counted, level_name, listed, name
from mlm_core.views.numbers import count, number
from mlm_core.views.tables.table import records

MISSES_IN_A_HUNDRED = 5
"""Of 100 intervals at 95%, so many miss the value they are made for."""
FEW_GROUPS = 11
"""Among fewer intervals than this not one is expected to miss, and how many do says little."""


def own_slopes(slopes: OwnSlopes) -> str:
    """Say how the slopes of separate regressions differ, and how much of it chance explains."""
    level, predictor = level_name(slopes.level), name(slopes.predictor)
    head = (
        f"Over all rows one more unit of {predictor} goes with {_points(slopes.pooled)} of"
        f" {name(slopes.outcome)}"
    )
    if not slopes.varies_inside:
        return (
            f"{head}. Inside the groups of {level} {predictor} never differs, so no group has a"
            " line of its own and the slope cannot vary between them: only whole groups can be"
            " compared."
        )
    if not slopes.n_slopes:
        return f"{head}. No group of {level} has rows enough for a line of its own."
    if slopes.n_slopes == 1:
        return (
            f"{head}. One group of {level} alone has rows enough for a line of its own, with a"
            f" slope of {number(slopes.q1)}."
        )
    return (
        f"{head}. Fitted group by group, the slope is {_signs(slopes)}; half of these slopes lie"
        f" between {number(slopes.q1)} and {number(slopes.q3)}.{_chance(slopes)}"
    )


def held(at: Mapping[str, float], *, own: Sequence[str] = ()) -> str:
    """Say at which values the other predictors are held; nothing where there are none.

    ``own`` are those among them that lines of groups hold at the group's own value.
    """
    return _held("The lines hold", at, own)


def held_in_means(at: Mapping[str, float], *, own: Sequence[str] = ()) -> str:
    """Say the same of means by category, of which the groups' own are plain."""
    said = _held("Pooled and mixed values hold", at, own)
    return f"{said} Own means are those of the rows as they are." if said else ""


def _held(what: str, at: Mapping[str, float], own: Sequence[str]) -> str:
    if not at:
        return ""
    parts = [f"{name(term)} at {number(value)}" for term, value in at.items()]
    said = f"{what} the other predictors at their means: {listed(parts)}."
    if not own:
        return said
    have = "has" if len(own) == 1 else "have"
    return (
        f"{said} But {listed([name(term) for term in own])} {have} one value in every group: a"
        " group's own are drawn at that."
    )


def category_means(means: CategoryMeans) -> str:
    """Say how the outcome differs between categories, and whether it does so in every group."""
    table = means.overall.sort_values("mean", kind="stable")
    low, high = records(table)[0], records(table)[-1]
    said = (
        f"Categories have no slope; compared are means. Over all rows the mean of"
        f" {name(means.outcome)} is lowest where {name(means.predictor)} is"
        f" {name(low['category'])} ({number(low['mean'])}) and highest where it is"
        f" {name(high['category'])} ({number(high['mean'])})."
    )
    level, groups = level_name(means.level), counted(means.n_whole, "group", "groups")
    if not means.n_whole:
        return f"{said} No group of {level} has rows in every category."
    have = "has" if means.n_whole == 1 else "have"
    some = "" if means.n_whole == means.n_groups else f" ({count(means.n_groups)} in all)"
    return (
        f"{said} It is highest for {name(high['category'])} in {count(means.n_alike)} of the"
        f" {groups} of {level} that {have} rows in every category{some}."
    )


def _signs(slopes: OwnSlopes) -> str:
    groups = counted(slopes.n_slopes, "group", "groups")
    some = slopes.n_slopes < slopes.n_groups
    level = level_name(slopes.level)
    of = f"{groups} of {level}" + (
        f" that can show one ({count(slopes.n_groups)} in all)" if some else ""
    )
    above = slopes.n_slopes - slopes.n_negative
    if not slopes.n_negative or not above:
        return f"negative in {'all' if slopes.n_negative else 'none'} of the {of}"
    return f"positive in {count(above)} and negative in {count(slopes.n_negative)} of the {of}"


def _chance(slopes: OwnSlopes) -> str:
    if slopes.n_intervals < FEW_GROUPS:
        return " With so few groups, look at the lines one by one."
    expected = MISSES_IN_A_HUNDRED / 100 * slopes.n_intervals
    missed = {0: "none does", 1: "1 does"}.get(slopes.n_missed, f"{count(slopes.n_missed)} do")
    return (
        f" Small groups scatter by chance: with one slope for all, about {count(round(expected))}"
        f" of {count(slopes.n_intervals)} own 95% intervals would miss the slope of all rows; here"
        f" {missed}."
    )


def _points(slope: float) -> str:
    return f"{number(abs(slope))} {'fewer' if slope < 0 else 'more'} points"
