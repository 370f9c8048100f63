"""Columns become numbers or categories, and new rows are coded as the fitted ones were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.encoding import Encoder, is_categorical, numeric
from mlm_core.data.expressions import Transform, Variable
from mlm_core.data.model import Model
from mlm_core.errors import (
    DomainError,
    InfiniteValueError,
    NotNumericError,
    TooManyCategoriesError,
    UnknownReferenceError,
    UnseenCategoryError,
)

TABLE = pd.DataFrame(
    {
        "x": [1.0, 2.0, 4.0, 8.0, 0.5, 3.0],
        "g": ["a", "a", "b", "b", "b", "c"],
        "h": [1, 2, 1, 1, 2, 1],
    }
)


def expression(text: str) -> Variable | Transform:
    """Return one expression as a formula writes it."""
    ((factor,),) = (term.factors for term in Model(f"y ~ {text}").fixed)
    return factor


def evaluated(text, table=TABLE, encoder=None):
    columns = {name: table[name] for name in table.columns}
    values = {"x": numeric(table["x"], "x")}
    return (encoder or Encoder()).evaluate(expression(text), columns, values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], False),
        ([1.5, None], False),
        ([True, False], True),
        (["a", "b"], True),
        (pd.Categorical([1, 2]), True),
        (pd.array([1, None], dtype="Int64"), False),
        (pd.array([True, None], dtype="boolean"), True),
    ],
)
def test_what_counts_as_categorical(values, expected):
    assert is_categorical(pd.Series(values)) is expected


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 3],
        np.array([1, 2, 3], dtype="uint8"),
        pd.array([1, 2, 3], dtype="Int32"),
        ["1", "2", "3"],
        np.array([1.0, 2, 3], dtype=object),
    ],
)
def test_numbers_of_any_type(values):
    found = numeric(pd.Series(values), "v")
    assert found.dtype == np.float64
    assert found.tolist() == [1.0, 2.0, 3.0]


def test_truth_values_are_zero_and_one():
    assert numeric(pd.Series([True, False]), "v").tolist() == [1.0, 0.0]


def test_missing_values_stay_missing():
    for values in ([1.0, None], pd.array([1, None], dtype="Int64")):
        assert np.isnan(numeric(pd.Series(values), "v")).tolist() == [False, True]


def test_the_first_text_and_the_first_infinity_are_named():
    with pytest.raises(NotNumericError, match="'v' must be numeric, but data row 3 holds 'two'"):
        numeric(pd.Series(["1", None, "two", "three"]), "v")
    with pytest.raises(InfiniteValueError, match=r"data row 2 \(-inf\)"):
        numeric(pd.Series([1.0, -np.inf, np.inf]), "v")


def test_infinities_that_cancel_are_found():
    with pytest.raises(InfiniteValueError, match="data row 1"):
        numeric(pd.Series([np.inf, -np.inf]), "v")
    assert numeric(pd.Series([1e308, 1e308]), "v").tolist() == [1e308, 1e308]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", TABLE["x"]),
        ("log(x)", np.log(TABLE["x"])),
        ("I(x^2)", TABLE["x"] ** 2),
        ("I(x^0.5)", np.sqrt(TABLE["x"])),
        ("I(x^-1)", 1.0 / TABLE["x"]),
        ("center(x)", TABLE["x"] - TABLE["x"].mean()),
        ("scale(x)", (TABLE["x"] - TABLE["x"].mean()) / TABLE["x"].std(ddof=1)),
        ("group_mean(x, g)", TABLE.groupby("g")["x"].transform("mean")),
        ("group_center(x, g)", TABLE["x"] - TABLE.groupby("g")["x"].transform("mean")),
        ("group_mean(x, h:g)", TABLE.groupby(["g", "h"])["x"].transform("mean")),
        ("center(log(x))", np.log(TABLE["x"]) - np.log(TABLE["x"]).mean()),
    ],
)
def test_transformations(text, expected):
    assert_allclose(evaluated(text), expected, rtol=1e-14)


@pytest.mark.parametrize("text", ["center(x)", "scale(x)"])
def test_constants_are_those_of_the_fitted_rows(text):
    encoder = Encoder()
    fitted = evaluated(text, encoder=encoder)
    assert_allclose(evaluated(text, TABLE.iloc[[3]], encoder), fitted[[3]], rtol=1e-14)


def test_group_means_are_those_of_the_fitted_rows_and_new_groups_take_their_own():
    encoder = Encoder()
    evaluated("group_mean(x, g)", encoder=encoder)
    new = pd.DataFrame({"x": [100.0, 10.0, 30.0], "g": ["a", "new", "new"]})
    assert evaluated("group_mean(x, g)", new, encoder).tolist() == [1.5, 20.0, 20.0]
    assert evaluated("group_center(x, g)", new, encoder).tolist() == [98.5, -10.0, 10.0]


def test_a_scale_without_spread_is_one():
    assert evaluated("scale(x)", TABLE.assign(x=3.0)).tolist() == [0.0] * 6


@pytest.mark.parametrize(
    ("text", "value"), [("log(x)", 0.0), ("log(x)", -1.0), ("I(x^0.5)", -2.0), ("I(x^-1)", 0.0)]
)
def test_what_is_not_defined_is_named_by_row(text, value):
    table = TABLE.assign(x=TABLE["x"].mask(TABLE.index == 4, value))
    with pytest.raises(DomainError) as caught:
        evaluated(text, table)
    assert caught.value.row == 5
    assert f"the value {value}" in str(caught.value)
    assert evaluated("I(x^2)", table)[4] == value**2


def learnt(values, reference=None):
    encoder = Encoder()
    encoder.learn_categories(pd.Series(values), "k", reference)
    return encoder


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["b", "a", "b"], ("a", "b")),
        ([True, False], ("False", "True")),
        (pd.Categorical(["lo", "hi"], categories=["lo", "mid", "hi"]), ("lo", "hi")),
    ],
)
def test_categories_in_their_order_unused_ones_aside(values, expected):
    assert learnt(values).categories["k"] == expected


def test_the_reference_comes_first():
    assert learnt(["b", "a", "c"], "b").categories["k"] == ("b", "a", "c")
    with pytest.raises(UnknownReferenceError, match=r"'B' is not .* \(did you mean 'b'\?\)"):
        learnt(["b", "a"], "B")


def test_codes_follow_the_fitted_categories():
    encoder = learnt(["b", "a", "c"], "b")
    assert encoder.category_codes(pd.Series(["c", "b"]), "k").tolist() == [2, 0]
    with pytest.raises(UnseenCategoryError, match="The category 'd' of 'k' does not occur"):
        encoder.category_codes(pd.Series(["a", "d"]), "k")


def test_a_numeric_column_with_a_slip_is_no_category():
    with pytest.raises(NotNumericError, match="data row 4 holds '3,5'"):
        learnt(["1", "2", "7", "3,5"])
    assert learnt(["1st", "2nd", "7"]).categories["k"] == ("1st", "2nd", "7")


def test_names_are_told_from_categories_on_two_sides():
    # More than fifty categories, and more than one for five rows.
    assert len(learnt([f"n{i}" for i in range(50)]).categories["k"]) == 50
    with pytest.raises(TooManyCategoriesError, match="51 different texts in 51 rows"):
        learnt([f"n{i}" for i in range(51)])
    assert len(learnt([f"n{i}" for i in range(51)] * 5).categories["k"]) == 51
