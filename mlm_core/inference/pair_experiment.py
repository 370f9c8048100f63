"""Pairs drawn many times: the correlation of every draw, and what has become of their mean.

Draw number k of an experiment is the draw that :func:`mlm_core.inference.pairs.draw_pairs` makes
with the k-th seed, so that any single one can be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.tables import Table
from mlm_core.inference.pairs import PairUrn, correlation, draw_values, pair_urn
from mlm_core.inference.summaries import histogram, readable_range

Floats = NDArray[np.float64]

DRAWS = 200


@dataclass(frozen=True, eq=False)
class PairExperiment:
    """Correlations of many draws of pairs, in the order in which they were made.

    Attributes
    ----------
    outcome, level : str
        What was drawn, and from which groups.
    values : ndarray, shape (draws,)
        One correlation a draw; NaN for a draw of equal values.
    running_mean, running_sd : ndarray, shape (draws,)
        Mean and standard deviation of the draws up to each.
    edges : ndarray, shape (bins + 1,)
        Borders of the bins in which draws are counted.
    counts : ndarray of int, shape (draws, bins)
        Draws in each bin up to each draw.
    span : tuple of float
        Ends of a readable axis for the values, zero included.
    limit : float
        What the values average to in the long run, from all possible pairs.
    """

    outcome: str
    level: str
    values: Floats
    running_mean: Floats
    running_sd: Floats
    edges: Floats
    counts: NDArray[np.int64]
    span: tuple[float, float]
    limit: float

    @property
    def mean(self) -> float:
        """Mean of all draws."""
        return float(self.running_mean[-1])

    @property
    def sd(self) -> float:
        """Standard deviation of all draws."""
        return float(self.running_sd[-1])


def experiment_from(urn: PairUrn, *, draws: int = DRAWS, seed: int = 1) -> PairExperiment:
    """Draw pairs many times.

    Parameters
    ----------
    urn : PairUrn
        See :func:`mlm_core.inference.pairs.pair_urn`.
    draws : int
        Number of draws, at least one.
    seed : int
        Seed of the first draw; every further draw has the next.
    """
    seeds = range(seed, seed + draws)
    values = np.array([correlation(*draw_values(urn, seed=each)) for each in seeds])
    is_known = np.isfinite(values)
    known = np.where(is_known, values, 0.0)
    bins = histogram(values)
    place = np.searchsorted(bins.edges, known, side="right") - 1
    hits = np.zeros((draws, len(bins.counts)), dtype=np.int64)
    # The last border belongs to the last bin.
    hits[np.arange(draws), np.clip(place, 0, len(bins.counts) - 1)] = is_known
    made = np.cumsum(is_known)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.cumsum(known) / made
        middle = known - np.where(is_known, mean[-1], 0.0)  # squares of small numbers do not cancel
        squares = np.cumsum(middle**2) - np.cumsum(middle) ** 2 / made
        sd = np.sqrt(np.maximum(squares, 0.0) / np.where(made > 1, made - 1, np.nan))
    return PairExperiment(
        outcome=urn.outcome,
        level=urn.level,
        values=values,
        running_mean=mean,
        running_sd=sd,
        edges=bins.edges,
        counts=np.cumsum(hits, axis=0),
        span=readable_range(values, others=[0.0]),
        limit=urn.limit,
    )


def pair_experiment(
    data: Table, *, outcome: str, groups: Sequence[str], draws: int = DRAWS, seed: int = 1
) -> PairExperiment:
    """Draw pairs from the groups of a table many times.

    Parameters
    ----------
    data, outcome, groups
        See :func:`mlm_core.inference.pairs.pair_urn`.
    draws, seed
        See :func:`experiment_from`.
    """
    urn = pair_urn(data, outcome=outcome, groups=groups)
    return experiment_from(urn, draws=draws, seed=seed)
