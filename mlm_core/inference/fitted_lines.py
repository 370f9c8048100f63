"""Lines to be drawn: where each group's line starts and ends, and the points behind them.

A line is drawn over the range of its own group's predictor and no further. Other terms of a model
are held at their overall means, in the lines of groups those with one value in every group at the
group's own; a product with the predictor adds to the slope with the mean of its other factors.
Pooled, unpooled and mixed lines are drawn by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.data.tables import Table
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.groups import find_level, group_constants
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.inference.line_rows import (
    ALL_ROWS,
    MOST_POINTS,
    Points,
    group_ranges,
    range_of_all,
    row_labels,
    sample_points,
    see_rows,
)

Floats = NDArray[np.float64]

__all__ = [
    "ALL_ROWS",
    "MOST_POINTS",
    "FittedLines",
    "Points",
    "fitted_lines",
    "group_ranges",
    "line_ends",
    "line_predictors",
    "row_labels",
    "sample_points",
]


def line_ends(
    terms: Mapping[str, Floats | float],
    ranges: pd.DataFrame,
    *,
    predictor: str,
    at: Mapping[str, Floats | float] | None = None,
    tilt: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return both ends of every group's line.

    Parameters
    ----------
    terms : Mapping[str, ndarray (G,) or float]
        Coefficients by term, for every group of ``ranges`` or the same for all; NaN where a group
        has none. Terms other than the intercept and ``predictor`` enter with the value that ``at``
        gives them, zero where it gives none.
    ranges : DataFrame
        ``group``, ``n``, ``lower``, ``upper``, see :func:`group_ranges`.
    predictor : str
        The term on the horizontal axis.
    at : Mapping[str, ndarray (G,) or float], optional
        Values at which the other terms are held, for example their means.
    tilt : Mapping[str, float], optional
        What terms other than ``predictor`` add to the slope, per unit of their coefficient.

    Returns
    -------
    DataFrame
        ``group``, ``n``, ``intercept``, ``slope``, ``x_from``, ``y_from``, ``x_to``, ``y_to``;
        groups that lack a coefficient are left out.
    """
    n = len(ranges)
    # Without an intercept in the model the other terms begin at zero.
    begun = {INTERCEPT.label: 0.0, **terms}
    intercept = np.broadcast_to(weighted_sum(begun, {INTERCEPT.label: 1.0, **(at or {})}), n)
    slope = np.broadcast_to(weighted_sum(terms, {predictor: 1.0, **(tilt or {})}), n)
    lower, upper = (ranges[end].to_numpy(np.float64) for end in ("lower", "upper"))
    ends = pd.DataFrame(
        {
            "group": ranges["group"].array,
            "n": ranges["n"].to_numpy(),
            "intercept": intercept,
            "slope": slope,
            "x_from": lower,
            "y_from": intercept + slope * lower,
            "x_to": upper,
            "y_to": intercept + slope * upper,
        }
    )
    is_whole = ~(np.isnan(intercept) | np.isnan(slope))
    return ends if is_whole.all() else ends[is_whole].reset_index(drop=True)


def weighted_sum(
    terms: Mapping[str, Floats | float], weights: Mapping[str, Floats | float]
) -> Floats | float:
    """Return the weighted sum of terms, NaN without any; those of no weight drop out."""
    parts = [
        terms[term] * weight for term, weight in weights.items() if term in terms and np.any(weight)
    ]
    return sum(parts) if parts else float("nan")


@dataclass(frozen=True, eq=False)
class FittedLines:
    """The lines of up to three fits on one predictor, and the rows they were fitted to.

    Attributes
    ----------
    outcome, predictor, level : str
        Names for axes and legends.
    points : Points
        Rows, or a sample of them.
    families : Mapping[str, DataFrame]
        ``"pooled"`` (one line over all rows) and, where given, ``"unpooled"`` and ``"mixed"`` (one
        line a group).
    by_group : Mapping[str, DataFrame]
        The same with the pooled line once a group, over the group's range.
    at : Mapping[str, float]
        Values at which other terms are held.
    own : tuple of str
        Those among them that have one value in every group: lines of groups hold them there.
    tilt : Mapping[str, float]
        What products with the predictor add to the slope, per unit of their coefficient.
    """

    outcome: str
    predictor: str
    level: str
    points: Points
    families: Mapping[str, pd.DataFrame]
    by_group: Mapping[str, pd.DataFrame]
    at: Mapping[str, float]
    own: tuple[str, ...]
    tilt: Mapping[str, float]


