"""The criterion of a nested model at given variances, by dense algebra and nothing of ours.

Programs add different constants to their criterion, or report another one. Put the variances that
each has reached into the same formula (Bates et al. 2015, equations 34 and 41, with the residual
variance not profiled out), and they can be compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import linalg


def nested_criterion(
    frame: pd.DataFrame,
    outcome: str,
    predictor: str,
    variances: dict[str, float],
    method: str = "REML",
) -> float:
    """Return the criterion of ``outcome ~ predictor`` with an intercept for every grouping.

    Parameters
    ----------
    variances : dict
        Variance by grouping column (columns joined by ``:``), and of the ``Residual``.
    method : {"REML", "ML"}
    """
    n = len(frame)
    cov = variances["Residual"] * np.eye(n)
    for level, variance in variances.items():
        if level != "Residual":
            groups = frame.groupby(level.split(":")).ngroup().to_numpy()
            cov += variance * (groups[:, None] == groups)
    design = np.column_stack([np.ones(n), frame[predictor]])
    lower = linalg.cholesky(cov, lower=True)
    x = linalg.solve_triangular(lower, design, lower=True)
    y = linalg.solve_triangular(lower, frame[outcome].to_numpy(float), lower=True)
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    value = 2.0 * np.log(np.diag(lower)).sum() + ((y - x @ beta) ** 2).sum()
    if method == "ML":
        return float(value + n * np.log(2.0 * np.pi))
    value += np.linalg.slogdet(x.T @ x)[1] + (n - x.shape[1]) * np.log(2.0 * np.pi)
    return float(value)
