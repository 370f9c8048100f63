"""Plain columns need a glance only; whatever is unusual goes the careful way."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mlm_core as mlm
from mlm_core.data.plain_columns import glance
from mlm_core.data.tables import opened
from mlm_core.errors import InfiniteValueError, UnknownColumnError
from mlm_core.moments import grouped
from mlm_core.moments.making import summed
from tests.core.moments.closeness import assert_same_moments

MODEL = mlm.Model("y ~ x * w + (1 + x | s:d)")


def lazy(frame):
    return opened(pl.from_pandas(frame).lazy())


def test_products_of_plain_columns_are_ready_at_a_glance(pupils):
    found = glance(MODEL, lazy(pupils))
    assert found.keys == ("d", "s")
    assert [name.label for name in found.columns] == ["x", "w", "x:w"]
    product = pupils["x"] * pupils["w"]
    assert found.origin[2] == pytest.approx(product.mean())
    assert glance(MODEL, lazy(pupils.assign(x=0.1))).origin[0] == 0.1


@pytest.mark.parametrize(
    ("formula", "changes"),
    [
        ("y ~ k + (1 | s)", {}),
        ("y ~ log(w) + (1 | s)", {}),
        ("center(y) ~ x", {}),
        ("y ~ x + (0 + I(w^2) | s)", {}),
        ("y ~ x + (1 | s)", {"s": 0.5}),
        ("y ~ x", {"x": True}),
        ("y ~ x", {"x": np.nan}),
        ("y ~ x", {"y": np.inf}),
    ],
)
def test_what_has_to_be_learnt_goes_the_careful_way(formula, changes, pupils):
    assert glance(mlm.Model(formula), lazy(pupils.assign(**changes))) is None


def test_no_rows_and_unknown_columns(pupils):
    assert glance(MODEL, lazy(pupils.iloc[:0])) is None
    with pytest.raises(UnknownColumnError, match="'x'"):
        glance(MODEL, lazy(pupils.drop(columns="x")))


@pytest.fixture
def long_table():
    rng = np.random.default_rng(3)
    table = {name: rng.normal(size=30_000) for name in "yxw"}
    return pl.DataFrame({**table, "d": np.arange(30_000) % 40, "s": 0}).to_pandas()


@pytest.mark.parametrize("what", ["value", "key", "not a number"])
def test_a_hole_far_down_is_found_and_counted(what, long_table):
    holes = long_table.copy()
    column = "d" if what == "key" else "x"
    if what == "not a number":
        holes["z"] = -1.0
        table = pl.from_pandas(holes).with_columns(
            x=pl.when(pl.int_range(pl.len()) == 20_000).then(float("nan")).otherwise(pl.col("x"))
        )
        holes.loc[20_000, "x"] = np.nan
    else:
        holes[column] = holes[column].mask(holes.index == 20_000)
        table = pl.from_pandas(holes)
    found = summed(MODEL, table.lazy()).moments
    assert found.completeness.n_complete == 29_999
    assert dict(found.completeness.missing)[column] == 1
    assert_same_moments(found, summed(MODEL, holes).moments, tolerance=1e-11)


def test_an_infinity_far_down_is_named(long_table):
    long_table.loc[25_000, "w"] = -np.inf
    with pytest.raises(InfiniteValueError, match="'w'"):
        mlm.fit_mixed(MODEL, pl.from_pandas(long_table).lazy())


def test_a_glance_is_enough_for_one_pass(long_table, monkeypatch):
    monkeypatch.setattr(grouped, "push_down", None)
    found = summed(MODEL, pl.from_pandas(long_table).lazy()).moments
    assert_same_moments(found, summed(MODEL, long_table).moments, tolerance=1e-11)
    assert found.completeness.n_all == found.completeness.n_complete == 30_000
