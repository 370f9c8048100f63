"""Poisson regression, ln(lambda) = b0 + b1 x, by likelihood and by least squares.

Least squares looks for the b that bring exp(b0 + b1 x) nearest to the counts; the likelihood
weighs the same residuals by how much counts of that rate vary. Both surfaces separate in b0,

    sum (y - e^(b0 + b1 x))^2 = sum y^2 - 2 e^b0 A(b1) + e^(2 b0) B(b1),
    l(b0, b1) = b0 sum y + b1 sum x y - e^b0 C(b1) - sum log y!,

with A = sum y e^(b1 x), B = sum e^(2 b1 x), C = sum e^(b1 x), so that a grid of 200 by 200 costs
200 passes over the rows. The table of the fit is that of statsmodels' GLM.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from mlm_core.data.bundled import load

Floats = NDArray[np.float64]

TERMS = ("(Intercept)", "x")
TRUTH = (-0.5, 0.5)
"""The coefficients the bundled counts were drawn with."""
GRID_POINTS = 200
GRID_RANGE = (-1.0, 2.0)
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class PoissonFit:
    """A Poisson regression as R's summary.glm prints it.

    Attributes
    ----------
    coefficients : DataFrame
        term, estimate, se, z, p, lower, upper (95% intervals of the normal approximation).
    null_deviance, residual_deviance, aic : float
    df_null, df_residual : int
    deviance_quantiles : ndarray (5,)
        Minimum, quartiles and maximum of the deviance residuals.
    n_iterations : int
        Fisher scoring iterations.
    n_obs : int
    """

    coefficients: pd.DataFrame
    null_deviance: float
    residual_deviance: float
    aic: float
    df_null: int
    df_residual: int
    deviance_quantiles: Floats
    n_iterations: int
    n_obs: int


@dataclass(frozen=True, eq=False)
class PoissonSurface:
    """Both criteria on a grid of coefficients.

    Attributes
    ----------
    grid : ndarray (points,)
        Values of b0, and of b1.
    log_squares, log_likelihood : ndarray (points, points)
        Logarithm of the sum of squared residuals, and log-likelihood; a row for each b1.
    least_squares, most_likely : ndarray (2,)
        The best points (b0, b1) of the grid by either criterion.
    """

    grid: Floats
    log_squares: Floats
    log_likelihood: Floats
    least_squares: Floats
    most_likely: Floats


def bundled_counts() -> tuple[Floats, Floats]:
    """Return x and y of the bundled counts."""
    frame = load("poisson_seed3")
    return frame["x"].to_numpy(np.float64), frame["y"].to_numpy(np.float64)


def fit_bundled() -> PoissonFit:
    """Fit the bundled counts."""
    return fit_poisson(*bundled_counts())


def bundled_surface() -> PoissonSurface:
    """Lay both criteria over the bundled counts."""
    return poisson_surface(*bundled_counts())


def fit_poisson(x: Floats, y: Floats) -> PoissonFit:
    """Fit by maximum likelihood (statsmodels' GLM, iteratively reweighted least squares)."""
    columns = np.column_stack([np.ones(len(x)), x])
    result = GLM(y, columns, family=Poisson()).fit()
    ends = result.conf_int(alpha=1.0 - CONFIDENCE)
    return PoissonFit(
        coefficients=pd.DataFrame(
            {
                "term": list(TERMS),
                "estimate": result.params,
                "se": result.bse,
                "z": result.tvalues,
                "p": result.pvalues,
                "lower": ends[:, 0],
                "upper": ends[:, 1],
            }
        ),
        null_deviance=float(result.null_deviance),
        residual_deviance=float(result.deviance),
        aic=float(result.aic),
        df_null=len(y) - 1,
        df_residual=int(result.df_resid),
        deviance_quantiles=np.percentile(result.resid_deviance, [0, 25, 50, 75, 100]),
        n_iterations=int(result.fit_history["iteration"]),
        n_obs=len(y),
    )


def poisson_surface(x: Floats, y: Floats) -> PoissonSurface:
    """Lay sum of squares and log-likelihood over a grid of coefficients."""
    grid = np.linspace(*GRID_RANGE, GRID_POINTS)
    rates = np.exp(grid[:, None] * x)
    a, b, c = rates @ y, (rates * rates).sum(axis=1), rates.sum(axis=1)
    base = np.exp(grid)[None, :]
    squares = (y @ y) - 2.0 * base * a[:, None] + base**2 * b[:, None]
    likelihood = grid * y.sum() + grid[:, None] * (x @ y) - base * c[:, None]
    likelihood -= special.gammaln(y + 1.0).sum()
    return PoissonSurface(
        grid=grid,
        log_squares=np.log(squares),
        log_likelihood=likelihood,
        least_squares=_point(grid, squares.argmin()),
        most_likely=_point(grid, likelihood.argmax()),
    )


def _point(grid: Floats, place: np.intp) -> Floats:
    """Return (b0, b1) of a place in the flattened grid."""
    row, column = divmod(int(place), len(grid))
    return np.array([grid[column], grid[row]])
