"""Moments against the rows they replace: counts, means, products, for any cut into blocks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data import blocks
from mlm_core.data.design import build_design
from mlm_core.data.model import Model
from mlm_core.moments import moments as module
from mlm_core.moments.moments import accumulate
from mlm_core.moments.packed import unpack


def accumulated(formula, frame):
    return accumulate(build_design(Model(formula), frame))


@pytest.fixture
def moments(pupils):
    return accumulated("y ~ x + w + (1 | d/s/c)", pupils)


def stored(moments, frame):
    return (frame[["x", "w", "y"]].to_numpy() - moments.shift) / moments.scale


def test_shift_and_scale_are_mean_and_standard_deviation(moments, pupils):
    columns = pupils[["x", "w", "y"]]
    assert_allclose(moments.shift, columns.mean(), rtol=1e-14)
    assert_allclose(moments.scale, columns.std(ddof=0), rtol=1e-14)


def test_counts_means_and_products_are_those_of_the_rows(moments, pupils):
    rows = stored(moments, pupils)
    assert (moments.k, moments.n_rows) == (3, 54)
    groups = pupils.groupby(["d", "s", "c"]).indices
    for group, (_, index) in enumerate(sorted(groups.items())):
        own = rows[index]
        around = own - own.mean(axis=0)
        assert moments.counts[group] == len(index)
        assert_allclose(moments.means[:, group], own.mean(axis=0), atol=1e-13, rtol=1e-11)
        assert_allclose(
            unpack(moments.products, 3)[..., group], around.T @ around, atol=1e-12, rtol=1e-11
        )


@pytest.mark.parametrize("share_rows", [1_000, 13])
@pytest.mark.parametrize("block_rows", [1_000, 7])
def test_every_cut_of_the_rows_gives_the_same_moments(
    share_rows, block_rows, moments, pupils, monkeypatch
):
    monkeypatch.setattr(blocks, "_SHARE_ROWS", share_rows)
    monkeypatch.setattr(blocks, "_BLOCK_ROWS", block_rows)
    monkeypatch.setattr(blocks, "_ROWS_PER_GROUP", 1)
    cut = accumulated("y ~ x + w + (1 | d/s/c)", pupils)
    assert_allclose(cut.shift, moments.shift, rtol=1e-15)
    assert_allclose(cut.means, moments.means, atol=1e-13, rtol=1e-11)
    assert_allclose(cut.products, moments.products, atol=1e-12, rtol=1e-11)


def test_rows_looked_at_first_do_not_matter(pupils, monkeypatch):
    # The first row is far from all others, and nothing but it is looked at.
    monkeypatch.setattr(module, "_LOOKED_AT", 1)
    far = pupils.assign(y=pupils["y"].where(pupils.index > 0, 1e6))
    found = accumulated("y ~ x + w + (1 | d/s/c)", far)
    assert_allclose(found.shift, far[["x", "w", "y"]].mean(), rtol=1e-14)
    assert_allclose((found.means @ found.counts) / 54, 0.0, atol=1e-13)
    assert_allclose(stored(found, far).std(axis=0), 1.0, rtol=1e-12)


@pytest.mark.parametrize("value", [0.1, 2020.0, 1e9 + 0.3])
def test_a_constant_column_is_stored_as_exact_zero(value, pupils):
    found = accumulated("y ~ x + v + (1 | s:d)", pupils.assign(v=value))
    assert (found.shift[1], found.scale[1]) == (value, 1.0)
    assert not found.means[1].any()
    assert not unpack(found.products, 3)[1].any()


def test_so_it_is_where_sums_of_very_many_rows_would_round():
    group = np.arange(5_000) % 7
    frame = pd.DataFrame({"y": group + np.sin(group), "v": 0.7, "g": group})
    found = accumulated("y ~ v + (1 | g)", frame)
    assert (found.shift[0], found.scale[0]) == (0.7, 1.0)
    assert not found.means[0].any()


def test_moments_of_an_ungrouped_model_are_those_of_all_rows(pupils):
    found = accumulated("y ~ x", pupils)
    assert found.counts.tolist() == [54.0]
    assert found.levels == ()
    assert_allclose(np.diag(unpack(found.products, 2)[..., 0]), 54.0, rtol=1e-12)


def test_moments_cannot_be_overwritten(moments):
    for array in (moments.shift, moments.scale, moments.counts, moments.means, moments.products):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0


def test_integer_columns_are_summed_in_double_precision(pupils):
    whole = pupils.assign(x=(pupils["x"] * 100).round().astype("int16"))
    found = accumulated("y ~ x + (1 | s:d)", whole)
    assert_allclose(found.shift[0], whole["x"].to_numpy(dtype=float).mean(), rtol=1e-14)


@pytest.mark.parametrize("formula", ["y ~ x", "y ~ x + (1 | s)", "y ~ x + (1 | d/s/c)"])
def test_totals_of_every_level_are_those_of_its_groups(formula, pupils):
    found = accumulate(build_design(Model(formula), pupils))
    for level, state in enumerate(found.states):
        total = unpack(state.products.sum(axis=-1), found.k)
        assert_allclose(found.within[level], total, rtol=1e-12, atol=1e-12)
        assert_allclose(found.row_counts[level], state.weight)
    for part, expected in zip(found.root, found.states[0], strict=True):
        assert_allclose(part, expected, rtol=1e-12, atol=1e-12)
