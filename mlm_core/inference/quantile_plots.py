"""Normal quantile plots: ordered values against what normal ones would be.

The i-th of n ordered values is drawn over the normal quantile of (i - 1/2) / n (R's ``ppoints`` for
n > 10). Around it stands what 95% of samples of that size would show at that place, from the beta
distribution of uniform order statistics. Of very many values only some are drawn, all in the tails.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mlm_core.data.tables import Table
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.prediction import residuals
from mlm_core.inference.group_effects import GroupEffects

FloatArray = NDArray[np.float64]
MOST_POINTS = 600
_TAIL_POINTS = 100
_BAND = 0.95


@dataclass(frozen=True, eq=False)
class QuantilePlot:
    """Ordered standardised values beside normal quantiles.

    Attributes
    ----------
    table : DataFrame
        Columns normal, value, lower, upper (the band), label; ascending, thinned when very many.
    n : int
        Values in all.
    share_outside : float
        Share of all values outside their band: about 0.05 for normal ones, though neighbours leave
        it together.
    skewness, excess_kurtosis : float
        Zero for normal values.
    """

    table: pd.DataFrame
    n: int
    share_outside: float
    skewness: float
    excess_kurtosis: float


def quantile_plot(values: ArrayLike, labels: ArrayLike | None = None) -> QuantilePlot:
    """Lay out a normal quantile plot of values that should have mean 0 and SD 1.

    Parameters
    ----------
    values : array_like, shape (n,)
        Missing ones are left out.
    labels : array_like, shape (n,), optional
        What each value belongs to.
    """
    sample = np.asarray(values, dtype=np.float64)
    names = np.full(len(sample), "") if labels is None else np.asarray(labels, dtype=object)
    is_there = np.isfinite(sample)
    sample, names = sample[is_there], names[is_there]
    order = np.argsort(sample, kind="stable")
    sample, names = sample[order], names[order]
    n = len(sample)
    place = np.arange(1, n + 1)
    lower, upper = (
        special.ndtri(special.betaincinv(place, n + 1 - place, tail))
        for tail in (0.5 - _BAND / 2.0, 0.5 + _BAND / 2.0)
    )
    outside = (sample < lower) | (sample > upper)
    kept = _thinned(n)
    table = pd.DataFrame(
        {
            "normal": special.ndtri((place - 0.5) / max(n, 1)),
            "value": sample,
            "lower": lower,
            "upper": upper,
            "label": names,
        }
    )
    deviation = sample - sample.mean() if n else sample
    spread = float(np.sqrt((deviation**2).mean())) if n else 0.0
    unit = deviation / spread if spread > 0.0 else deviation
    return QuantilePlot(
        table=table.iloc[kept].reset_index(drop=True),
        n=n,
        share_outside=float(outside.mean()) if n else float("nan"),
        skewness=float((unit**3).mean()) if n else float("nan"),
        excess_kurtosis=float((unit**4).mean()) - 3.0 if n else float("nan"),
    )


def residual_quantiles(fit: MixedFit, data: Table) -> QuantilePlot:
    """Lay out the residuals of a fit, all group effects taken out, in units of their own SD.

    That is a little below sigma: the group effects that are taken out were fitted to the same rows.
    """
    values = residuals(fit, data, effects="all")
    return quantile_plot(values / np.nanstd(values))


def effect_quantiles(effects: GroupEffects) -> QuantilePlot:
    """Lay out the conditional modes of an effect, each in units of its own standard deviation.

    Modes of small groups are shrunk more and vary less: Var(mode) = Var(effect) - Var(effect given
    the data), by which each is divided.
    """
    table = effects.table
    variance = effects.sd**2 - table["sd"].to_numpy(dtype=np.float64) ** 2
    can_tell = variance > 0.0
    deviation = np.sqrt(np.where(can_tell, variance, 1.0))
    values = np.where(can_tell, table["mode"].to_numpy(dtype=np.float64) / deviation, np.nan)
    return quantile_plot(values, table["group"])


def _thinned(n: int) -> NDArray[np.intp]:
    """Return which ordered values are drawn: all, or both tails and an even choice between."""
    if n <= MOST_POINTS:
        return np.arange(n)
    inner = np.linspace(_TAIL_POINTS, n - 1 - _TAIL_POINTS, MOST_POINTS - 2 * _TAIL_POINTS)
    tails = np.arange(_TAIL_POINTS)
    return np.unique(np.concatenate([tails, inner.astype(np.intp), n - 1 - tails]))