def line_predictors(fit: PooledFit | MixedFit) -> tuple[str, ...]:
    """Return the terms of a fit that a line can be drawn over: single numeric ones."""
    return tuple(name.label for name in _layout_columns(fit) if _is_drawable(name))


def slope_terms(fit: PooledFit | MixedFit) -> tuple[str, ...]:
    """Return the terms of a fit but the intercept, those that a line can be drawn over first."""
    drawable = line_predictors(fit)
    others = (name.label for name in _layout_columns(fit) if name != INTERCEPT)
    return (*drawable, *(term for term in others if term not in drawable))


def fitted_lines(
    data: Table,
    *,
    predictor: str,
    pooled: PooledFit,
    unpooled: UnpooledFit | None = None,
    mixed: MixedFit | None = None,
    level: str | None = None,
    most_points: int = MOST_POINTS,
    seed: int = 1,
) -> FittedLines:
    """Prepare the lines of fits of one model for drawing.

    Parameters
    ----------
    data : DataFrame or any other table
        The table the fits were made from.
    predictor : str
        A term of :func:`line_predictors`.
    pooled, unpooled, mixed : fits
        Of the same model on the same table.
    level : str, optional
        Level whose groups get a line of their own; that of ``unpooled``, or the outermost.
    most_points : int
        More rows than this are drawn as a random sample.
    seed : int
        Seed of that sample.
    """
    columns = {name.label: name for name in _layout_columns(pooled) if _is_drawable(name)}
    if predictor not in columns:
        raise UnknownColumnError(predictor, columns)
    levels = pooled.moments.levels
    where = level or (unpooled.level if unpooled is not None else levels[0].name)
    seen = see_rows(data, pooled, columns[predictor], where, most=most_points, seed=seed)
    at, tilt, ranges = seen.at, seen.tilt, seen.ranges
    groups = pd.Index(ranges["group"])
    constants = _constants(pooled, where, at, groups)
    ends = partial(line_ends, predictor=predictor, tilt=tilt)
    ends_of_groups = partial(ends, ranges=ranges, at={**at, **constants})
    own, of_all = {}, dict(zip(pooled.terms, pooled.beta, strict=True))
    if unpooled is not None:
        own["unpooled"] = ends_of_groups(_found(unpooled.by_term, unpooled.labels, groups))
    if mixed is not None:
        labels = mixed.levels[find_level(mixed.levels, where)].labels()
        own["mixed"] = ends_of_groups(_found(mixed.group_values(where), labels, groups))
    return FittedLines(
        outcome=pooled.model.outcome_label,
        predictor=predictor,
        level=where,
        points=seen.points,
        families={**own, "pooled": ends(of_all, range_of_all(ranges), at=at)},
        by_group={**own, "pooled": ends_of_groups(of_all)},
        at=at,
        own=tuple(constants),
        tilt=tilt,
    )


def _constants(
    pooled: PooledFit, level: str, at: Mapping[str, float], groups: pd.Index[str]
) -> dict[str, Floats]:
    """Return the terms held that have one value in every group of a level, with these values."""
    index = find_level(pooled.moments.levels, level)
    found = group_constants(pooled.moments, index)
    held = {term: values for term, values in found.items() if term in at}
    return _found(held, pooled.moments.levels[index].labels(), groups) if held else {}


def _found(
    terms: Mapping[str, Floats], labels: NDArray[np.object_], groups: pd.Index[str]
) -> dict[str, Floats]:
    """Return the values of labelled groups in the order of others, NaN of those not labelled."""
    places = pd.Index(labels).get_indexer(groups)
    return {term: np.where(places < 0, np.nan, values[places]) for term, values in terms.items()}


def _layout_columns(fit: PooledFit | MixedFit) -> tuple[Column, ...]:
    moments = fit.problem.moments if isinstance(fit, MixedFit) else fit.moments
    return moments.layout.fixed


def _is_drawable(name: Column) -> bool:
    return len(name.factors) == 1 and name.factors[0].category is None
