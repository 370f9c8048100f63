"""The pooled model: one line for all rows, groups ignored (complete pooling).

Ordinary least squares from the summed moments. Beside the usual standard errors stand
cluster-robust ones (Liang & Zeger 1986, with the factor G/(G-1) (n-1)/(n-p)), which allow rows of
the same outermost group to be correlated; their meat is a sum of group scores and comes from the
moments too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.data.layout import INTERCEPT
from mlm_core.data.model import Model
from mlm_core.data.tables import Table
from mlm_core.errors import PerfectFitError, TooFewRowsError
from mlm_core.fits import printing
from mlm_core.fits.estimates import (
    estimate_of,
    likelihood_of_variance,
    t_columns,
    user_scale,
)
from mlm_core.fits.preparation import Preparation, prepare
from mlm_core.fits.residual import residual_notes, residual_quantiles
from mlm_core.fits.root import Root, solve_root
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.moments import Moments
from mlm_core.moments.packed import unpack
from mlm_core.moments.tree import State
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
_NOTHING_LEFT = 1e-24


@dataclass(frozen=True, eq=False)
class PooledFit:
    """A fitted pooled (ordinary least squares) model.

    Attributes
    ----------
    model : Model
        The model asked for, random part included; that part is ignored here but for clustering.
    moments : Moments
    terms : tuple of str
        Names of the coefficients.
    beta, vcov : ndarray (p,), (p, p)
        Estimates and their covariance if rows were independent.
    robust_vcov : ndarray (p, p) or None
        Covariance that allows correlation inside ``cluster``; None without a grouping level.
    cluster : str or None
        The outermost level.
    n_clusters : int
    residual_quantiles : ndarray (5,)
        Minimum, quartiles and maximum of the residuals, in units of the outcome.
    residual_squares, total_squares : float
        Sums of squares, the latter around the mean if there is an intercept.
    log_det_x : float
        log |X'X|.
    dropped : tuple of str
    notes : tuple of Note
    """

    model: Model
    moments: Moments
    terms: tuple[str, ...]
    beta: FloatArray
    vcov: FloatArray
    robust_vcov: FloatArray | None
    cluster: str | None
    n_clusters: int
    residual_quantiles: FloatArray
    residual_squares: float
    total_squares: float
    log_det_x: float
    dropped: tuple[str, ...]
    notes: tuple[Note, ...]

    @property
    def n_obs(self) -> int:
        """Number of rows used."""
        return self.moments.n_rows

    @property
    def df_residual(self) -> int:
        """Rows less coefficients."""
        return self.n_obs - len(self.beta)

    @property
    def sigma(self) -> float:
        """Residual standard error."""
        return float(np.sqrt(self.residual_squares / self.df_residual))

    @property
    def r2(self) -> float:
        """Share of the outcome's variation that the predictors reproduce."""
        return 1.0 - self.residual_squares / self.total_squares

    @property
    def has_intercept(self) -> bool:
        """Whether the model has an intercept."""
        return INTERCEPT in self.moments.layout.fixed

    @property
    def adjusted_r2(self) -> float:
        """R2 adjusted for the number of coefficients."""
        return 1.0 - (1.0 - self.r2) * (self.n_obs - self.has_intercept) / self.df_residual

    @property
    def f_df(self) -> tuple[int, int]:
        """Degrees of freedom of the overall F test."""
        return len(self.beta) - self.has_intercept, self.df_residual

    @property
    def f_statistic(self) -> float:
        """Overall F statistic; NaN without predictors."""
        numerator = self.f_df[0]
        if numerator == 0:
            return float("nan")
        explained = (self.total_squares - self.residual_squares) / numerator
        return explained / (self.residual_squares / self.df_residual)

    @property
    def f_p(self) -> float:
        """P-value of the overall F test; NaN without predictors."""
        return float(special.fdtrc(*self.f_df, self.f_statistic))

    @property
    def n_parameters(self) -> int:
        """Coefficients and sigma."""
        return len(self.beta) + 1

    @property
    def log_likelihood(self) -> float:
        """Full (ML) log-likelihood, as R's logLik of an lm."""
        return likelihood_of_variance(self.residual_squares, self.n_obs, None, len(self.beta))

    @property
    def restricted_log_likelihood(self) -> float:
        """Restricted (REML) log-likelihood, as R's logLik(lm, REML = TRUE)."""
        return likelihood_of_variance(
            self.residual_squares, self.n_obs, self.log_det_x, len(self.beta)
        )

    @property
    def aic(self) -> float:
        """Akaike's criterion from the full likelihood."""
        return 2.0 * (self.n_parameters - self.log_likelihood)

    @property
    def bic(self) -> float:
        """Schwarz's criterion from the full likelihood."""
        return float(np.log(self.n_obs)) * self.n_parameters - 2.0 * self.log_likelihood

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """Coefficients, naive and cluster-robust.

        Columns: term, estimate, se, df, t, p, lower, upper and, from the robust covariance with
        (clusters - 1) degrees of freedom, robust_se, robust_t, robust_p, robust_lower,
        robust_upper.
        """
        vcov = np.full_like(self.vcov, np.nan) if self.robust_vcov is None else self.robust_vcov
        naive = t_columns(self.beta, np.sqrt(np.diag(self.vcov)), float(self.df_residual))
        robust = t_columns(self.beta, np.sqrt(np.diag(vcov)), self.n_clusters - 1.0)
        names = ("se", "t", "p", "lower", "upper")
        more = {f"robust_{name}": robust[name] for name in names}
        return pd.DataFrame({"term": list(self.terms), **naive, **more})

    def estimate(self, term: str) -> float:
        """Return the estimate of one coefficient; NaN where the model does not have it."""
        return estimate_of(self.terms, self.beta, term)

    def summary(self) -> str:
        """Return a text laid out as R's summary of an lm."""
        return printing.pooled_summary(self)


