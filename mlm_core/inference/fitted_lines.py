"""Lines to be drawn: where each group's line starts and ends, and the points behind them.

A line is drawn over the range of its own group's predictor and no further. Other terms of a model
are held at their overall means; a product with the predictor adds to the slope with the mean of its
other factors. Coefficients come as the long tables of the fits (group, term, estimate), so that
pooled, unpooled and mixed lines are drawn by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mlm_core.data.design import Design, build_design
from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.groups import find_level
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.unpooled import UnpooledFit

Floats = NDArray[np.float64]

MOST_POINTS = 5000
ALL_ROWS = "all rows"


@dataclass(frozen=True, eq=False)
class Points:
    """Points of a scatter plot.

    Attributes
    ----------
    table : DataFrame
        ``x``, ``y``, ``group``.
    n_total : int
        Complete rows there are.
    """

    table: pd.DataFrame
    n_total: int

    @property
    def is_sample(self) -> bool:
        """Whether only some of the rows are among the points."""
        return len(self.table) < self.n_total


def sample_points(
    x: ArrayLike, y: ArrayLike, group: ArrayLike, *, most: int = MOST_POINTS, seed: int = 1
) -> Points:
    """Collect the points of a scatter plot, a random sample of them when there are very many.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Predictor and outcome; rows where either is missing are left out.
    group : array_like, shape (n,)
        Group label of each row.
    most : int
        Size of the sample.
    seed : int
        Seed of the generator: the same seed gives the same sample.
    """
    table = pd.DataFrame(
        {
            "x": np.asarray(x, dtype=np.float64),
            "y": np.asarray(y, dtype=np.float64),
            "group": np.asarray(group),
        }
    )
    is_complete = np.isfinite(table["x"]) & np.isfinite(table["y"])
    table = table[is_complete].reset_index(drop=True)
    n_total = len(table)
    if n_total > most:
        chosen = np.random.default_rng(seed).choice(n_total, most, replace=False)
        table = table.loc[np.sort(chosen)].reset_index(drop=True)
    return Points(table, n_total)


def group_ranges(x: ArrayLike, group: ArrayLike) -> pd.DataFrame:
    """Return the range of a predictor by group: ``group``, ``n``, ``lower``, ``upper``."""
    values = pd.DataFrame({"x": np.asarray(x, dtype=np.float64), "group": np.asarray(group)})
    ranges = values.dropna().groupby("group", sort=False)["x"].agg(["size", "min", "max"])
    ranges.columns = pd.Index(["n", "lower", "upper"])
    ranges = ranges.reset_index()
    ranges["group"] = ranges["group"].map(str)
    return ranges


def line_ends(
    coefficients: pd.DataFrame,
    ranges: pd.DataFrame,
    *,
    predictor: str,
    at: Mapping[str, float] | None = None,
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
    at : Mapping[str, float], optional
        Values at which the other terms are held, for example their means.
    tilt : Mapping[str, float], optional
        What terms other than ``predictor`` add to the slope, per unit of their coefficient.

    Returns
    -------
    DataFrame
        ``group``, ``n``, ``intercept``, ``slope``, ``x_from``, ``y_from``, ``x_to``, ``y_to``;
        groups that lack a coefficient or a range are left out.
    """
    if "group" not in coefficients:
        coefficients = coefficients.merge(ranges[["group"]], how="cross")
    lines = pd.concat(
        [
            _weighted(coefficients, {INTERCEPT.label: 1.0, **(at or {})}).rename("intercept"),
            _weighted(coefficients, {predictor: 1.0, **(tilt or {})}).rename("slope"),
        ],
        axis=1,
    ).dropna()
    ends = ranges.merge(lines, left_on="group", right_index=True, how="inner")
    return pd.DataFrame(
        {
            "group": ends["group"],
            "n": ends["n"],
            "intercept": ends["intercept"],
            "slope": ends["slope"],
            "x_from": ends["lower"],
            "y_from": ends["intercept"] + ends["slope"] * ends["lower"],
            "x_to": ends["upper"],
            "y_to": ends["intercept"] + ends["slope"] * ends["upper"],
        }
    ).reset_index(drop=True)


def _weighted(coefficients: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series[float]:
    """Return the weighted sum of the terms named, by group; NaN where one is missing."""
    rows = coefficients[coefficients["term"].isin([term for term, w in weights.items() if w])]
    parts = rows["estimate"] * rows["term"].map(weights).astype(np.float64)
    groups = rows["group"].map(str)
    is_missing = parts.isna().groupby(groups, sort=False).any()
    return parts.groupby(groups, sort=False).sum().mask(is_missing)


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
    design = build_design(pooled.model, in_memory(data, pooled.model.columns))
    x = design.rows.values(columns[predictor])
    where = level or (unpooled.level if unpooled is not None else design.hierarchy.levels[0].name)
    groups = row_labels(design, where)
    at, tilt = _held(design, _layout_columns(pooled), columns[predictor])
    ends = partial(line_ends, predictor=predictor, at=at, tilt=tilt)
    ranges = group_ranges(x, groups)
    own = {}
    if unpooled is not None:
        own["unpooled"] = ends(unpooled.coefficients, ranges)
    if mixed is not None:
        own["mixed"] = ends(mixed.group_coefficients(where), ranges)
    everything = group_ranges(x, np.full(len(x), ALL_ROWS, dtype=object))
    return FittedLines(
        outcome=pooled.model.outcome_label,
        predictor=predictor,
        level=where,
        points=sample_points(x, design.outcome, groups, most=most_points, seed=seed),
        families={**own, "pooled": ends(pooled.coefficients, everything)},
        by_group={**own, "pooled": ends(pooled.coefficients, ranges)},
        at=at,
        tilt=tilt,
    )


def _layout_columns(fit: PooledFit | MixedFit) -> tuple[Column, ...]:
    moments = fit.problem.moments if isinstance(fit, MixedFit) else fit.moments
    return moments.layout.fixed


def _is_drawable(name: Column) -> bool:
    return len(name.factors) == 1 and name.factors[0].category is None


def row_labels(design: Design, level: str) -> NDArray[np.object_]:
    """Return the label of each row's group, written as the fits write it."""
    levels = design.hierarchy.levels
    codes = design.hierarchy.codes.astype(np.intp)
    for inner in range(len(levels) - 1, find_level(levels, level), -1):
        codes = levels[inner].parent[codes]
    return levels[find_level(levels, level)].labels()[codes]


def _held(
    design: Design, columns: tuple[Column, ...], predictor: Column
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the means at which other terms are held, and what products add to the slope."""
    at, tilt = {}, {}
    for name in columns:
        if name in (INTERCEPT, predictor):
            continue
        if predictor.factors[0] in name.factors:
            rest = tuple(factor for factor in name.factors if factor != predictor.factors[0])
            tilt[name.label] = float(design.rows.values(Column(rest)).mean())
        else:
            at[name.label] = float(design.rows.values(name).mean())
    return at, tilt
