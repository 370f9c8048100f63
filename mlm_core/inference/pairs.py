"""Two rows drawn from every group, to see how alike rows of the same group are.

One draw takes two different rows from each group with at least two rows and correlates first with
second over the groups. Over all possible draws, covariance and variance have exact means, so their
ratio is known without drawing: with ``n`` rows, sum ``S`` and sum of squares ``Q`` in a group,

    E(y1 y2) = (S^2 - Q) / (n (n - 1)),   E(y1^2) = Q / n,   E(y1) = S / n,

each averaged over the groups. That ratio is the value repeated draws scatter around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.expressions import level_name
from mlm_core.data.tables import Table
from mlm_core.inference.group_summaries import GroupedValues, grouped_values

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairDraw:
    """One random pair from every group.

    Attributes
    ----------
    outcome, level : str
        What was drawn, and from which groups.
    pairs : DataFrame
        ``group``, ``first``, ``second``, one row a group.
    correlation : float
        Pearson correlation of first and second; NaN with fewer than three groups.
    limit : float
        The value that the correlation of many draws scatters around.
    n_groups, n_skipped : int
        Groups used, and groups of one row, which have no pair.
    """

    outcome: str
    level: str
    pairs: pd.DataFrame
    correlation: float
    limit: float
    n_groups: int
    n_skipped: int


@dataclass(frozen=True, eq=False)
class PairCorrelations:
    """Correlations of many draws.

    Attributes
    ----------
    outcome, level : str
        What was drawn, and from which groups.
    values : ndarray, shape (draws,)
        One correlation a draw.
    mean, sd : float
        Of ``values``.
    limit : float
        The value they scatter around.
    """

    outcome: str
    level: str
    values: Floats
    mean: float
    sd: float
    limit: float


def draw_pairs(data: Table, *, outcome: str, groups: Sequence[str], seed: int = 1) -> PairDraw:
    """Draw two different rows from every group and correlate them.

    Parameters
    ----------
    data : DataFrame or any other table
    outcome : str
        A numeric column.
    groups : sequence of str
        Columns that together identify a group, outermost first.
    seed : int
        Seed of the generator: the same seed gives the same pairs.
    """
    every = grouped_values(data, outcome, groups)
    rows = _with_pairs(every)
    first, second = _draw(rows, 1, np.random.default_rng(seed))
    return PairDraw(
        outcome=outcome,
        level=level_name(tuple(groups)),
        pairs=pd.DataFrame({"group": rows.labels, "first": first[0], "second": second[0]}),
        correlation=float(_correlations(first, second)[0]),
        limit=_limit(rows),
        n_groups=len(rows.n),
        n_skipped=len(every.n) - len(rows.n),
    )


def pair_correlations(
    data: Table, *, outcome: str, groups: Sequence[str], draws: int = 1000, seed: int = 1
) -> PairCorrelations:
    """Repeat :func:`draw_pairs` and keep the correlations.

    Parameters
    ----------
    data, outcome, groups, seed
        As in :func:`draw_pairs`; the first of the draws is the one that function makes.
    draws : int
        Number of draws.
    """
    rows = _with_pairs(grouped_values(data, outcome, groups))
    generator = np.random.default_rng(seed)
    found = [_correlations(*_draw(rows, 1, generator)) for _ in range(draws)]
    values = np.concatenate(found) if found else np.empty(0)
    known = values[np.isfinite(values)]
    return PairCorrelations(
        outcome=outcome,
        level=level_name(tuple(groups)),
        values=values,
        mean=float(known.mean()) if len(known) else float("nan"),
        sd=float(known.std(ddof=1)) if len(known) > 1 else float("nan"),
        limit=_limit(rows),
    )


def _with_pairs(rows: GroupedValues) -> GroupedValues:
    """Keep the groups of at least two rows; the values stay where they are."""
    keep = rows.n > 1
    return replace(rows, start=rows.start[keep], n=rows.n[keep], labels=rows.labels[keep])


def _draw(rows: GroupedValues, draws: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw ordered pairs without replacement; both results have shape (draws, n_groups)."""
    shape = (draws, len(rows.n))
    first = np.minimum(np.floor(generator.random(shape) * rows.n), rows.n - 1).astype(np.intp)
    second = np.minimum(np.floor(generator.random(shape) * (rows.n - 1)), rows.n - 2)
    second = second.astype(np.intp)
    second += second >= first
    return rows.values[rows.start + first], rows.values[rows.start + second]


def _correlations(first: Floats, second: Floats) -> Floats:
    """Correlate row by row."""
    if first.shape[1] < 3:
        return np.full(len(first), np.nan)
    x = first - first.mean(axis=1, keepdims=True)
    y = second - second.mean(axis=1, keepdims=True)
    scale = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: Floats = (x * y).sum(axis=1) / scale
    return correlation


def _limit(rows: GroupedValues) -> float:
    """Return covariance over variance of a pair, both averaged over all possible draws."""
    if len(rows.n) < 2:
        return float("nan")
    ends = rows.start + rows.n
    used = np.concatenate(
        [np.arange(low, high) for low, high in zip(rows.start, ends, strict=True)]
    )
    centre = rows.values[used].mean()  # sums of squares of centred values do not cancel
    owner = np.repeat(np.arange(len(rows.n)), rows.n)
    y = rows.values[used] - centre
    total = np.bincount(owner, weights=y)
    squares = np.bincount(owner, weights=y * y)
    mean = float((total / rows.n).mean())
    covariance = float(((total**2 - squares) / (rows.n * (rows.n - 1))).mean()) - mean**2
    variance = float((squares / rows.n).mean()) - mean**2
    return covariance / variance if variance > 0 else float("nan")
