"""Residuals of the fitted rows, without a large constant in sight."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data import blocks
from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.prediction import residuals
from mlm_core.fits.residual import five_numbers
from tests.core import dense


def test_five_numbers_follow_rs_default_rule():
    # quantile(c(1, 2, 4, 8, 16, 32)) in R
    found = five_numbers(np.array([32.0, 1.0, 8.0, 2.0, 16.0, 4.0]))
    assert found.tolist() == [1.0, 2.5, 6.0, 14.0, 32.0]


@pytest.mark.parametrize("name", dense.CASES)
def test_quantiles_are_those_of_outcome_less_prediction(name, pupils):
    fit = fit_mixed(Model(dense.CASES[name].formula), pupils)
    expected = np.quantile(residuals(fit, pupils) / fit.sigma, [0.0, 0.25, 0.5, 0.75, 1.0])
    assert_allclose(fit.residual_quantiles, expected, atol=1e-9)


def test_blocks_of_rows_do_not_matter(pupils, monkeypatch):
    whole = fit_mixed(Model("y ~ x + (x | s:d/c)"), pupils).residual_quantiles
    monkeypatch.setattr(blocks, "_BLOCK_ROWS", 11)
    cut = fit_mixed(Model("y ~ x + (x | s:d/c)"), pupils).residual_quantiles
    assert_allclose(cut, whole, atol=1e-9)


def test_an_outcome_of_a_billion_loses_no_more_than_the_table_does(pupils):
    plain = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils)
    moved = fit_mixed(Model("y ~ x + (1 | s:d)"), pupils.assign(y=pupils["y"] + 1e9))
    assert_allclose(moved.residual_quantiles, plain.residual_quantiles, atol=2e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 15, 16, 17, 18, 1_003, 600_007])
@pytest.mark.parametrize("order", ["as drawn", "sorted", "two values", "one value"])
def test_quantiles_of_few_and_of_many_values_are_exact(size, order):
    values = np.random.default_rng(11).standard_t(3, size=size)
    if order == "sorted":
        values.sort()
    elif order == "two values":
        values = np.where(values > 0.6, 1.0, -1.0)
    elif order == "one value":
        values[:] = 0.25
    expected = np.quantile(values, [0.0, 0.25, 0.5, 0.75, 1.0])
    assert_allclose(five_numbers(values.copy()), expected, rtol=1e-13)
