"""Groups in any order, some of them twice, become the moments of all rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlm_core.data.design import build_design
from mlm_core.data.model import Model
from mlm_core.errors import CrossedGroupsError
from mlm_core.moments.group_sums import assemble, key_columns
from mlm_core.moments.moments import accumulate
from mlm_core.moments.recoding import recoded
from tests.core.moments.closeness import assert_same_moments

MODEL = Model("y ~ x * k + (1 + w | d/s/c)")


@pytest.fixture
def whole(pupils):
    return accumulate(build_design(MODEL, pupils))


def sums_of(moments):
    return recoded(moments, moments.columns, moments.layout.encoder)


def test_keys_are_those_of_the_rows(whole, pupils):
    keys = key_columns(whole.levels)
    rows = pupils.groupby(["d", "s", "c"]).size().reset_index()
    assert set(keys) == {"d", "s", "c"}
    for name, values in keys.items():
        assert values.tolist() == rows[name].tolist()
    assert key_columns(()) == {}


def test_any_order_gives_the_same_moments(whole):
    sums = sums_of(whole)
    order = np.random.default_rng(3).permutation(len(sums.counts))
    shuffled = replace(
        sums,
        keys={name: values[order] for name, values in sums.keys.items()},
        counts=sums.counts[order],
        means=sums.means[:, order],
        products=sums.products[:, order],
    )
    found = assemble(MODEL, whole.layout.encoder, shuffled, whole.completeness)
    assert_same_moments(found, whole, tolerance=1e-12)


def test_columns_are_found_in_any_order(whole):
    backwards = sums_of(whole).select(whole.columns[::-1])
    assert backwards.columns == whole.columns[::-1]
    found = assemble(MODEL, whole.layout.encoder, backwards, whole.completeness)
    assert_same_moments(found, whole, tolerance=1e-12)


def test_groups_with_the_same_keys_are_added(whole, pupils):
    model = Model("y ~ x + w + (1 | d/s)")
    classes = sums_of(accumulate(build_design(Model("y ~ x + w + (1 | d/s/c)"), pupils)))
    schools = replace(classes, keys={name: classes.keys[name] for name in ("d", "s")})
    expected = accumulate(build_design(model, pupils))
    found = assemble(model, expected.layout.encoder, schools, expected.completeness)
    assert_same_moments(found, expected, tolerance=1e-12)


def test_crossed_groups_are_refused(whole):
    sums = sums_of(whole)
    with pytest.raises(CrossedGroupsError):
        assemble(
            Model("y ~ x * k + (1 + w | s) + (1 + w | c)"), whole.layout.encoder, sums,
            whole.completeness,
        )  # fmt: skip


def test_arrays_are_read_only_and_the_sums_stay_as_they_were(whole):
    sums = sums_of(whole)
    before = sums.means.copy(), sums.products.copy()
    found = assemble(MODEL, whole.layout.encoder, sums, whole.completeness)
    assert not found.means.flags.writeable
    assert np.array_equal(sums.means, before[0])
    assert np.array_equal(sums.products, before[1])
