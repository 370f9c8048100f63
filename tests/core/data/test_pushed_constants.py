"""What transformations learn from an engine's rows is what they learn from arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mlm_core.data.encoding import Encoder
from mlm_core.data.expressions import Transform, Variable
from mlm_core.data.pushed_constants import (
    MOST_CATEGORIES,
    learn_categories,
    learn_constants,
    learn_group_means,
    logarithm_or_power,
)
from mlm_core.data.tables import opened
from mlm_core.errors import DomainError, TooManyCategoriesError

X = Variable("x")


def source_of(**columns):
    return opened(pl.DataFrame(columns).lazy())


def test_mean_and_deviation_keep_their_digits():
    values = np.array([1.0, 2.0, 4.0]) + 1e9
    source, encoder, scaled = source_of(v=values), Encoder(), Transform("scale", X)
    learn_constants(source, source.frame, scaled, encoder, "v", float(values.mean()))
    assert encoder.constants[scaled] == pytest.approx(
        (values.mean(), np.std([1.0, 2.0, 4.0], ddof=1)), rel=1e-15
    )
    before = dict(encoder.constants)
    learn_constants(source, source.frame.head(1), scaled, encoder, "v", 0.0)
    assert encoder.constants == before


def test_one_row_and_a_constant_have_no_deviation():
    scaled = Transform("scale", X)
    for values in ([5.0], [5.0, 5.0]):
        source, encoder = source_of(v=values), Encoder()
        learn_constants(source, source.frame, scaled, encoder, "v", 5.0)
        assert encoder.constants[scaled] == (5.0, 0.0)
        assert encoder.mean_and_scale(scaled) == (5.0, 1.0)


def test_group_means_are_sorted_and_joined():
    source = source_of(c0=["b", "a", "b"], c1=[2, 1, 2], v=[1.0, 5.0, 2.0])
    encoder, own = Encoder(), Transform("group_mean", X, ("g", "h"))
    names = {"c0": "g", "c1": "h"}
    frame = learn_group_means(source, source.frame, own, encoder, names, "v", 2.0, "e0")
    assert sorted(source.collect(frame)["e0"].to_list()) == [1.5, 1.5, 5.0]
    means = encoder.group_means[(X, ("g", "h"))]
    assert means.keys.equals(pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]))
    assert means.means.tolist() == [5.0, 1.5]


def test_more_categories_than_one_query_can_hold():
    source = source_of(k=[f"n{i}" for i in range(MOST_CATEGORIES + 1)] * 9)
    with pytest.raises(TooManyCategoriesError, match="'k'"):
        learn_categories(source, source.frame, "k", Encoder(), None, 9 * (MOST_CATEGORIES + 1))


def test_categories_are_kept_as_the_engine_holds_them():
    source, encoder = source_of(k=[True, False, True]), Encoder()
    found = learn_categories(source, source.frame, "k", encoder, "True", 3)
    assert found == {"True": True, "False": False}
    assert encoder.categories["k"] == ("True", "False")


@pytest.mark.parametrize(
    ("expression", "values", "bad"),
    [
        (Transform("log", X), [1.0, 0.0], 0.0),
        (Transform("power", X, exponent=0.5), [1.0, -4.0], -4.0),
        (Transform("power", X, exponent=-1.0), [1.0, 0.0, -1.0], 0.0),
    ],
)
def test_where_a_function_is_not_defined(expression, values, bad):
    source = source_of(v=values)
    with pytest.raises(DomainError) as caught:
        logarithm_or_power(source, source.frame, expression, "v", min(values), max(values))
    assert (caught.value.row, caught.value.value) == (None, bad)


def test_where_it_is_defined():
    source = source_of(v=[-2.0, 4.0])
    power = Transform("power", X, exponent=-2.0)
    values = logarithm_or_power(source, source.frame, power, "v", -2.0, 4.0)
    assert source.collect(source.frame.select(p=values))["p"].to_list() == [0.25, 0.0625]
