"""Fixed coefficients on the user's scale.

Stored columns are shifted and scaled; with A the linear map of coefficients,

    beta_user = s_y A beta + a,   Cov(beta_user) = s_y^2 A Cov(beta) A',

exact, because the shift never entered the products. With an intercept its row of A takes the shifts
back and ``a`` holds the outcome's own shift; without one the columns start from the user's origin
already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.data.layout import INTERCEPT
from mlm_core.moments.moments import Moments

FloatArray = NDArray[np.float64]
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class UserScale:
    """The map A and the constant a.

    Attributes
    ----------
    matrix : ndarray (p, p)
        A.
    constant : ndarray (p,)
        a.
    outcome_scale : float
        s_y.
    """

    matrix: FloatArray
    constant: FloatArray
    outcome_scale: float

    def beta(self, stored: FloatArray) -> FloatArray:
        """Return coefficients, shape (p,)."""
        return np.asarray(self.outcome_scale * (self.matrix @ stored) + self.constant)

    def covariance(self, stored: FloatArray) -> FloatArray:
        """Return a covariance of coefficients, shape (p, p, ...)."""
        moved = np.einsum("ij,jk...,lk->il...", self.matrix, stored, self.matrix)
        return np.asarray(self.outcome_scale**2 * moved)


def user_scale(moments: Moments) -> UserScale:
    """Return the map from stored coefficients to the user's for a model's fixed columns."""
    fixed = moments.layout.fixed
    matrix, constant = np.eye(len(fixed)), np.zeros(len(fixed))
    for column, name in enumerate(fixed):
        if name == INTERCEPT:
            constant[column] = moments.shift[-1]
            continue
        index = moments.columns.index(name)
        matrix[column, column] = 1.0 / moments.scale[index]
        if INTERCEPT in fixed:
            matrix[0, column] = -moments.shift[index] / moments.scale[index]
    return UserScale(matrix, constant, float(moments.scale[-1]))


def t_table(
    terms: tuple[str, ...], estimate: FloatArray, se: FloatArray, df: FloatArray | float
) -> pd.DataFrame:
    """Return a table of coefficients with t tests against zero and 95% intervals.

    Columns: term, and those of :func:`t_columns`.
    """
    columns = t_columns(
        estimate.copy(), se.copy(), df
    )  # whoever changes the table changes it alone
    rows = pd.RangeIndex(len(terms))
    # Without copies and a look for an index of its own a table takes two thirds of the time.
    return pd.DataFrame({"term": list(terms), **columns}, index=rows, copy=False)


def t_columns(
    estimate: FloatArray, se: FloatArray, df: FloatArray | float
) -> dict[str, FloatArray]:
    """Return t tests against zero and 95% intervals: estimate, se, df, t, p, lower, upper."""
    degrees = np.broadcast_to(np.asarray(df, dtype=float), estimate.shape).copy()
    t = estimate / se
    half = special.stdtrit(degrees, 0.5 + CONFIDENCE / 2.0) * se
    return {
        "estimate": estimate,
        "se": se,
        "df": degrees,
        "t": t,
        "p": two_sided(t, degrees),
        "lower": estimate - half,
        "upper": estimate + half,
    }


def estimate_of(terms: tuple[str, ...], beta: FloatArray, term: str) -> float:
    """Return the coefficient of one term; NaN where there is none."""
    return float(beta[terms.index(term)]) if term in terms else float("nan")


def two_sided(t: FloatArray, df: FloatArray | float) -> FloatArray:
    """Return two-sided p-values of t statistics, exact far into the tail (infinite df: normal)."""
    # P(|T| > t) = I_x(df/2, 1/2) with x = df / (df + t^2). For small t, where x is almost one, from
    # the other end: 1 - I_(1 - x)(1/2, df/2).
    degrees, square = np.asarray(df, dtype=float), np.asarray(t) ** 2
    if np.isinf(degrees).any():
        known = np.where(np.isinf(degrees), 1.0, degrees)
        return np.where(np.isinf(degrees), 2.0 * special.ndtr(-np.abs(t)), two_sided(t, known))
    whole = degrees + square
    far = special.betainc(degrees / 2.0, 0.5, degrees / whole)
    return np.where(square < 1.0, special.betaincc(0.5, degrees / 2.0, square / whole), far)


def likelihood_of_variance(
    residual_squares: float, n: int, log_det_x: float | None, p: int
) -> float:
    """Return the maximised log-likelihood of a linear model; REML when ``log_det_x`` is given."""
    df = n if log_det_x is None else n - p
    value = df * (1.0 + np.log(2.0 * np.pi * residual_squares / df))
    return float(-0.5 * (value + (log_det_x or 0.0)))


Effects = Literal["all", "none"]
