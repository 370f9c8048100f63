"""The likelihood of a normal sample: closed forms, brute force, limits."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from mlm_core.likelihood.normal import (
    draw_normal,
    log_likelihood,
    mean_likelihood,
    normal_surface,
    normal_tail,
)

TAIL_BEYOND_TWO = 0.02275013194817921  # pnorm(2, lower.tail = FALSE) in R


def test_the_tail_of_the_handout():
    tail = normal_tail(mean=0.0, sd=1.0, threshold=2.0)
    assert tail.probability == pytest.approx(TAIL_BEYOND_TWO, rel=1e-14)
    assert integrate.trapezoid(tail.density, tail.x) == pytest.approx(1.0, abs=2e-4)
    assert tail.density == pytest.approx(stats.norm.pdf(tail.x))


@pytest.mark.parametrize(("mean", "sd", "threshold"), [(1.5, 0.3, -7.0), (-2.0, 4.0, 8.0)])
def test_any_tail(mean, sd, threshold):
    tail = normal_tail(mean=mean, sd=sd, threshold=threshold)
    assert tail.probability == pytest.approx(stats.norm.sf(threshold, mean, sd), rel=1e-12)
    assert tail.x.min() <= threshold < tail.x.max()


def test_a_sample_follows_its_seed_and_moves_with_its_truth():
    sample = draw_normal(30, mean=0.0, sd=1.0, seed=3)
    np.testing.assert_array_equal(sample, draw_normal(30, mean=0.0, sd=1.0, seed=3))
    assert draw_normal(30, mean=2.0, sd=3.0, seed=3) == pytest.approx(2.0 + 3.0 * sample)
    assert not np.array_equal(sample, draw_normal(30, mean=0.0, sd=1.0, seed=4))


def test_the_likelihood_is_the_product_of_the_densities():
    sample = draw_normal(12, mean=0.3, sd=1.4, seed=5)
    by_hand = sum(math.log(stats.norm.pdf(value, 0.9, 2.0)) for value in sample)
    assert float(log_likelihood(sample, 0.9, 2.0)) == pytest.approx(by_hand, rel=1e-12)


def test_least_squares_and_likelihood_meet_at_the_average():
    sample = draw_normal(30, mean=0.0, sd=1.0, seed=1)
    found = mean_likelihood(sample, true_mean=0.0, sd=1.0)
    assert len(found.grid) == 90
    assert (found.grid[0], found.grid[-1]) == (-4.0, 4.0)
    assert found.grid_most_likely == found.grid_least_squares
    step = found.grid[1] - found.grid[0]
    assert abs(found.grid_most_likely - sample.mean()) <= step / 2
    assert found.estimate == sample.mean()
    assert found.least == pytest.approx(((sample - sample.mean()) ** 2).sum())
    # The two criteria are one and the same up to a constant and a factor.
    constant = found.log_likelihood + 0.5 * found.sum_of_squares
    assert constant == pytest.approx(-15.0 * math.log(2.0 * math.pi))


def test_the_curvature_gives_the_standard_error():
    sample = draw_normal(50, mean=1.0, sd=2.5, seed=2)
    found = mean_likelihood(sample, true_mean=1.0, sd=2.5)
    h = 1e-3
    values = log_likelihood(sample, found.estimate + np.array([-h, 0.0, h]), 2.5)
    second = (values[0] - 2.0 * values[1] + values[2]) / h**2
    assert found.curvature == pytest.approx(-second, rel=1e-6)
    assert found.se == pytest.approx(2.5 / math.sqrt(50.0))
    # One standard error away the log-likelihood lies one half lower.
    there = float(log_likelihood(sample, found.estimate + found.se, 2.5))
    assert found.maximum - there == pytest.approx(0.5)


def test_with_both_unknown_the_surface_peaks_at_mean_and_deviation():
    sample = draw_normal(40, mean=0.0, sd=1.0, seed=7)
    found = normal_surface(sample, true_mean=0.0, true_sd=1.0)
    assert found.mean == sample.mean()
    assert found.sd == pytest.approx(np.sqrt(((sample - sample.mean()) ** 2).mean()))
    row, column = np.unravel_index(found.log_likelihood.argmax(), found.log_likelihood.shape)
    assert found.mean_grid[column] == pytest.approx(found.mean)
    assert found.sd_grid[row] == pytest.approx(found.sd)
    assert found.maximum == pytest.approx(found.log_likelihood.max())
    assert found.maximum == pytest.approx(stats.norm.logpdf(sample, found.mean, found.sd).sum())
    assert found.mean_se == pytest.approx(found.sd / math.sqrt(40))
    assert found.sd_se == pytest.approx(found.sd / math.sqrt(80))


def test_two_values_are_enough():
    sample = draw_normal(2, mean=0.0, sd=1.0, seed=1)
    assert np.isfinite(normal_surface(sample, true_mean=0.0, true_sd=1.0).log_likelihood).all()
