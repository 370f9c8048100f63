"""Drawn moments have the distribution of moments of drawn rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.criterion import ascend, build_problem, criterion
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.preparation import prepare
from mlm_core.inference.replicated_moments import MomentDraws, draws_of, truth_at
from mlm_core.moments.packed import unpack
from tests.core import dense

N = 4000
# Means of N draws against their expectation, in standard errors: 5 is one in two million.
ERRORS = 5.0
NAMES = ["two levels", "slope", "two slopes", "uncorrelated", "no fixed intercept", "three levels"]


def expected_moments(frame, case, fit):
    """Return E of (mean y, S_xy, S_yy) of every innermost group, from dense matrices."""
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    v = dense.relative_covariance(frame, case, blocks) * fit.sigma**2
    mu = dense.matrix(frame, case.fixed) @ fit.beta
    return mu, v


@pytest.mark.parametrize("name", NAMES)
def test_means_and_squares_agree_with_the_model(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    moments = fit.problem.moments
    drawn = draws_of(fit.problem, fit.at.theta, fit.at.root).draw(np.random.default_rng(5), N)
    mu, v = expected_moments(pupils, case, fit)
    shift, scale = moments.shift[-1], moments.scale[-1]
    keys = list(moments.levels[-1].columns)
    group = pupils.groupby(keys).ngroup().to_numpy()
    average = (group[None] == np.arange(group.max() + 1)[:, None]).astype(float)
    average /= average.sum(axis=1, keepdims=True)
    y = drawn.means[:, -1] * scale + shift
    spread = average @ v @ average.T
    assert_allclose(y.mean(axis=0), average @ mu, atol=ERRORS * np.sqrt(np.diag(spread).max() / N))
    sampled = np.cov(y, rowvar=False)
    root = np.sqrt(np.diag(spread))
    error = np.outer(root, root) * np.sqrt(2.0 / N)
    assert (np.abs(sampled - spread) <= ERRORS * error).all()
    # The total of squares inside groups: E = tr(W V) + mu' W mu, Var = 2 tr(WVWV) + 4 mu'WVW mu.
    inside = np.eye(len(group)) - average.T[:, :] @ np.diag(1.0 / (average**2).sum(1)) @ average
    total = drawn.inside[:, -1, -1] * scale**2
    wv = inside @ v
    mean = np.trace(wv) + mu @ inside @ mu
    variance = 2.0 * np.trace(wv @ wv) + 4.0 * mu @ wv @ inside @ mu
    assert abs(total.mean() - mean) <= ERRORS * np.sqrt(variance / N)
    assert total.var() == pytest.approx(variance, rel=ERRORS * np.sqrt(6.0 / N))


@pytest.mark.parametrize("name", NAMES)
def test_products_with_predictors(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    moments = fit.problem.moments
    drawn = draws_of(fit.problem, fit.at.theta, fit.at.root).draw(np.random.default_rng(6), N)
    mu, v = expected_moments(pupils, case, fit)
    group = pupils.groupby(list(moments.levels[-1].columns)).ngroup()
    scale = moments.scale
    for index, column in enumerate(moments.columns):
        x = dense.values(pupils, column.label)
        centred = x - pupils.assign(x_=x).groupby(group)["x_"].transform("mean").to_numpy()
        found = drawn.inside[:, index, -1] * scale[index] * scale[-1]
        error = np.sqrt(centred @ v @ centred / N)
        assert abs(found.mean() - centred @ mu) <= ERRORS * error
        assert found.var() == pytest.approx(error**2 * N, rel=ERRORS * np.sqrt(2.0 / N))
        # The predictors themselves are those of the data.
        assert_allclose(drawn.inside[:, index, index], moments.inside[index, index])


@pytest.mark.parametrize("name", ["slope", "two slopes"])
def test_each_group_keeps_a_valid_matrix(name, pupils):
    fit = fit_mixed(Model(dense.CASES[name].formula), pupils)
    drawn = draws_of(fit.problem, fit.at.theta, fit.at.root).draw(np.random.default_rng(7), 50)
    matrices = np.moveaxis(unpack(drawn.products, drawn.k), (2, 3), (0, 1))
    values = np.linalg.eigvalsh(matrices)
    assert values.min() > -1e-9 * values.max()


def test_one_replicate_evaluates_as_plain_moments_do(pupils):
    for formula in ("y ~ x + (1 | s:d/c)", "y ~ x + (x | s:d)"):
        fit = fit_mixed(Model(formula), pupils)
        drawn = draws_of(fit.problem, fit.at.theta, fit.at.root).draw(np.random.default_rng(8), 3)
        together = replace(fit.problem, moments=drawn)
        theta = np.tile(fit.at.theta[:, None], (1, 3))
        values = criterion(together, ascend(together, theta))
        for replicate, value in enumerate(values):
            alone = build_problem(drawn.one(replicate), "REML")
            own = criterion(alone, ascend(alone, fit.at.theta))
            assert own == pytest.approx(value, rel=1e-11)


def test_summed_products_give_the_same_criterion(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d/c)"), pupils)
    parts = [
        MomentDraws(
            fit.problem, truth_at(fit.problem, fit.at.theta, fit.at.root), summed=summed
        ).draw(np.random.default_rng(9), 2000)
        for summed in (True, False)
    ]
    theta = np.tile(fit.at.theta[:, None], (1, 2000))
    values = [
        criterion(problem, ascend(problem, theta))
        for problem in (replace(fit.problem, moments=part) for part in parts)
    ]
    assert values[0].mean() == pytest.approx(values[1].mean(), abs=ERRORS * values[0].std() / 30.0)
    assert values[0].std() == pytest.approx(values[1].std(), rel=0.15)


def test_groups_without_variation_get_no_products():
    import pandas as pd

    frame = pd.DataFrame({"g": [1, 1, 2, 2, 3, 3, 4], "x": [1.0, 1, 2, 4, 3, 3, 5]})
    frame["y"] = [1.0, 2, 2, 5, 3, 1, 4]
    problem = build_problem(prepare(Model("y ~ x + (1 | g)"), frame).moments, "REML")
    theta = np.array([0.5])
    root = ascend(problem, theta).root
    drawn = MomentDraws(problem, truth_at(problem, theta, root), summed=False).draw(
        np.random.default_rng(1), 20
    )
    cross = unpack(drawn.products, drawn.k)[0, 1]
    assert (cross[:, [0, 2, 3]] == 0.0).all()
    assert (cross[:, 1] != 0.0).all()
    # A single row has nothing inside; two rows of one x have one degree of freedom, not two.
    assert (drawn.products[-1][:, 3] == 0.0).all()
    assert (drawn.products[-1][:, :3] > 0.0).all()
