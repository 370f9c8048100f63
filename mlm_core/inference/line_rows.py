"""What lines are drawn over: points, ranges by group, means of other terms.

From rows in memory, or from the engine that holds them (:mod:`mlm_core.inference.pushed_points`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mlm_core.data.design import Design, build_design
from mlm_core.data.engines import Source
from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.data.tables import Table, opened
from mlm_core.fits.groups import find_level
from mlm_core.fits.pooled import PooledFit
from mlm_core.inference.pushed_points import held_means, points_of_source, sample_size

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

MOST_POINTS = 5000
"""More rows than this are drawn as a sample."""
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
        More rows than this are drawn as a sample, see
        :func:`mlm_core.inference.pushed_points.sample_size`.
    seed : int
        Seed of the generator: the same seed gives the same sample.
    """
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    chosen, n_total = _chosen(across, up, most, seed)
    found = {"x": across[chosen], "y": up[chosen], "group": np.asarray(group)[chosen]}
    return Points(pd.DataFrame(found), n_total)


def _chosen(x: Floats, y: Floats, most: int, seed: int) -> tuple[Codes, int]:
    """Return the places of the rows that are drawn, ascending, and how many rows are complete."""
    complete = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    n_total = len(complete)
    if n_total <= most:
        return complete, n_total
    size = sample_size(n_total, most)
    drawn = np.random.default_rng(seed).choice(n_total, size, replace=False)
    return complete[np.sort(drawn)], n_total


def group_ranges(x: ArrayLike, group: ArrayLike) -> pd.DataFrame:
    """Return the range of a predictor by group: ``group``, ``n``, ``lower``, ``upper``."""
    values, names = np.asarray(x, dtype=np.float64), np.asarray(group)
    is_complete = ~(np.isnan(values) | pd.isna(names))
    codes, labels = pd.factorize(names[is_complete])
    return _ranges(values[is_complete], codes, labels)


def _ranges(values: Floats, codes: Codes, labels: ArrayLike) -> pd.DataFrame:
    """Return the range of values by group, told by its place among the labels."""
    order = np.argsort(codes, kind="stable")
    first = np.flatnonzero(np.diff(codes[order], prepend=-1))
    ordered = values[order]
    return pd.DataFrame(
        {
            "group": [str(label) for label in np.asarray(labels)],
            "n": np.diff(first, append=len(order)),
            "lower": np.minimum.reduceat(ordered, first),
            "upper": np.maximum.reduceat(ordered, first),
        }
    )


@dataclass(frozen=True, eq=False)
class SeenRows:
    """What lines are drawn from: ranges by group, points, means of other terms."""

    ranges: pd.DataFrame
    points: Points
    at: Mapping[str, float]
    tilt: Mapping[str, float]


def see_rows(
    data: Table, pooled: PooledFit, column: Column, level: str, *, most: int, seed: int
) -> SeenRows:
    """Look at the rows, in memory or where an engine holds them."""
    table = opened(data, pooled.model.columns)
    if isinstance(table, Source):
        found = points_of_source(table, pooled.moments, column, level, most=most, seed=seed)
        at, tilt = held_means(pooled.moments, pooled.moments.layout.fixed, column)
        return SeenRows(found.ranges, Points(found.points, found.n_total), at, tilt)
    design = build_design(pooled.model, table)
    x = design.rows.values(column)
    codes, labels = _row_groups(design, level)
    at, tilt = _held(design, pooled.moments.layout.fixed, column)
    chosen, n_total = _chosen(x, design.outcome, most, seed)
    points = {"x": x[chosen], "y": design.outcome[chosen], "group": labels[codes[chosen]]}
    seen, places = pd.factorize(codes)
    ranges = _ranges(x, seen, labels[places])
    return SeenRows(ranges, Points(pd.DataFrame(points), n_total), at, tilt)


def range_of_all(ranges: pd.DataFrame) -> pd.DataFrame:
    """Return the range over all rows, in the form of :func:`group_ranges`."""
    return pd.DataFrame(
        {
            "group": [ALL_ROWS],
            "n": [ranges["n"].to_numpy().sum()],
            "lower": [ranges["lower"].to_numpy().min()],
            "upper": [ranges["upper"].to_numpy().max()],
        }
    )


def row_labels(design: Design, level: str) -> NDArray[np.object_]:
    """Return the label of each row's group, written as the fits write it."""
    codes, labels = _row_groups(design, level)
    return labels[codes]


def _row_groups(design: Design, level: str) -> tuple[Codes, NDArray[np.object_]]:
    """Return the group of each row, told by its place among the labels, and the labels."""
    levels = design.hierarchy.levels
    codes = design.hierarchy.codes
    for inner in range(len(levels) - 1, find_level(levels, level), -1):
        codes = levels[inner].parent[codes]
    return codes, levels[find_level(levels, level)].labels()


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
