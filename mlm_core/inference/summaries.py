"""Small summaries that pictures are drawn from: densities, counts, ranges, reference tails.

Pictures receive finished numbers; this is where they come from. Densities follow R's ``density()``
(Gaussian kernel, bandwidth ``bw.nrd0``); reference tails are upper tail probabilities of chi-square
distributions and of their mixtures (Self and Liang 1987, Stram and Lee 1994).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mlm_core.inference.boundary_mixture import log_chi_square_tail, log_mixture_tail

Floats = NDArray[np.float64]

DENSITY_POINTS = 512
DENSITY_CUT = 3.0  # bandwidths added beyond the extreme values, as R does
MOST_BARS = 40
TAIL_POINTS = 201
_TEN = np.log(10.0)
WILD = 6.0  # quartile distances beyond the quartiles from which a single value may be left out
OUTER_FENCE = 3.0  # quartile distances beyond the quartiles that a readable axis still covers


@dataclass(frozen=True, eq=False)
class Density:
    """A kernel density estimate.

    Attributes
    ----------
    x, y : ndarray, shape (points,)
        Grid and density; empty when fewer than two different values were given.
    values : ndarray, shape (n,)
        The finite values it was made from, ascending.
    bandwidth : float
        Standard deviation of the Gaussian kernel.
    n_outside : int
        Values so wild that the grid, which they would squeeze, leaves them out.
    """

    x: Floats
    y: Floats
    values: Floats
    bandwidth: float
    n_outside: int


def density(values: ArrayLike, *, points: int = DENSITY_POINTS) -> Density:
    """Estimate a density with a Gaussian kernel and the bandwidth of R's ``density()``.

    Parameters
    ----------
    values : array_like
        Numbers; missing ones are left out.
    points : int
        Places at which it is estimated.
    """
    sample = np.sort(_finite(values))
    width = _bandwidth(sample)
    if width == 0:
        return Density(np.empty(0), np.empty(0), sample, 0.0, 0)
    low, high = readable_range(sample, fence=WILD)
    tame = sample[(sample >= low) & (sample <= high)]
    reach = DENSITY_CUT * width
    grid = np.linspace(tame[0] - reach, tame[-1] + reach, points)
    total = np.zeros(points)
    for chunk in np.array_split(sample, max(1, len(sample) // 2000)):
        total += np.exp(-0.5 * ((grid[:, None] - chunk) / width) ** 2).sum(axis=1)
    height = total / (len(sample) * width * np.sqrt(2 * np.pi))
    return Density(grid, height, sample, width, len(sample) - len(tame))


def _bandwidth(sample: Floats) -> float:
    """Silverman's rule of thumb as R's ``bw.nrd0`` has it, falling back where a spread is zero."""
    if len(sample) < 2 or sample[0] == sample[-1]:
        return 0.0
    deviation = float(sample.std(ddof=1))
    quartiles = np.percentile(sample, [25, 75])
    spread = min(deviation, float(quartiles[1] - quartiles[0]) / 1.34) or deviation
    return float(0.9 * spread * len(sample) ** -0.2)


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts in adjoining bins.

    Attributes
    ----------
    edges : ndarray, shape (bins + 1,)
        Borders of the bins.
    counts : ndarray of int, shape (bins,)
        Values in each bin; a border belongs to the bin on its right, the last one to the last bin.
    """

    edges: Floats
    counts: NDArray[np.int64]


def histogram(values: ArrayLike, *, most_bars: int = MOST_BARS) -> Histogram:
    """Count values in bins of equal width (Freedman and Diaconis, at most ``most_bars``)."""
    sample = _finite(values)
    if not len(sample):
        return Histogram(np.array([0.0, 1.0]), np.zeros(1, dtype=np.int64))
    if sample.min() == sample.max():
        half = 0.5 * (abs(float(sample[0])) or 1.0)
        return Histogram(np.array([sample[0] - half, sample[0] + half]), np.array([len(sample)]))
    edges = np.histogram_bin_edges(sample, bins="auto")
    if len(edges) - 1 > most_bars:
        edges = np.histogram_bin_edges(sample, bins=most_bars)
    counts, edges = np.histogram(sample, bins=edges)
    return Histogram(edges, counts.astype(np.int64))


