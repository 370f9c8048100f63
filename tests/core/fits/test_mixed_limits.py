"""At the edges, where closed forms tell what is right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from tests.core.tolerances import MOST_EVALUATIONS, SAME_ESTIMATE


def balanced(n_groups, size, sd_between, seed=5, mean=10.0):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(n_groups), size)
    y = mean + rng.normal(0.0, sd_between, n_groups)[group] + rng.normal(size=len(group))
    return pd.DataFrame({"y": y, "g": group})


def mean_squares(table):
    groups = table.groupby("g")["y"]
    size, n_groups = int(groups.size().iloc[0]), groups.ngroups
    between = size * groups.mean().var(ddof=1)
    within = float(((table["y"] - groups.transform("mean")) ** 2).sum()) / (len(table) - n_groups)
    return between, within, size


@pytest.mark.parametrize("sd", [2.0, 5.0, 1e3])
@pytest.mark.parametrize("n_groups", [2, 5, 40])
def test_balanced_analysis_of_variance(n_groups, sd):
    table = balanced(n_groups, 6, sd, seed=n_groups)
    between, within, size = mean_squares(table)
    assert between > within
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), table)
    expected = (between - within) / size
    assert fit.variances["variance"][0] == pytest.approx(expected, rel=1e-5)
    assert fit.sigma**2 == pytest.approx(within, rel=1e-5)
    assert fit.beta[0] == pytest.approx(table["y"].mean(), rel=SAME_ESTIMATE)
    assert fit.coefficients["se"][0] == pytest.approx(np.sqrt(between / len(table)), rel=1e-5)


@pytest.mark.parametrize("sd", [1e4, 1e6])
def test_groups_a_million_times_as_far_apart_as_rows(sd):
    table = balanced(12, 5, sd)
    between, within, size = mean_squares(table)
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), table)
    assert fit.sigma**2 == pytest.approx(within, rel=1e-6)
    assert fit.variances["variance"][0] == pytest.approx((between - within) / size, rel=1e-6)
    assert not fit.is_singular


def test_groups_closer_than_chance_have_variance_zero():
    table = balanced(10, 4, 1.0)
    table["y"] -= table.groupby("g")["y"].transform("mean") - table["y"].mean()
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), table)
    assert fit.variances["variance"][0] == 0.0
    assert fit.is_singular
    assert [note.code for note in fit.notes] == ["singular-zero"]
    # What is left is the pooled model, with no effects anywhere.
    pooled = fit_pooled(Model("y ~ 1"), table)
    assert fit.sigma == pytest.approx(pooled.sigma, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(pooled.restricted_log_likelihood, rel=1e-12)
    assert not fit.effects("g")["mode"].any()
    assert not fit.effects("g")["sd"].any()


@pytest.mark.parametrize("sd", [0.0, 1e-9, 1e-3])
def test_a_variance_on_its_way_to_zero_ends_there(sd):
    table = balanced(15, 8, 1.0)
    noise = table["y"] - table.groupby("g")["y"].transform("mean")
    table["y"] = noise + sd * np.random.default_rng(1).normal(size=15)[table["g"]]
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), table)
    assert fit.variances["variance"][0] == 0.0


def test_groups_of_one_beside_larger_ones():
    rng = np.random.default_rng(8)
    sizes = [1, 1, 1, 1, 1, 7, 9, 4]
    group = np.repeat(np.arange(8), sizes)
    x = rng.normal(size=len(group))
    y = 1.0 + x + rng.normal(0.0, 2.0, 8)[group] + rng.normal(size=len(group))
    fit = fit_mixed(Model("y ~ x + (1 | g)"), pd.DataFrame({"y": y, "x": x, "g": group}))
    effects = fit.effects("g")
    shrinkage = fit.theta[0] ** 2 / (fit.theta[0] ** 2 + 1.0)
    # A group of one is pulled towards the line by exactly its reliability.
    residual = y[:5] - fit.beta[0] - fit.beta[1] * x[:5]
    assert_allclose(effects["mode"][:5], shrinkage * residual, rtol=1e-9)
    assert effects["n"].tolist() == sizes


def test_fifteen_hundred_groups():
    table = balanced(1500, 3, 1.5)
    between, within, size = mean_squares(table)
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), table)
    assert fit.n_groups == {"g": 1500}
    assert fit.variances["variance"][0] == pytest.approx((between - within) / size, rel=1e-5)
    assert fit.evaluations <= MOST_EVALUATIONS


def test_two_groups_and_a_slope():
    table = balanced(2, 10, 4.0)
    table["x"] = np.tile(np.linspace(-1.0, 1.0, 10), 2)
    fit = fit_mixed(Model("y ~ x + (x | g)"), table)
    assert fit.n_parameters == 6
    assert np.isfinite(fit.coefficients["df"]).all()


@pytest.mark.parametrize("depth", [2, 3, 4, 5])
def test_any_depth_of_nesting(depth):
    rng = np.random.default_rng(depth + 8)
    names = [f"l{i}" for i in range(depth)]
    index = pd.MultiIndex.from_product([range(2 + (i == 0)) for i in range(depth)], names=names)
    table = index.to_frame(index=False)
    table = table.loc[table.index.repeat(3)].reset_index(drop=True)
    table["y"] = rng.normal(size=len(table))
    for i in range(1, depth + 1):
        group = table.groupby(names[:i]).ngroup()
        table["y"] += rng.normal(0.0, 1.0 + i, group.max() + 1)[group]
    fit = fit_mixed(Model(f"y ~ 1 + (1 | {'/'.join(names)})"), table)
    assert len(fit.n_groups) == depth
    # Balanced: each variance is a difference of mean squares, as long as none is zero.
    means = [table.groupby(names[:i])["y"].transform("mean") if i else table["y"].mean()
             for i in range(depth + 1)] + [table["y"]]  # fmt: skip
    groups = [1, *fit.n_groups.values(), len(table)]
    squares = [((means[i + 1] - means[i]) ** 2).sum() / (groups[i + 1] - groups[i])
               for i in range(depth + 1)]  # fmt: skip
    sizes = [len(table) / groups[i + 1] for i in range(depth)]
    expected = [(squares[i] - squares[i + 1]) / sizes[i] for i in range(depth)]
    assert min(expected) > 0.0
    assert_allclose(fit.variances["variance"][:depth], expected, rtol=1e-4)
