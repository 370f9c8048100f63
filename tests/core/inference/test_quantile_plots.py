"""Normal quantile plots."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from mlm_core.fits.prediction import residuals
from mlm_core.inference.group_effects import group_effects
from mlm_core.inference.quantile_plots import (
    MOST_POINTS,
    effect_quantiles,
    quantile_plot,
    residual_quantiles,
)


def test_quantiles_and_band():
    values = np.random.default_rng(2).normal(size=50)
    found = quantile_plot(values, [f"g{i}" for i in range(50)])
    table = found.table
    assert_allclose(table["value"], np.sort(values))
    assert_allclose(table["normal"], stats.norm.ppf((np.arange(1, 51) - 0.5) / 50))
    assert list(table["label"]) == [f"g{i}" for i in np.argsort(values)]
    # The smallest of 50: below with probability 1 - (1 - F)^50.
    expected = stats.norm.ppf(1.0 - (1.0 - 0.025) ** (1 / 50))
    assert table["lower"][0] == pytest.approx(expected, rel=1e-9)
    assert found.skewness == pytest.approx(stats.skew(values), rel=1e-9)
    assert found.excess_kurtosis == pytest.approx(stats.kurtosis(values), rel=1e-9)


def test_the_band_holds_what_it_promises():
    rng = np.random.default_rng(3)
    outside = [quantile_plot(rng.normal(size=80)).share_outside for _ in range(300)]
    assert np.mean(outside) == pytest.approx(0.05, abs=0.02)
    heavy = quantile_plot(rng.standard_t(2, size=2000))
    assert heavy.share_outside > 0.2
    assert heavy.excess_kurtosis > 1.0


def test_very_many_values_are_thinned_between_the_tails():
    values = np.random.default_rng(4).normal(size=200_000)
    found = quantile_plot(values)
    assert len(found.table) <= MOST_POINTS
    assert found.n == 200_000
    assert_allclose(found.table["value"][:100], np.sort(values)[:100])
    assert_allclose(found.table["value"].to_numpy()[-100:], np.sort(values)[-100:])


def test_missing_and_empty():
    assert quantile_plot([1.0, np.nan, -1.0]).n == 2
    empty = quantile_plot([])
    assert (empty.n, len(empty.table)) == (0, 0)
    assert np.isnan(empty.share_outside)
    assert quantile_plot([2.0, 2.0, 2.0]).skewness == 0.0


def test_residuals_of_a_fit(fitted, classroom):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    found = residual_quantiles(fit, classroom)
    own = np.sort(residuals(fit, classroom))
    assert 0.85 * fit.sigma < own.std() < fit.sigma
    own = own / own.std()
    assert found.n == 1190
    assert found.table["value"].iloc[[0, -1]].tolist() == pytest.approx([own[0], own[-1]])


def test_modes_are_scaled_by_their_own_deviation(fitted):
    effects = group_effects(fitted("mathkind ~ ses + (1 | schoolid)"), "schoolid")
    found = effect_quantiles(effects)
    table = effects.table
    expected = table["mode"] / np.sqrt(effects.sd**2 - table["sd"] ** 2)
    assert_allclose(found.table["value"], np.sort(expected))
    assert found.table["value"].std() == pytest.approx(1.0, abs=0.15)


def test_without_variance_there_is_nothing_to_draw(fitted):
    effects = group_effects(fitted("mathkind ~ ses + (ses | schoolid)"), "schoolid", "ses")
    assert effect_quantiles(effects).n in (0, 107)
