"""Sentences on coefficients: what goes with one more unit of a predictor, pooled and mixed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mlm_core.data.expressions import Variable
from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.moments.moments import Moments
from mlm_core.notes import Note
from mlm_core.views.narrative.wording import (
    bounds,
    counted,
    estimated,
    level_name,
    listed,
    more_or_fewer,
    name,
)
from mlm_core.views.numbers import count, number
from mlm_core.views.tables.table import records
from mlm_core.views.words import RESIDUAL

CLEAR_SIGN = 1.0
"""Standard errors a slope must lie from zero before its sign counts in the comparison of signs."""


def pooling(
    term: str, *, pooled: PooledFit, unpooled: UnpooledFit, mixed: MixedFit | None = None
) -> str:
    """Say what the pooled, the unpooled and the mixed fits give for one slope."""
    outcome = name(pooled.model.outcome_label)
    row = _row(pooled, term)
    robust = pooled.cluster is not None
    low, high, se = (row[f"robust_{end}" if robust else end] for end in ("lower", "upper", "se"))
    sentence = (
        f"{_contrast(pooled, term)} goes with {more_or_fewer(row['estimate'], se)} of {outcome}"
        f" when groups are ignored ({bounds(low, high, se)})"
    )
    if mixed is not None:
        own = _row(mixed, term)
        sentence += (
            f", and with {more_or_fewer(own['estimate'], own['se'])} {_among(mixed, term)} in the"
            f" mixed model ({_bounds(own)})"
        )
    return f"{sentence}. {own_slopes(term, unpooled)}"


def own_slopes(term: str, unpooled: UnpooledFit) -> str:
    """Say how far the groups' own slopes run."""
    average = next((row for row in records(unpooled.averages) if row["term"] == term), None)
    level = level_name(unpooled.level)
    if average is None:
        return (
            f"No group of {level} can show this slope by itself: {name(term)} does not vary inside."
        )
    if not average["n_groups"]:
        return f"No group of {level} has enough rows to show this slope by itself."
    frame = unpooled.coefficients
    own = frame.loc[frame["term"] == term, "estimate"]
    if average["n_groups"] == 1:
        return (
            f"One group of {level} alone can show this slope by itself: {number(float(own.max()))}."
        )
    return (
        f"The own slopes of {count(average['n_groups'])} groups of {level} run from"
        f" {number(float(own.min()))} to {number(float(own.max()))}, with mean"
        f" {number(average['mean'])} and median {number(average['median'])}."
    )


def simpson(term: str, *, pooled: PooledFit, mixed: MixedFit) -> Note | None:
    """Return a caution when the slope changes its sign once groups are taken into account.

    Both slopes have to lie at least :data:`CLEAR_SIGN` standard errors from zero.
    """
    one, other = _row(pooled, term), _row(mixed, term)
    error = one["robust_se"] if pooled.cluster is not None else one["se"]
    is_clear = (
        abs(one["estimate"]) >= CLEAR_SIGN * error
        and abs(other["estimate"]) >= CLEAR_SIGN * other["se"]
    )
    if not is_clear or one["estimate"] * other["estimate"] >= 0:
        return None
    level = mixed.levels[0].name
    message = (
        f"The slope of {term} is {number(one['estimate'])} over all rows but"
        f" {number(other['estimate'])} within groups of {level}: groups with more {term} differ in"
        f" {pooled.model.outcome_label} in the opposite direction (Simpson's paradox). Say which of"
        " the two questions you answer; adding the group mean of the predictor shows both in one"
        " model."
    )
    numbers = {"term": term, "pooled": one["estimate"], "mixed": other["estimate"], "level": level}
    return Note("simpson", "caution", message, numbers)


def which_slope(term: str, *, mixed: MixedFit) -> str:
    """Say which of the slopes answers which question."""
    return (
        f"For the slope of {name(term)} {_among(mixed, term)}, report the mixed estimate,"
        f" {estimated(*_estimate_and_error(mixed, term))}: it uses every row and weighs"
        " groups by what they can tell. The pooled slope mixes it with differences between groups;"
        " report that only to describe all rows taken together. Plain means and medians of the"
        " groups' slopes give the smallest group the same say as the largest."
    )


def shrinkage(arrows: pd.DataFrame, *, term: str, level: str) -> str:
    """Say how far the mixed model moves the groups' own estimates."""
    what = "intercept" if term == INTERCEPT.label else f"slope of {name(term)}"
    moved = (arrows["raw"] - arrows["shrunk"]).abs()
    if not len(arrows):
        return f"No group of {level_name(level)} has an estimate of its own to be moved."
    most = records(arrows)[int(moved.to_numpy().argmax())]
    return (
        f"Each arrow leads from a group's own {what} to the mixed model's. Small groups move most:"
        f" of {count(len(arrows))} groups of {level_name(level)} the farthest way is that of group"
        f" {name(most['group'])} ({counted(most['n'], 'row', 'rows')}), from"
        f" {number(most['raw'], 4)} to {number(most['shrunk'], 4)}; the median move is"
        f" {number(float(moved.median()))}."
    )


def modes(term: str, *, level: str) -> str:
    """Say what the conditional modes of a level are."""
    what = "level" if term == INTERCEPT.label else f"slope of {name(term)}"
    return (
        f"How far the {what} of every group of {level_name(level)} lies from the average group: the"
        " most probable value given the data and the model (the conditional mode, also called"
        " BLUP), with an interval of 1.96 conditional standard deviations. Groups with few rows are"
        " drawn towards zero."
    )


