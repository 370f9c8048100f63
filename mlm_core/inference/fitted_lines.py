"""Lines to be drawn: where each group's line starts and ends, and the points behind them.

A line is drawn over the range of its own group's predictor and no further. Other terms of a model
are held at their overall means, in the lines of groups those with one value in every group at the
group's own; a product with the predictor adds to the slope with the mean of its other factors.
Coefficients come as the long tables of the fits (group, term, estimate), so that pooled, unpooled
and mixed lines are drawn by the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    coefficients: pd.DataFrame,
    ranges: pd.DataFrame,
    *,
    predictor: str,
    at: Mapping[str, float | pd.Series[float]] | None = None,
    tilt: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return both ends of every group's line.

    Parameters
    ----------
    coefficients : DataFrame
        Long: ``group``, ``term``, ``estimate``; without ``group`` (a pooled fit) every group gets
        the same line. Terms other than the intercept and ``predictor`` enter with the value that
        ``at`` gives them, zero where it gives none.
    ranges : DataFrame
        ``group``, ``n``, ``lower``, ``upper``, see :func:`group_ranges`.
    predictor : str
        The term on the horizontal axis.
    at : Mapping[str, float or Series], optional
        Values at which the other terms are held, for example their means; a Series has a value for
        every group.
    tilt : Mapping[str, float], optional
        What terms other than ``predictor`` add to the slope, per unit of their coefficient.

    Returns
    -------
    DataFrame
        ``group``, ``n``, ``intercept``, ``slope``, ``x_from``, ``y_from``, ``x_to``, ``y_to``;
        groups that lack a coefficient or a range are left out.
    """
    # Without an intercept in the model the other terms begin at zero.
    groups = pd.Index(ranges["group"])
    terms = {INTERCEPT.label: np.zeros(len(groups)), **by_term(coefficients, groups)}
    intercept = weighted_sum(terms, {INTERCEPT.label: 1.0, **(at or {})}, groups)
    slope = weighted_sum(terms, {predictor: 1.0, **(tilt or {})}, groups)
    ends = pd.DataFrame(
        {
            "group": ranges["group"],
            "n": ranges["n"],
            "intercept": intercept,
            "slope": slope,
            "x_from": ranges["lower"],
            "y_from": intercept + slope * ranges["lower"].to_numpy(),
            "x_to": ranges["upper"],
            "y_to": intercept + slope * ranges["upper"].to_numpy(),
        }
    )
    is_whole = ~(np.isnan(intercept) | np.isnan(slope))
    return ends if is_whole.all() else ends[is_whole].reset_index(drop=True)


def by_term(coefficients: pd.DataFrame, groups: Iterable[str]) -> dict[str, Floats]:
    """Return a long table of coefficients by term, a value for each of the groups in their order.

    NaN where a group has none; without ``group`` (a pooled fit) all groups have the same.
    """
    labels = pd.Index(groups)
    estimates = coefficients["estimate"].to_numpy(np.float64)
    if "group" not in coefficients:
        alike = zip(coefficients["term"], estimates, strict=True)
        return {term: np.full(len(labels), value) for term, value in alike}
    places, terms = pd.factorize(coefficients["term"])
    codes = labels.get_indexer(pd.Index(coefficients["group"].map(str)))
    found = np.full((len(terms), len(labels)), np.nan)
    found[places[codes >= 0], codes[codes >= 0]] = estimates[codes >= 0]
    return dict(zip(terms, found, strict=True))


def weighted_sum(
    terms: Mapping[str, Floats],
    weights: Mapping[str, float | pd.Series[float]],
    groups: Iterable[str],
) -> Floats:
    """Return the weighted sum of terms from :func:`by_term`, by group; those of no weight drop out.

    A Series has a weight for every group.
    """
    labels = pd.Index(groups)
    parts = [
        terms[term] * (own.reindex(labels).to_numpy() if isinstance(own, pd.Series) else own)
        for term, own in weights.items()
        if term in terms and (isinstance(own, pd.Series) or own)
    ]
    return np.sum(parts, axis=0) if parts else np.full(len(labels), np.nan)


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
    constants = _constants(pooled, where, at)
    ends = partial(line_ends, predictor=predictor, tilt=tilt)
    ends_of_groups = partial(ends, ranges=ranges, at={**at, **constants})
    own = {}
    if unpooled is not None:
        own["unpooled"] = ends_of_groups(unpooled.coefficients)
    if mixed is not None:
        own["mixed"] = ends_of_groups(mixed.group_coefficients(where))
    return FittedLines(
        outcome=pooled.model.outcome_label,
        predictor=predictor,
        level=where,
        points=seen.points,
        families={**own, "pooled": ends(pooled.coefficients, range_of_all(ranges), at=at)},
        by_group={**own, "pooled": ends_of_groups(pooled.coefficients)},
        at=at,
        own=tuple(constants),
        tilt=tilt,
    )


def _constants(
    pooled: PooledFit, level: str, at: Mapping[str, float]
) -> dict[str, pd.Series[float]]:
    """Return the terms held that have one value in every group of a level, with these values."""
    index = find_level(pooled.moments.levels, level)
    labels = pooled.moments.levels[index].labels()
    found = group_constants(pooled.moments, index)
    return {term: pd.Series(values, labels) for term, values in found.items() if term in at}


def _layout_columns(fit: PooledFit | MixedFit) -> tuple[Column, ...]:
    moments = fit.problem.moments if isinstance(fit, MixedFit) else fit.moments
    return moments.layout.fixed


def _is_drawable(name: Column) -> bool:
    return len(name.factors) == 1 and name.factors[0].category is None
