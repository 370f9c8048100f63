"""Densities against R's rule, counts, axis limits and tail curves."""

import numpy as np
import pytest
from scipy import stats

from mlm_core.inference.summaries import (
    density,
    histogram,
    readable_range,
    size_counts,
    tail_curves,
)


def test_density_is_a_gaussian_kernel_sum_with_rs_bandwidth():
    values = np.random.default_rng(3).normal(size=50)
    found = density([*values, np.nan])
    quartiles = np.percentile(values, [25, 75])
    spread = min(values.std(ddof=1), (quartiles[1] - quartiles[0]) / 1.34)
    assert found.bandwidth == pytest.approx(0.9 * spread * 50**-0.2)
    at = 200
    brute = stats.norm.pdf(found.x[at], loc=values, scale=found.bandwidth).mean()
    assert found.y[at] == pytest.approx(brute)
    assert np.trapezoid(found.y, found.x) == pytest.approx(1, abs=2e-3)  # cut at 3 bandwidths
    assert len(found.values) == 50


def test_density_of_a_constant_is_empty():
    assert len(density([2.0, 2.0, 2.0]).x) == 0
    assert len(density([]).x) == 0


def test_density_falls_back_on_the_deviation_when_the_quartiles_agree():
    assert density([1, 1, 1, 1, 1, 1, 9]).bandwidth > 0


def test_wild_values_are_counted_and_do_not_squeeze_a_density():
    values = np.append(np.random.default_rng(3).normal(size=500), [-300.0, 140.0])
    found = density(values)
    assert found.n_outside == 2
    assert np.abs(found.x).max() < 6
    assert len(found.values) == 502
    assert np.trapezoid(found.y, found.x) == pytest.approx(500 / 502, abs=2e-3)
    assert density(values[:-2]).n_outside == 0


def test_histogram_counts_every_finite_value():
    found = histogram([0, 0.1, 0.2, 1.0, np.inf, np.nan])
    assert found.counts.sum() == 4
    assert len(found.edges) == len(found.counts) + 1
    assert len(histogram(np.random.default_rng(1).normal(size=10**5)).counts) <= 40
    assert histogram([5, 5]).counts.tolist() == [2]
    assert histogram([]).counts.tolist() == [0]


def test_size_counts_keep_empty_sizes():
    table = size_counts([2, 2, 4])
    assert table["lower"].tolist() == table["upper"].tolist() == [2, 3, 4]
    assert table["groups"].tolist() == [2, 0, 1]


def test_size_counts_join_sizes_when_there_are_many():
    table = size_counts(np.arange(1, 101))
    assert len(table) <= 40
    assert table["groups"].sum() == 100
    assert (table["upper"] - table["lower"]).unique().tolist() == [2]
    assert size_counts([]).empty


def test_readable_range_leaves_wild_values_out_but_keeps_what_is_needed():
    values = np.concatenate([np.linspace(-1, 1, 50), [1000.0]])
    low, high = readable_range(values)
    assert -1.2 < low < -1
    assert 1 < high < 1.2
    assert readable_range(values, others=[5.0])[1] > 5
    assert readable_range([]) == (0.0, 1.0)
    assert readable_range([3.0]) == (1.5, 4.5)


def test_tail_curves_of_one_variance_halve_the_p_value():
    found = tail_curves(0.2565, 1, weights=((0, 0.5), (1, 0.5)))
    assert found.p == pytest.approx(0.61254, abs=1e-4)
    assert found.p_boundary == pytest.approx(found.p / 2)
    assert found.log_p == pytest.approx(np.log10(found.p))
    assert found.log_plain[0] == pytest.approx(0, abs=1e-15)
    assert found.log_mixture[0] == pytest.approx(0, abs=1e-15)
    assert np.all(found.log_mixture[1:] < found.log_plain[1:])


def test_tail_curves_without_a_boundary_have_no_mixture():
    found = tail_curves(44.4, 1)
    assert len(found.log_mixture) == 0
    assert np.isnan(found.p_boundary)
    assert found.x[-1] > 44.4
