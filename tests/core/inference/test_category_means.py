"""Means by category from the moments beside those of the rows, and those of the fits."""

import numpy as np
import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.errors import UnknownColumnError
from mlm_core.inference.category_means import category_means, category_predictors


@pytest.fixture(scope="module")
def table():
    draw = np.random.default_rng(4)
    n = 240
    data = pd.DataFrame(
        {
            "g": draw.integers(0, 8, n).astype(str),
            "kind": draw.choice(list("abcde"), n),
            "x": draw.normal(size=n),
        }
    )
    data["size"] = data.groupby("g")["x"].transform("size")
    data["y"] = (
        1e4 + data["x"] + data["kind"].map(ord) + data["g"].astype(int) + draw.normal(size=n)
    )
    return data[~((data["g"] == "3") & (data["kind"] == "a"))]


def _means(table, formula):
    model = mlm.Model(formula)
    pooled, mixed = mlm.fit_pooled(model, table), mlm.fit_mixed(model, table)
    return category_means("kind", pooled=pooled, mixed=mixed, level="g"), pooled, mixed


@pytest.mark.parametrize("formula", ["y ~ kind + x + (1 | g)", "y ~ 0 + kind + (1 | g)"])
def test_means_of_rows_come_from_the_moments(table, formula):
    found, _, _ = _means(table, formula)
    assert found.categories == tuple("abcde")
    overall = table.groupby("kind")["y"].agg(["size", "mean"])
    assert found.overall["n"].tolist() == overall["size"].tolist()
    np.testing.assert_allclose(found.overall["mean"], overall["mean"], rtol=1e-12)
    groups = found.groups.set_index(["group", "category"])
    expected = table.groupby(["g", "kind"])["y"].agg(["size", "mean"])
    assert groups.loc[("3", "a"), "n"] == 0
    assert np.isnan(groups.loc[("3", "a"), "mean"])
    np.testing.assert_array_equal(groups["n"].reindex(expected.index), expected["size"])
    np.testing.assert_allclose(groups["mean"].reindex(expected.index), expected["mean"], rtol=1e-12)
    assert (found.n_groups, found.n_whole) == (8, 7)
    whole = expected["mean"].unstack().dropna()
    assert found.n_alike == (whole.idxmax(axis=1) == overall["mean"].idxmax()).sum()
    assert found.sizes["n"].sum() == len(table)


def test_values_of_the_fits_hold_the_rest(table):
    found, pooled, mixed = _means(table, "y ~ kind * x + size + (1 | g)")
    beta = pooled.coefficients.set_index("term")["estimate"]
    x, size = table["x"].mean(), table["size"].mean()
    assert found.at == pytest.approx({"x": x, "size": size})
    assert found.own == ("size",)
    held = beta["(Intercept)"] + beta["x"] * x + beta["size"] * size
    assert found.overall["pooled"][0] == pytest.approx(held)
    assert found.overall["pooled"][2] == pytest.approx(held + beta["kindc"] + beta["kindc:x"] * x)
    own = mixed.group_coefficients("g")
    fifth = own[own["group"] == "5"].set_index("term")["estimate"]
    here = found.groups.set_index(["group", "category"]).loc[("5", "e"), "mixed"]
    assert here == pytest.approx(
        fifth["(Intercept)"]
        + fifth["kinde"]
        + (fifth["x"] + fifth["kinde:x"]) * x
        + fifth["size"] * table.loc[table["g"] == "5", "size"].iloc[0]
    )


def test_a_number_is_no_category(table):
    model = mlm.Model("y ~ kind + x + (1 | g)")
    pooled, mixed = mlm.fit_pooled(model, table), mlm.fit_mixed(model, table)
    assert category_predictors(pooled) == ("kind",)
    with pytest.raises(UnknownColumnError, match="x"):
        category_means("x", pooled=pooled, mixed=mixed, level="g")