def size_counts(sizes: ArrayLike, *, most_bars: int = MOST_BARS) -> pd.DataFrame:
    """Count groups by their size.

    Parameters
    ----------
    sizes : array_like of int
        Rows of each group.
    most_bars : int
        Sizes are put in classes of equal width when there would be more bars than this.

    Returns
    -------
    DataFrame
        ``lower``, ``upper`` (both included) and ``groups``; classes without a group are kept.
    """
    counts = np.asarray(sizes, dtype=np.int64)
    if not len(counts):
        return pd.DataFrame({"lower": [], "upper": [], "groups": []}, dtype=np.int64)
    low, high = int(counts.min()), int(counts.max())
    width = -(-(high - low + 1) // most_bars)
    lower = np.arange(low, high + 1, width)
    groups = np.bincount((counts - low) // width, minlength=len(lower))
    return pd.DataFrame({"lower": lower, "upper": lower + width - 1, "groups": groups})


def readable_range(
    values: ArrayLike, *, others: ArrayLike = (), fence: float = OUTER_FENCE
) -> tuple[float, float]:
    """Return limits of an axis that a few wild values do not squeeze.

    The limits cover every value within ``fence`` quartile distances of the quartiles and all of
    ``others``, with a twentieth of their distance to spare.
    """
    sample, needed = _finite(values), _finite(others)
    if len(sample):
        quartiles = np.percentile(sample, [25, 75])
        reach = fence * (quartiles[1] - quartiles[0])
        is_tame = (sample >= quartiles[0] - reach) & (sample <= quartiles[1] + reach)
        needed = np.concatenate([sample[is_tame], needed])
    if not len(needed):
        return 0.0, 1.0
    low, high = float(needed.min()), float(needed.max())
    margin = 0.05 * (high - low) or 0.5 * (abs(low) or 1.0)
    return low - margin, high + margin


@dataclass(frozen=True, eq=False)
class TailCurves:
    """Upper tail probabilities that a likelihood-ratio statistic is read against.

    They are given as logarithms to base 10: those of strong effects are no floats any more.

    Attributes
    ----------
    statistic : float
        The observed statistic.
    df : int
        Degrees of freedom of the plain chi-square reference.
    x : ndarray, shape (points,)
        Grid of statistics from 0 to beyond the observed one.
    log_plain, log_mixture : ndarray, shape (points,)
        Of the chi-square and of the mixture at the boundary; ``log_mixture`` is empty when no
        variance is tested.
    log_p, log_p_boundary : float
        Both at the observed statistic; ``log_p_boundary`` is NaN without a mixture.
    p, p_boundary : float
        The probabilities themselves; zero where they are no floats any more.
    weights : tuple of (int, float)
        The mixture as (degrees of freedom, weight); empty where there is none.
    """

    statistic: float
    df: int
    x: Floats
    log_plain: Floats
    log_mixture: Floats
    p: float
    p_boundary: float
    log_p: float
    log_p_boundary: float
    weights: tuple[tuple[int, float], ...]


def tail_curves(
    statistic: float, df: int, *, weights: Sequence[tuple[int, float]] = ()
) -> TailCurves:
    """Lay a likelihood-ratio statistic over its reference distributions.

    Parameters
    ----------
    statistic : float
        Observed statistic.
    df : int
        Degrees of freedom of the plain reference.
    weights : sequence of (int, float)
        Mixture at the boundary as (degrees of freedom, weight), as a likelihood-ratio test has it;
        ``((0, 0.5), (1, 0.5))`` for one variance.
    """
    mixed = tuple(weights)
    reach = max(1.25 * statistic, 10.0)
    # A mixture with a point mass jumps right after zero: the second grid point shows it as a jump.
    grid = np.concatenate([[0.0, 1e-9 * reach], np.linspace(0.0, reach, TAIL_POINTS)[1:]])
    log_p = float(log_chi_square_tail(statistic, df)) / _TEN
    log_p_boundary = float(log_mixture_tail(statistic, mixed)) / _TEN if mixed else float("nan")
    return TailCurves(
        statistic=statistic,
        df=df,
        x=grid,
        log_plain=log_chi_square_tail(grid, df) / _TEN,
        log_mixture=log_mixture_tail(grid, mixed) / _TEN if mixed else np.empty(0),
        p=10.0**log_p,
        p_boundary=10.0**log_p_boundary,
        log_p=log_p,
        log_p_boundary=log_p_boundary,
        weights=mixed,
    )


def _finite(values: ArrayLike) -> Floats:
    sample = np.asarray(values, dtype=np.float64).ravel()
    return sample[np.isfinite(sample)]
