"""Upper triangles in storage: every entry found from both sides."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.moments.packed import pairs, position, unpack


@pytest.mark.parametrize("k", [1, 2, 5])
def test_every_pair_is_stored_once(k):
    rows, columns = pairs(k)
    stored = list(zip(rows.tolist(), columns.tolist(), strict=True))
    assert stored == [(i, j) for i in range(k) for j in range(i, k)]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_unpacking_gives_the_symmetric_matrices_back(k):
    half = np.random.default_rng(3).normal(size=(k, k, 4))
    full = half + half.transpose(1, 0, 2)
    packed = full[pairs(k)]
    assert packed.shape == (k * (k + 1) // 2, 4)
    assert np.array_equal(unpack(packed, k), full)


def test_the_shared_positions_cannot_be_overwritten():
    assert np.array_equal(position(3), [[0, 1, 2], [1, 3, 4], [2, 4, 5]])
    with pytest.raises(ValueError, match="read-only"):
        position(3)[0, 0] = 9
