"""The table of variances and covariances, on the user's scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.structure import CovarianceBlock

FloatArray = NDArray[np.float64]
RESIDUAL = "Residual"


def variance_table(problem: Problem, theta: FloatArray, sigma: float) -> pd.DataFrame:
    """Return the variance components.

    Parameters
    ----------
    problem : Problem
    theta : ndarray (n_theta,)
        On stored columns.
    sigma : float
        Residual standard deviation on the user's scale.

    Returns
    -------
    DataFrame
        Columns level, term, other, variance, sd, corr: variances of a block first, then its
        covariances; outermost level first, the residual last.
    """
    records = []
    for level, grouping in enumerate(problem.moments.levels):
        for block in problem.structure.at_level(level):
            records += _block_records(block, theta, sigma, grouping.name)
    records.append((RESIDUAL, "", "", sigma**2, sigma, np.nan))
    return pd.DataFrame.from_records(
        records, columns=["level", "term", "other", "variance", "sd", "corr"]
    )


def _block_records(
    block: CovarianceBlock, theta: FloatArray, sigma: float, level: str
) -> list[tuple[str, str, str, float, float, float]]:
    covariance = sigma**2 * block.relative_covariance(theta)
    sd = np.sqrt(np.diag(covariance))
    labels = [name.label for name in block.columns]
    records = [
        (level, label, "", float(covariance[i, i]), float(sd[i]), np.nan)
        for i, label in enumerate(labels)
    ]
    for i in range(block.q):
        for j in range(i + 1, block.q):
            product = sd[i] * sd[j]
            correlation = float(np.clip(covariance[i, j] / product, -1, 1)) if product else np.nan
            records.append(
                (level, labels[i], labels[j], float(covariance[i, j]), np.nan, correlation)
            )
    return records
