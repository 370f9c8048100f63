"""A simulated reference distribution, counted into bars: what a picture of it needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_BARS = 40
_ZERO = 1e-6


@dataclass(frozen=True, eq=False)
class NullDistribution:
    """Simulated statistics under a null hypothesis, and where the observed one falls.

    Attributes
    ----------
    edges : ndarray (bars + 1,)
    shares : ndarray (bars,)
        Share of all statistics in each bar; those at zero are not among them.
    share_at_zero : float
    statistic : float
    p : float
    n : int
    """

    edges: FloatArray
    shares: FloatArray
    share_at_zero: float
    statistic: float
    p: float
    n: int


def count_into_bars(values: FloatArray, statistic: float, p: float) -> NullDistribution:
    """Count simulated statistics into bars of equal width.

    Parameters
    ----------
    values : ndarray (n,)
    statistic, p : float
        The observed statistic and its p-value.
    """
    above = values[values > _ZERO]
    # The highest bar ends beyond the observed statistic where that is not far out.
    largest = float(above.max(initial=1.0))
    edges = np.linspace(0.0, largest, _BARS + 1)
    counts, _ = np.histogram(above, edges)
    n = len(values)
    return NullDistribution(
        edges, counts / n, float(1.0 - len(above) / n), float(statistic), float(p), n
    )