def mixed(fit: MixedFit) -> str:
    """Open the page of the mixed model: its first predictor, or its mean, and the spread."""
    term = next((each for each in fit.terms if each != INTERCEPT.label), fit.terms[0])
    return f"{fixed_effect(fit, term)} {spread(fit)}"


def fixed_effect(fit: MixedFit, term: str) -> str:
    """Say what goes with one more unit of a predictor in the mixed model."""
    row, column = _row(fit, term), _column(fit, term)
    outcome, level = name(fit.model.outcome_label), level_name(fit.levels[0].name)
    value = f"{estimated(row['estimate'], row['se'])} ({_bounds(row)})"
    if term == INTERCEPT.label:
        others = "" if len(fit.terms) == 1 else ", all predictors at zero,"
        return f"The average group of {level}{others} has an expected {outcome} of {value}."
    if n_means := _means_among(fit, column):
        others = "" if len(fit.terms) == n_means else " and all other predictors at zero"
        return (
            f"With {_category(column)}{others} the average group of {level} has an expected"
            f" {outcome} of {value}."
        )
    if len(column.factors) > 1:
        return (
            f"The product {name(term)} has a coefficient of {value}: by so much the slope of one"
            f" factor changes with one more unit of the other.{_direction(row)}"
        )
    is_alone = {*fit.terms} <= {term, INTERCEPT.label}
    given = "" if is_alone else " and equal in the other predictors"
    return (
        f"{_contrast(fit, term)} goes with {more_or_fewer(row['estimate'], row['se'])} of {outcome}"
        f" ({_bounds(row)}) {_among(fit, term)}{given}."
        f"{_direction(row)}"
    )


def spread(fit: MixedFit) -> str:
    """Say how far groups and rows scatter in the mixed model."""
    outcome = name(fit.model.outcome_label)
    parts = []
    for row in records(fit.variances):
        if row["other"]:
            continue
        size = number(row["sd"])
        if row["level"] == RESIDUAL:
            parts.append(f"rows within their groups with one of {size}")
        elif row["term"] == INTERCEPT.label:
            parts.append(f"groups of {level_name(row['level'])} with one of {size}")
        else:
            what = f"their slopes of {name(row['term'])}"
            parts.append(f"{what} (by {level_name(row['level'])}) with one of {size}")
    first = parts[0].replace("with one of", "with a standard deviation of", 1)
    return f"Around these averages {outcome} scatters: {listed([first, *parts[1:]])}."


def singular(fit: MixedFit) -> str:
    """Say which component is at its boundary; empty when none is."""
    said = [name(note.message) for note in fit.notes if note.code.startswith("singular")]
    return f"This fit is singular. {' '.join(said)}" if said else ""


def _contrast(fit: MixedFit | PooledFit, term: str) -> str:
    """Return what is compared: one more unit, or one category with the reference."""
    factor = _column(fit, term).factors[0]
    if factor.category is None or not isinstance(factor.expression, Variable):
        return f"One more unit of {name(term)}"
    layout = _moments(fit).layout
    reference = layout.encoder.categories[factor.expression.name][0]
    return f"{_category(_column(fit, term))} instead of {name(reference)}"


def _means_among(fit: MixedFit, column: Column) -> int:
    """Return how many coefficients are means of categories, this one among them; else zero.

    Without an intercept every category has a coefficient of its own, the first one too.
    """
    if len(column.factors) != 1 or column.factors[0].category is None:
        return 0
    layout, (factor,) = fit.problem.moments.layout, column.factors
    of = [[each.expression for each in one.factors] for one in layout.fixed]
    n_own, (variable,) = of.count([factor.expression]), factor.variables
    return n_own if n_own == len(layout.encoder.categories[variable]) else 0


def _category(column: Column) -> str:
    """Return a category with its variable: ``sector Catholic``."""
    (factor,) = column.factors
    return f"{name(' '.join(factor.variables))} {name(factor.category)}"


def _among(fit: MixedFit, term: str) -> str:
    """Say who is compared: members of one group, or whole groups."""
    level = level_name(fit.levels[0].name)
    column = _column(fit, term)
    if fit.problem.moments.varies_inside(column, 0):
        return f"for members of the same {level}"
    return f"between groups of {level}"


def _bounds(row: dict[str, Any]) -> str:
    return bounds(row["lower"], row["upper"], row["se"])


def _direction(row: dict[str, Any]) -> str:
    if row["lower"] <= 0 <= row["upper"]:
        return " The interval holds zero: these data leave the direction open."
    return ""


def _column(fit: MixedFit | PooledFit, term: str) -> Column:
    return next(column for column in _moments(fit).layout.fixed if column.label == term)


def _moments(fit: MixedFit | PooledFit) -> Moments:
    return fit.problem.moments if isinstance(fit, MixedFit) else fit.moments


def _estimate_and_error(fit: MixedFit, term: str) -> tuple[float, float]:
    row = _row(fit, term)
    return row["estimate"], row["se"]


def _row(fit: MixedFit | PooledFit, term: str) -> dict[str, Any]:
    return next(row for row in records(fit.coefficients) if row["term"] == term)
