"""Two rows drawn from every group, to see how alike rows of the same group are.

One draw takes two different rows x, y from each of G groups with at least two rows and correlates
first with second over the groups. What the correlations of many draws average to is known without
drawing. With ``n`` rows and power sums ``S1 .. S4`` in a group, all its ordered pairs give

    E(x y) = (S1^2 - S2) / (n (n - 1)),   E(x^2) = S2 / n,   E(x) = S1 / n,

hence the exact means A of the covariance and B of the variance of a draw; the same with third and
fourth powers gives the covariances of both over draws, and the expected correlation to second order
(delta method) is

    A/B - cov(A, B) / B^2 + (A/B) (3 var(B) + cov(B, B')) / (4 B^2)

with B and B' the variances of first and second members. The correction is of order 1/G: from some
twenty groups on, it agrees with 80,000 simulated draws to three decimals.
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

FEWEST_GROUPS = 3  # two pairs always lie on a line


@dataclass(frozen=True, eq=False)
class PairDraw:
    """One random pair from every group.

    Attributes
    ----------
    outcome, level : str
        What was drawn, and from which groups.
    pairs : DataFrame
        ``group``, ``n`` (its rows), ``first``, ``second``, one row a group.
    correlation : float
        Pearson correlation of first and second; NaN with fewer than three groups.
    limit : float
        What the correlations of many draws average to, from all possible pairs.
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
class PairUrn:
    """The rows pairs are drawn from, sorted by group once for all draws.

    Attributes
    ----------
    outcome, level : str
        What is drawn, and from which groups.
    rows : GroupedValues
        The values, with the groups of at least two rows.
    limit : float
        What the correlations of many draws average to, from all possible pairs.
    n_skipped : int
        Groups of one row, which have no pair.
    """

    outcome: str
    level: str
    rows: GroupedValues
    limit: float
    n_skipped: int

    @property
    def n_groups(self) -> int:
        """Number of groups that give a pair."""
        return len(self.rows.n)

    @property
    def n_all(self) -> int:
        """Number of groups there are, where only a random sample of them was read."""
        return self.rows.n_all

    @property
    def is_sample(self) -> bool:
        """Whether only some of the groups were read."""
        return self.n_all > self.n_groups + self.n_skipped

    @property
    def has_pairs(self) -> bool:
        """Whether there are pairs enough, and different enough, to be correlated."""
        return bool(np.isfinite(self.limit))


def pair_urn(data: Table, *, outcome: str, groups: Sequence[str]) -> PairUrn:
    """Sort the rows for drawing pairs.

    Parameters
    ----------
    data : DataFrame or any other table
    outcome : str
        A numeric column.
    groups : sequence of str
        Columns that together identify a group, outermost first.
    """
    every = grouped_values(data, outcome, groups)
    rows = _with_pairs(every)
    level, skipped = level_name(tuple(groups)), len(every.n) - len(rows.n)
    return PairUrn(outcome, level, rows, _limit(rows), skipped)


def draw_from(urn: PairUrn, *, seed: int = 1) -> PairDraw:
    """Draw two different rows from every group and correlate them.

    Parameters
    ----------
    urn : PairUrn
        See :func:`pair_urn`.
    seed : int
        Seed of the generator: the same seed gives the same pairs.
    """
    first, second = draw_values(urn, seed=seed)
    return PairDraw(
        outcome=urn.outcome,
        level=urn.level,
        pairs=pd.DataFrame(
            {"group": urn.rows.labels, "n": urn.rows.n, "first": first, "second": second}
        ),
        correlation=correlation(first, second),
        limit=urn.limit,
        n_groups=urn.n_groups,
        n_skipped=urn.n_skipped,
    )


def draw_pairs(data: Table, *, outcome: str, groups: Sequence[str], seed: int = 1) -> PairDraw:
    """Draw one pair from every group of a table, see :func:`pair_urn` and :func:`draw_from`."""
    return draw_from(pair_urn(data, outcome=outcome, groups=groups), seed=seed)


def _with_pairs(rows: GroupedValues) -> GroupedValues:
    """Keep the groups of at least two rows; the values stay where they are."""
    keep = rows.n > 1
    return replace(rows, start=rows.start[keep], n=rows.n[keep], labels=rows.labels[keep])


def draw_values(urn: PairUrn, *, seed: int) -> tuple[Floats, Floats]:
    """Draw an ordered pair without replacement from every group; shapes (n_groups,)."""
    rows, generator = urn.rows, np.random.default_rng(seed)
    size = len(rows.n)
    first = np.minimum(np.floor(generator.random(size) * rows.n), rows.n - 1).astype(np.intp)
    second = np.minimum(np.floor(generator.random(size) * (rows.n - 1)), rows.n - 2)
    second = second.astype(np.intp)
    second += second >= first
    return rows.values[rows.start + first], rows.values[rows.start + second]


def correlation(first: Floats, second: Floats) -> float:
    """Correlate the members of pairs; NaN where there are too few or all are equal."""
    if len(first) < FEWEST_GROUPS:
        return float("nan")
    x, y = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 0 else float("nan")


def _limit(rows: GroupedValues) -> float:
    """Return the expected correlation of a draw, to second order."""
    if len(rows.n) < FEWEST_GROUPS:
        return float("nan")
    draw = expected_moments(rows)
    if draw.variance <= 0:
        return float("nan")
    ratio = draw.covariance / draw.variance
    bend = ratio * (3 * draw.var_variance + draw.cov_variances) / 4 - draw.cov_both
    return float(np.clip(ratio + bend / draw.variance**2, -1.0, 1.0))


@dataclass(frozen=True, slots=True)
class ExpectedMoments:
    """Moments of one draw of pairs, over all possible draws.

    Attributes
    ----------
    covariance, variance : float
        Means of the covariance of first and second members and of the variance of either, both
        with divisor G.
    cov_both : float
        Covariance over draws of these two.
    var_variance, cov_variances : float
        Variance over draws of the variance of first members, and its covariance with that of second
        members. The last three are leading terms, of order 1/G.
    """

    covariance: float
    variance: float
    cov_both: float
    var_variance: float
    cov_variances: float


def expected_moments(rows: GroupedValues) -> ExpectedMoments:
    """Return what moments of a draw are on average; all groups have at least two rows."""
    n, groups = rows.n, len(rows.n)
    owner = np.repeat(np.arange(groups), n)
    inside = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
    y = rows.values[np.repeat(rows.start, n) + inside]
    # Powers of values centred by the mean of the group means do not cancel.
    y = y - (np.bincount(owner, weights=y) / n).mean()
    s1, s2, s3, s4 = (np.bincount(owner, weights=y**power) for power in (1, 2, 3, 4))
    pairs = n * (n - 1.0)
    x, xx, xy = s1 / n, s2 / n, (s1**2 - s2) / pairs
    x3y, x2y2 = (s3 * s1 - s4) / pairs, (s2**2 - s4) / pairs
    shrunk = groups**2.0
    return ExpectedMoments(
        covariance=float(xy.mean() - (xy - x**2).sum() / shrunk),
        variance=float(xx.mean() - (xx - x**2).sum() / shrunk),
        cov_both=float((x3y - xy * xx).sum() / shrunk),
        var_variance=float((s4 / n - xx**2).sum() / shrunk),
        cov_variances=float((x2y2 - xx**2).sum() / shrunk),
    )