def fit_pooled(model: Model, data: Table | Moments) -> PooledFit:
    """Fit one line to all rows.

    Parameters
    ----------
    model : Model
        Its fixed part is fitted; its outermost level, if any, clusters the robust standard errors.
    data : DataFrame, any other table, or Moments
        Rows with a missing value in any column of the model (levels included) are left out.

    Raises
    ------
    TableError
        The table cannot carry the model.
    PerfectFitError
        The predictors reproduce the outcome.
    """
    return pooled_from(prepare(model, data))


def pooled_from(preparation: Preparation) -> PooledFit:
    """Fit from moments that are already there; see :func:`fit_pooled`."""
    moments = preparation.moments
    fixed = tuple(
        NO_COLUMN if name == INTERCEPT else moments.columns.index(name)
        for name in moments.layout.fixed
    )
    if moments.n_rows <= len(fixed):
        raise TooFewRowsError(moments.n_rows, len(fixed) + 1)
    state = moments.root
    root = solve_root(state, moments, fixed)
    total = _total_squares(state, moments)
    scale = user_scale(moments)
    if root.r2 <= _NOTHING_LEFT * total / scale.outcome_scale**2:
        raise PerfectFitError(moments.layout.model.outcome_label)
    sigma2 = float(root.r2) / (moments.n_rows - len(fixed))
    meat = _meat(moments, root, fixed)
    v = root.residual_coefficients[:, None]
    quantiles = residual_quantiles(preparation.design, moments, v)
    log_scale = 2.0 * sum(float(np.log(moments.scale[index])) for index in fixed if index >= 0)
    return PooledFit(
        model=moments.layout.model,
        moments=moments,
        terms=tuple(name.label for name in moments.layout.fixed),
        beta=scale.beta(root.beta),
        vcov=scale.covariance(sigma2 * root.inverse),
        robust_vcov=None if meat is None else scale.covariance(root.inverse @ meat @ root.inverse),
        cluster=moments.levels[0].name if moments.levels else None,
        n_clusters=moments.levels[0].n_groups if moments.levels else 0,
        residual_quantiles=quantiles * scale.outcome_scale,
        residual_squares=float(root.r2) * scale.outcome_scale**2,
        total_squares=total,
        log_det_x=float(root.log_det) + log_scale,
        dropped=preparation.dropped,
        notes=(*preparation.notes, *residual_notes(preparation.design)),
    )


def _total_squares(state: State, moments: Moments) -> float:
    """Return the outcome's sum of squares around its mean, or around zero without intercept."""
    around_mean = float(state.products[-1, 0]) * moments.scale[-1] ** 2
    if INTERCEPT in moments.layout.fixed:
        return float(around_mean)
    return float(around_mean + moments.n_rows * moments.shift[-1] ** 2)


def _meat(moments: Moments, root: Root, fixed: tuple[int, ...]) -> FloatArray | None:
    """Return the sum over outermost groups of X'r r'X in stored units, with its factor."""
    if not moments.levels:
        return None
    groups = moments.states[1]
    v = root.residual_coefficients[:, None]
    residual = groups.weight * (v[0] + (groups.means * v[1:]).sum(axis=0))  # summed over rows
    products = unpack(groups.products, moments.k)
    scores = []
    for index in fixed:
        if index == NO_COLUMN:
            scores.append(residual)
            continue
        offset = 0.0 if NO_COLUMN in fixed else moments.shift[index] / moments.scale[index]
        inside = (products[index] * v[1:]).sum(axis=0)
        scores.append(inside + (groups.means[index] + offset) * residual)
    stacked = np.array(scores)
    n, p, n_groups = moments.n_rows, len(fixed), moments.levels[0].n_groups
    factor = n_groups / (n_groups - 1) * (n - 1) / (n - p)
    return np.asarray(factor * (stacked @ stacked.T))
