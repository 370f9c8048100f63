"""A simulated reference distribution: the p-value it gives, and its bars for a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_BARS = 40
# Statistics nearer than this are equal: what parts them is where the searches stop.
EQUAL = 1e-6


@dataclass(frozen=True, eq=False)
class SimulatedNull:
    """A statistic and simulated ones under the null hypothesis.

    Attributes
    ----------
    statistic : float
        In the data.
    values : ndarray (n,)
        Simulated under the null hypothesis.
    seed : int
    n_asked : int
        Statistics asked for; fewer were made where it was stopped.
    """

    statistic: float
    values: FloatArray
    seed: int
    n_asked: int

    @property
    def n(self) -> int:
        """Number of simulated statistics."""
        return len(self.values)

    @property
    def n_beyond(self) -> int:
        """Simulated statistics that are at least the observed one."""
        return int((self.values >= self.statistic - EQUAL).sum())

    @property
    def p(self) -> float:
        """Share of statistics at least as large, the observed one counted in, so never zero."""
        return (1.0 + self.n_beyond) / (1.0 + self.n)

    @property
    def p_error(self) -> float:
        """Standard error of the p-value that is due to simulating."""
        return float(np.sqrt(self.p * (1.0 - self.p) / self.n))

    @property
    def share_at_zero(self) -> float:
        """Share of simulated statistics that are zero: the larger model gains nothing."""
        return float((self.values < EQUAL).mean())


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
    above = values[values > EQUAL]
    # The highest bar ends beyond the observed statistic where that is not far out.
    largest = float(above.max(initial=1.0))
    edges = np.linspace(0.0, largest, _BARS + 1)
    counts, _ = np.histogram(above, edges)
    n = len(values)
    return NullDistribution(
        edges, counts / n, float(1.0 - len(above) / n), float(statistic), float(p), n
    )
