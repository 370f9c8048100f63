"""Sums made by engines are the moments of the rows, on every engine, for every kind of column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import mlm_core as mlm
from mlm_core.errors import (
    AllMissingError,
    ConstantOutcomeError,
    ConstantSlopeError,
    CrossedGroupsError,
    DomainError,
    InfiniteValueError,
    NoCompleteRowsError,
    NotNumericError,
    OneGroupError,
    SingletonGroupsError,
    TooManyCategoriesError,
    UnknownColumnError,
    UnknownReferenceError,
    UnseenCategoryError,
)
from mlm_core.moments.making import summed
from tests.core.moments.closeness import assert_same_fit, assert_same_moments

ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "DuckDB": lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)),
    "polars": lambda frame: pl.from_pandas(frame).lazy(),
}
FORMULAS = [
    "y ~ x",
    "y ~ x + w + (1 | d/s/c)",
    "y ~ k * x + (1 + x | s:d)",
    "y ~ 0 + k + flag + (0 + k | s:d)",
    "y ~ center(x) * scale(w) + (1 + center(x) || s:d)",
    "scale(y) ~ scale(center(log(w))) + I(x^2) + I(w^-0.5) + (1 | s:d)",
    "y ~ group_mean(x, s:d) + group_center(x, s:d) + (1 | s:d)",
    "group_center(y, d) ~ center(group_mean(log(w), c:s:d)) + n + (1 | s:d)",
    "y ~ x:flag + n:k + (x:w | d)",
]

HOSTILE = {"y": "a \"b'; --", "x": "x.\n", "s": "g`r/\\p", "k": "v0"}


@pytest.fixture(scope="module")
def frame(pupils):
    rng = np.random.default_rng(8)
    flag, n = pupils["w"] > 2.0, rng.integers(-3, 9, 54)
    return pupils.assign(flag=flag, n=n).sample(frac=1.0, random_state=2).reset_index(drop=True)


@pytest.fixture(scope="module")
def holes(frame):
    missing = frame.copy()
    missing.loc[[3, 4], "x"] = np.nan
    missing.loc[4, "y"] = np.nan
    missing["k"] = missing["k"].mask(missing.index == 11)
    missing["s"] = missing["s"].astype("Int64").mask(missing.index == 17)
    return missing


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
@pytest.mark.parametrize("table", ["frame", "holes"])
def test_moments_are_those_of_the_rows(table, formula, engine, request):
    rows = request.getfixturevalue(table)
    model = mlm.Model(formula)
    found = summed(model, ENGINES[engine](rows))
    assert found.design is None
    expected = summed(model, rows).moments
    assert_same_moments(found.moments, expected, tolerance=1e-11)
    own, other = found.moments.layout.encoder, expected.layout.encoder
    assert own.categories == other.categories
    assert own.constants.keys() == other.constants.keys()
    for name, constants in other.constants.items():
        assert own.constants[name] == pytest.approx(constants, rel=1e-12, abs=1e-12)
    for name, means in other.group_means.items():
        assert list(own.group_means[name].keys) == list(means.keys)
        assert own.group_means[name].means == pytest.approx(means.means, rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_names_and_labels_are_only_names_and_labels(engine, frame):
    rows = frame.assign(s="' or 1=1; -- " + frame["s"].astype(str), k='"' + frame["k"] + "'")
    model = mlm.Model(outcome=HOSTILE["y"], predictors=[HOSTILE["x"], HOSTILE["k"]],
                      levels=[HOSTILE["s"]])  # fmt: skip
    table = rows.rename(columns=HOSTILE)
    found = summed(model, ENGINES[engine](table)).moments
    assert_same_moments(found, summed(model, table).moments, tolerance=1e-11)
    assert found.levels[0].labels().tolist() == ["' or 1=1; -- 1", "' or 1=1; -- 2"]


@pytest.mark.parametrize("engine", ENGINES)
def test_fits_and_what_follows_from_them(engine, holes):
    table = ENGINES[engine](holes)
    model = mlm.Model("y ~ k * x + w + (1 + x | s:d)")
    fit, same = mlm.fit_mixed(model, table), mlm.fit_mixed(model, holes)
    assert_same_fit(fit, same)
    assert mlm.icc(fit).shares["share"].tolist() == pytest.approx(
        mlm.icc(same).shares["share"].tolist(), rel=1e-9
    )
    assert [note.message for note in fit.notes][:-1] == [note.message for note in same.notes]
    pooled = mlm.fit_pooled(model, table)
    assert pooled.beta == pytest.approx(mlm.fit_pooled(model, holes).beta, rel=1e-9)
    small = mlm.fit_pooled(mlm.Model("y ~ x + w + (1 | s:d)"), table)
    assert small.n_obs == 51
    groups = mlm.fit_unpooled(mlm.Model("y ~ x + w + (1 | s:d)"), table, level="s:d")
    expected = mlm.fit_unpooled(mlm.Model("y ~ x + w + (1 | s:d)"), holes, level="s:d")
    assert groups.estimates == pytest.approx(expected.estimates, rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_reference_categories_and_coding_of_other_moments(engine, frame):
    model = mlm.Model("y ~ k * scale(x) + (1 | s:d)", reference={"k": "b"})
    whole = mlm.moments(model, frame)
    found = mlm.moments(model, ENGINES[engine](frame))
    assert_same_moments(found, whole, tolerance=1e-11)
    part = frame[frame["k"] != "a"]
    found = mlm.moments(model, ENGINES[engine](part), like=whole)
    assert_same_moments(found, mlm.moments(model, part, like=whole), tolerance=1e-11)
    parts = [ENGINES[engine](own) for _, own in frame.groupby("d")]
    first = mlm.moments(model, parts[0])
    assert_same_moments(first.merge(mlm.moments(model, parts[1])), whole, tolerance=1e-11)


@pytest.mark.parametrize("lazy", [True, False])
@pytest.mark.parametrize(
    ("kind", "first"), [(pl.Categorical(), "a"), (pl.Enum(["c", "never", "a", "b"]), "c")]
)
def test_categories_stand_in_a_declared_order_or_in_that_of_their_texts(kind, first, lazy, frame):
    table = pl.from_pandas(frame.sort_values("k", ascending=False)).cast({"k": kind})
    model = mlm.Model("y ~ k + (1 | s:d)")
    found = summed(model, table.lazy() if lazy else table).moments
    order = [first, *(category for category in "abc" if category != first)]
    assert found.layout.encoder.categories["k"] == tuple(order)
    same = mlm.Model("y ~ k + (1 | s:d)", reference={"k": first})
    assert_same_moments(found, summed(same, frame).moments, tolerance=1e-11)


@pytest.mark.parametrize("engine", ENGINES)
def test_single_groups_that_carry_no_slope_are_found(engine, frame):
    flat = frame.assign(x=frame["x"].where(frame["s"] * frame["d"] > 1, 0.1))
    model = mlm.Model("y ~ x + (1 | s:d)")
    found = mlm.fit_unpooled(model, ENGINES[engine](flat), level="s:d")
    assert found.missing_groups == mlm.fit_unpooled(model, flat, level="s:d").missing_groups != ()


# --- digits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [*ENGINES, "numpy"])
def test_wild_units_give_the_answers_of_standardised_columns(engine, frame):
    rng = np.random.default_rng(5)
    school = frame["s"] + 2 * frame["d"]
    plain = pd.DataFrame({
        "y": frame["y"] - frame["y"].mean(), "t": frame["n"].astype(float),
        "small": frame["w"], "large": rng.normal(size=54), "far": 3.0 * school,
        "s": frame["s"], "d": frame["d"],
    })  # fmt: skip
    wild = plain.assign(
        y=1e9 + plain["y"], t=2020.0 + plain["t"], small=1e-6 * plain["small"],
        large=1e6 * plain["large"] - 5e7, far=1e6 + plain["far"],
    )  # fmt: skip
    model = mlm.Model("y ~ t + small + large + far + (1 + t | s:d)")
    expected = mlm.fit_mixed(model, plain)
    table = ENGINES[engine](wild) if engine in ENGINES else wild
    found = mlm.fit_mixed(model, table)
    units = {"t": 1.0, "small": 1e-6, "large": 1e6, "far": 1.0}
    for term, unit in units.items():
        assert unit * found.estimate(term) == pytest.approx(expected.estimate(term), rel=1e-6)
    assert found.sigma == pytest.approx(expected.sigma, rel=1e-6)
    intercept = found.variances["term"] == "(Intercept)"
    assert found.variances["variance"][~intercept].iloc[0] == pytest.approx(
        expected.variances["variance"][~intercept].iloc[0], rel=1e-6
    )
    shares = mlm.icc(found).shares["share"]
    assert shares.tolist() == pytest.approx(mlm.icc(expected).shares["share"].tolist(), rel=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_little_variation_inside_groups_far_apart_keeps_its_digits(engine, frame):
    far = 1e5 * (frame["s"] + 2.0 * frame["d"])
    rows = frame.assign(x=far + frame["w"], y=frame["y"] + far, at=0.1 * far)
    model = mlm.Model("y ~ x + at + (1 | s:d)")
    found = summed(model, ENGINES[engine](rows)).moments
    expected = summed(model, rows).moments
    scale = np.sqrt(expected.products.clip(0.0).sum(axis=-1))
    assert (scale[[0, 5]] < 1e-3).all()  # x and y hardly vary inside groups, seen from afar
    assert found.products == pytest.approx(expected.products, rel=1e-7, abs=1e-18)
    slopes = [sums.products[2].sum() / sums.products[0].sum() for sums in (found, expected)]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-9)
    at = found.columns.index(found.layout.fixed[2])
    assert not found.varies_inside(found.columns[at], 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_group_properties_have_no_slope_in_these_groups(engine, frame):
    rows = frame.assign(z=(frame["s"] + 0.1) / 3.0 + frame["d"])
    model = mlm.Model("y ~ z + (1 + z | s:d)")
    with pytest.raises(ConstantSlopeError):
        mlm.fit_mixed(model, ENGINES[engine](rows))


# --- what cannot be summed ------------------------------------------------------------------------

BAD = {
    "unknown column": ("y ~ xx + (1 | s:d)", {}, UnknownColumnError, "did you mean 'x'"),
    "text outcome": ("k ~ x", {}, NotNumericError, "one of the rows holds"),
    "text in a function": ("y ~ log(k)", {}, NotNumericError, "'k' must be numeric"),
    "no value": ("y ~ x", {"x": np.nan}, AllMissingError, "'x' is empty"),
    "infinity": ("y ~ x", {"x": np.inf}, InfiniteValueError, "infinite value in one of the rows"),
    "log of zero": ("y ~ log(x)", {"x": 0.0}, DomainError, r"log\(x\) is not defined"),
    "root of less": ("y ~ I(x^0.5)", {"x": -1.0}, DomainError, "value -1.0 in one of the rows"),
    "one over zero": ("y ~ I(x^-1)", {"x": [-1.0, 0.0, 1.0] * 18}, DomainError, "value 0.0"),
    "constant outcome": ("y ~ x + (1 | s:d)", {"y": 1e9 + 0.3}, ConstantOutcomeError, "1e\\+09"),
    "one group": ("y ~ x + (1 | d)", {"d": 1}, OneGroupError, "one group of 'd'"),
    "groups of one": ("y ~ x + (1 | d)", {"d": range(54)}, SingletonGroupsError, "54"),
    "crossed": ("y ~ x + (1 | s) + (1 | c)", {}, CrossedGroupsError, "occurs in"),
    "names as predictor": (
        "y ~ k", {"k": [f"n{i}" for i in range(54)]}, TooManyCategoriesError, "54 different"
    ),
    "numbers with a text": (
        "y ~ k", {"k": [str(i) for i in range(5)] * 10 + ["oops"] * 4}, NotNumericError, "'oops'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_summed_is_named(case, engine, frame):
    formula, changes, error, words = BAD[case]
    model = mlm.Model(formula)
    fit = mlm.fit_mixed if model.random else mlm.fit_pooled
    with pytest.raises(error, match=words):
        fit(model, ENGINES[engine](frame.assign(**changes)))


@pytest.mark.parametrize("engine", ENGINES)
def test_no_complete_row_and_no_row(engine, frame):
    even = frame.index % 2 == 0
    rows = frame.assign(x=frame["x"].mask(even), w=frame["w"].mask(~even))
    with pytest.raises(NoCompleteRowsError, match="'x' lacks 27, 'w' lacks 27"):
        mlm.fit_pooled(mlm.Model("y ~ x + w"), ENGINES[engine](rows))
    with pytest.raises(NoCompleteRowsError, match="None of the 0 rows"):
        mlm.fit_pooled(mlm.Model("y ~ x"), ENGINES[engine](frame.iloc[:0]))


@pytest.mark.parametrize("engine", ENGINES)
def test_references_and_categories_that_are_not_there(engine, frame):
    table = ENGINES[engine](frame)
    with pytest.raises(UnknownReferenceError, match="'z'"):
        mlm.moments(mlm.Model("y ~ k", reference={"k": "z"}), table)
    few = mlm.moments(mlm.Model("y ~ k"), frame[frame["k"] != "c"])
    with pytest.raises(UnseenCategoryError, match="'c' of 'k'"):
        mlm.moments(mlm.Model("y ~ k"), table, like=few)
