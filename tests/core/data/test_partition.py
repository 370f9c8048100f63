"""Rows by keys, numbered in the order of the keys."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core.data import blocks
from mlm_core.data.partition import by_parent, combine, partition


@pytest.mark.parametrize(
    "values",
    [[3, 1, 2, 3], [30, 10, 20, 30], [2**62, -5, 0, 2**62], [2.5, -1.0, 0.0, 2.5], list("cabc")],
    ids=["dense", "gaps", "wide", "numbers", "texts"],
)
def test_numbers_ascend_with_the_keys(values):
    found = partition(np.array(values))
    assert found.codes.tolist() == [2, 0, 1, 2]
    assert found.codes.dtype == np.intp
    assert found.keys[0].tolist() == sorted(set(values))
    assert found.parent.tolist() == [0, 0, 0]


@pytest.mark.parametrize("values", [[30, 10, 20, 30], list("cabc"), [2.5, -1.0, 0.0, 2.5]])
@pytest.mark.parametrize("dtype", ["category", "str", object])
def test_a_column_of_any_type_is_numbered_by_its_values(values, dtype):
    if dtype == "category":  # in an order of their own, and one of them without rows
        categories = [*sorted(set(values), reverse=True), values[0] * 2]
        column = pd.Series(pd.Categorical(values, categories))
    else:
        column = pd.Series(values, dtype=dtype)
    found = partition(column)
    assert found.codes.tolist() == [2, 0, 1, 2]
    assert found.keys[0].tolist() == sorted(set(column.tolist()))


@pytest.mark.parametrize("inner", [[1, 2, 1, 1, 2], [11, 12, 21, 21, 12], [21, 12, 11, 11, 12]])
def test_pairs_are_numbered_by_outer_and_then_inner_key(inner):
    outer = np.array([7, 8, 9, 9, 8])
    found = combine(partition(outer), partition(np.array(inner)))
    keys = sorted(set(zip(outer.tolist(), inner, strict=True)))
    assert list(zip(*(key.tolist() for key in found.keys), strict=True)) == keys
    assert [keys[code] for code in found.codes] == list(zip(outer.tolist(), inner, strict=True))
    assert found.parent.tolist() == [sorted({7, 8, 9}).index(key[0]) for key in keys]


def test_groups_in_order_of_their_parents_keep_their_numbers():
    codes = np.array([1, 0, 2], dtype=np.int32)
    same, order = by_parent(codes, np.array([0, 0, 1]))
    assert same is codes
    assert order.tolist() == [0, 1, 2]
    moved, order = by_parent(codes, np.array([1, 0, 1]))
    assert order.tolist() == [1, 0, 2]
    assert moved.tolist() == [0, 1, 2]


@pytest.mark.parametrize("row", range(12))
def test_a_label_of_two_parents_is_found_in_whatever_share_it_stands(row, monkeypatch):
    monkeypatch.setattr(blocks, "_SHARE_ROWS", 3)
    outer, inner = np.repeat([0, 1], 6), np.repeat([0, 1, 2, 3], 3)
    assert combine(partition(outer), partition(inner)).n_groups == 4
    inner[row] = 3 - inner[row]  # a label of the other parent
    pairs = combine(partition(outer), partition(inner))
    expected = np.unique(10 * outer + inner, return_inverse=True)[1]
    assert pairs.codes.tolist() == expected.tolist()
