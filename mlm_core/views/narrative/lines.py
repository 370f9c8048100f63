"""Sentences on lines: whether the relation of outcome and predictor differs between groups."""

from __future__ import annotations

from collections.abc import Mapping

from mlm_core.inference.own_slopes import OwnSlopes
from mlm_core.views.narrative.wording import counted, level_name, listed, name
from mlm_core.views.numbers import count, number

MISSES_IN_A_HUNDRED = 5
"""Of 100 intervals at 95%, so many miss the value they are made for."""
FEW_GROUPS = 10
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
    return (
        f"{head}. Fitted group by group, the slope is {_signs(slopes)}; half of these slopes lie"
        f" between {number(slopes.q1)} and {number(slopes.q3)}.{_chance(slopes)}"
    )


def held(at: Mapping[str, float]) -> str:
    """Say at which values the other predictors are held; nothing where there are none."""
    if not at:
        return ""
    parts = [f"{name(term)} at {number(value)}" for term, value in at.items()]
    return f"The lines hold the other predictors at their means: {listed(parts)}."


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
    return (
        f" Small groups scatter by chance: with one slope for all, about {count(round(expected))}"
        f" of {count(slopes.n_intervals)} own 95% intervals would miss the slope of all rows; here"
        f" {count(slopes.n_missed)} {'does' if slopes.n_missed == 1 else 'do'}."
    )


def _points(slope: float) -> str:
    return f"{number(abs(slope))} {'fewer' if slope < 0 else 'more'} points"
