"""Poisson regression on the bundled counts: every number R printed, and brute force."""

import numpy as np
import pytest
from scipy import stats

from mlm_core.likelihood.poisson import (
    TRUTH,
    bundled_counts,
    bundled_surface,
    fit_bundled,
    poisson_surface,
)

# R stops Fisher scoring at a relative change of 1e-8 in the deviance, which the estimates feel as
# its square root, and takes the weights of the last step but one for the standard errors.
ESTIMATE = 1e-7
STANDARD_ERROR = 1e-4


@pytest.fixture(scope="module")
def fit():
    return fit_bundled()


@pytest.fixture(scope="module")
def surface():
    return bundled_surface()


def test_the_table_r_prints(fit, reference):
    expected = reference("poisson")
    assert fit.coefficients["estimate"].to_numpy() == pytest.approx(expected["coef"], rel=ESTIMATE)
    assert fit.coefficients["se"].to_numpy() == pytest.approx(expected["se"], rel=STANDARD_ERROR)
    assert fit.coefficients["z"].to_numpy() == pytest.approx(expected["z"], rel=STANDARD_ERROR)
    assert fit.null_deviance == pytest.approx(expected["null_deviance"], rel=1e-10)
    assert fit.residual_deviance == pytest.approx(expected["residual_deviance"], rel=1e-10)
    assert fit.aic == pytest.approx(expected["AIC"], rel=1e-10)
    quantiles = expected["deviance_residual_quantiles"]
    assert fit.deviance_quantiles == pytest.approx(quantiles, abs=1e-6)
    assert fit.n_iterations == expected["iterations"]
    assert (fit.df_null, fit.df_residual, fit.n_obs) == (2999, 2998, 3000)


def test_the_digits_of_the_handout(fit):
    assert [f"{value:.5f}" for value in fit.coefficients["estimate"]] == ["-0.50108", "0.48534"]
    assert [f"{value:.5f}" for value in fit.coefficients["se"]] == ["0.02456", "0.02225"]
    assert [f"{value:.2f}" for value in fit.coefficients["z"]] == ["-20.40", "21.82"]
    assert f"{fit.null_deviance:.1f} {fit.residual_deviance:.1f} {fit.aic:.1f}" == (
        "3521.1 3042.7 6206.9"
    )
    quantiles = " ".join(f"{value:.4f}" for value in fit.deviance_quantiles)
    assert quantiles == "-2.3266 -1.0397 -0.7155 0.5440 3.4077"


def test_the_least_sum_of_squares_of_the_grid(surface, reference):
    printed = reference("poisson")["grid_ssq_minimum"]
    assert surface.least_squares == pytest.approx(printed, abs=5e-8)
    assert len(surface.grid) == 200
    assert (surface.grid[0], surface.grid[-1]) == (-1.0, 2.0)


def test_the_likelihood_of_the_grid_peaks_next_to_the_fit(surface, fit):
    step = surface.grid[1] - surface.grid[0]
    away = np.abs(surface.most_likely - fit.coefficients["estimate"].to_numpy())
    assert (away <= step).all()
    assert -2.0 * surface.log_likelihood.max() + 4.0 == pytest.approx(fit.aic, abs=0.2)


def test_surfaces_against_the_sums_over_rows():
    x, y = (values[:40] for values in bundled_counts())
    surface = poisson_surface(x, y)
    for row, column in ((0, 0), (7, 150), (199, 3), (60, 90)):
        rate = np.exp(surface.grid[column] + surface.grid[row] * x)
        assert surface.log_squares[row, column] == pytest.approx(np.log(((y - rate) ** 2).sum()))
        by_hand = stats.poisson.logpmf(y, rate).sum()
        assert surface.log_likelihood[row, column] == pytest.approx(by_hand)


def test_intervals_hold_the_truth(fit):
    rows, truth = fit.coefficients, np.array(TRUTH)
    assert (rows["lower"].to_numpy() < truth).all()
    assert (truth < rows["upper"].to_numpy()).all()
