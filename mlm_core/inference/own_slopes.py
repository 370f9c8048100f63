"""How far the relation differs between groups, before any model for the differences.

Counts and quartiles of the groups' own slopes, and how often a group's own 95% interval misses the
slope of all rows: about one in twenty would if the relation were the same in every group, since
each interval is exact for its own group's slope. Also which groups a person may want to see singly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from mlm_core.data.design import build_design
from mlm_core.data.engines import Source
from mlm_core.data.tables import Table, opened
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.inference.fitted_lines import (
    MOST_POINTS,
    Points,
    line_predictors,
    row_labels,
    sample_points,
)
from mlm_core.inference.pushed_points import points_of_groups

Choice = Literal["first", "largest", "steepest"]
CHOICES: tuple[Choice, ...] = ("first", "largest", "steepest")
PANELS = 12
MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class OwnSlopes:
    """The slopes of separate regressions, summed up.

    Attributes
    ----------
    predictor, outcome, level : str
        The relation, and the level whose groups are compared.
    pooled : float
        Slope over all rows.
    n_groups : int
        Groups of the level.
    n_slopes, n_negative : int
        Groups that can show a slope of their own, and those among them where it is below zero.
    q1, q3 : float
        Quartiles of these slopes; NaN without any.
    n_intervals, n_missed : int
        Groups whose slope has a 95% interval, and those whose interval misses ``pooled``.
    varies_inside : bool
        Whether the predictor differs between rows of any group at all.
    """

    predictor: str
    outcome: str
    level: str
    pooled: float
    n_groups: int
    n_slopes: int
    n_negative: int
    q1: float
    q3: float
    n_intervals: int
    n_missed: int
    varies_inside: bool


def own_slopes(predictor: str, *, pooled: PooledFit, unpooled: UnpooledFit) -> OwnSlopes:
    """Sum up how the slope of one predictor differs between groups.

    Parameters
    ----------
    predictor : str
        A term of the pooled fit.
    pooled, unpooled : fits
        Of the same model on the same table.
    """
    frame = unpooled.coefficients
    own = frame[frame["term"] == predictor]
    slope = own["estimate"].dropna().to_numpy(np.float64)
    bounds = own[["lower", "upper"]].dropna().to_numpy(np.float64)
    whole = pooled.estimate(predictor)
    q1, q3 = np.percentile(slope, [25, 75]) if len(slope) else (np.nan, np.nan)
    return OwnSlopes(
        predictor=predictor,
        outcome=pooled.model.outcome_label,
        level=unpooled.level,
        pooled=whole,
        n_groups=unpooled.n_groups,
        n_slopes=len(slope),
        n_negative=int((slope < 0).sum()),
        q1=float(q1),
        q3=float(q3),
        n_intervals=len(bounds),
        n_missed=int(((bounds[:, 0] > whole) | (bounds[:, 1] < whole)).sum()),
        varies_inside=predictor in unpooled.terms,
    )


def choose_groups(
    lines: pd.DataFrame, *, by: Choice = "first", most: int = PANELS
) -> tuple[str, ...]:
    """Return labels of the groups to be seen one by one.

    Parameters
    ----------
    lines : DataFrame
        One row a group: ``group``, ``n``, ``slope``, in the order of the groups, as
        :func:`mlm_core.inference.fitted_lines.line_ends` gives it.
    by : {"first", "largest", "steepest"}
        The first of the table; those with most rows; half of them those with the largest and half
        those with the smallest slope.
    most : int
        How many.
    """
    if by == "largest":
        lines = lines.sort_values("n", ascending=False, kind="stable")
    elif by == "steepest" and len(lines) > most:
        ordered = lines.sort_values("slope", kind="stable")
        half = most // 2
        lines = pd.concat([ordered.head(half), ordered.tail(most - half)])
    elif by == "steepest":
        lines = lines.sort_values("slope", kind="stable")
    return tuple(lines["group"].head(most))


def sample_lines(lines: pd.DataFrame, *, most: int = MOST_LINES, seed: int = 1) -> pd.DataFrame:
    """Return the lines to be drawn together: all of them, or a random sample of very many."""
    if len(lines) <= most:
        return lines
    chosen = np.random.default_rng(seed).choice(len(lines), most, replace=False)
    return lines.iloc[np.sort(chosen)].reset_index(drop=True)


def group_points(
    data: Table,
    *,
    pooled: PooledFit,
    predictor: str,
    level: str,
    groups: Sequence[str],
    most: int = MOST_POINTS,
) -> Points:
    """Collect the rows of chosen groups, however many rows there are in all.

    Parameters
    ----------
    data : DataFrame or any other table
        The table the fit was made from.
    pooled : PooledFit
        Names outcome, rows and columns.
    predictor : str
        A term of :func:`mlm_core.inference.fitted_lines.line_predictors`.
    level : str
        Level of the groups.
    groups : sequence of str
        Their labels.
    most : int
        More rows than this are drawn as a random sample.
    """
    if predictor not in line_predictors(pooled):
        raise UnknownColumnError(predictor, line_predictors(pooled))
    column = next(each for each in pooled.moments.layout.fixed if each.label == predictor)
    table = opened(data, pooled.model.columns)
    if isinstance(table, Source):
        found = points_of_groups(table, pooled.moments, column, level, groups, most=most)
        return Points(found.points, found.n_total)
    design = build_design(pooled.model, table)
    labels = row_labels(design, level)
    rows = np.flatnonzero(pd.Series(labels).isin(list(groups)).to_numpy())
    x, y = design.rows.values(column)[rows], design.outcome[rows]
    return sample_points(x, y, labels[rows], most=most)
