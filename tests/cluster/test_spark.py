"""A Spark table gives the fits of its rows, and its errors by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.errors import (
    ChangedTypeError,
    DomainError,
    EngineError,
    NotNumericError,
    UnknownColumnError,
)
from mlm_core.moments.making import summed
from tests.core.conftest import made_up_pupils
from tests.core.moments.closeness import assert_same_fit, assert_same_moments

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning")

FORMULAS = [
    "y ~ k * x + (1 + x | s:d)",
    "scale(y) ~ center(log(w)) + I(x^2) + flag + (1 | d/s/c)",
    "y ~ group_mean(x, s:d) + group_center(x, s:d) + (1 | s:d)",
]


@pytest.fixture(scope="module")
def frame():
    rows = made_up_pupils(seed=20)
    rows["flag"] = rows["w"] > 2.0
    rows.loc[[3, 8], "x"] = np.nan
    rows.loc[11, "k"] = None
    return rows


@pytest.fixture(scope="module")
def rows(frame, tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    frame.to_parquet(path, index=False)
    return str(path)


@pytest.fixture
def table(spark, rows):
    return spark.read.parquet(rows)


@pytest.mark.parametrize("formula", FORMULAS)
def test_moments_are_those_of_the_rows(formula, frame, table):
    model = mlm.Model(formula)
    found = summed(model, table)
    assert found.design is None
    assert_same_moments(found.moments, summed(model, frame).moments, tolerance=1e-11)


def test_a_million_rows_are_fitted_as_from_pandas(spark, tmp_path):
    rng = np.random.default_rng(1)
    n, n_classes = 1_000_000, 40_000
    group = rng.integers(0, n_classes, n)
    x = rng.normal(size=n)
    y = 50.0 + 1.5 * x + 2.0 * rng.normal(size=n_classes)[group] + 5.0 * rng.normal(size=n)
    y += 3.0 * rng.normal(size=n_classes // 4)[group // 4]
    rows = pd.DataFrame({"y": y, "x": x, "school": group // 4, "class": group})
    rows.to_parquet(tmp_path / "rows.parquet")
    model = mlm.Model("y ~ x + (1 | school/class)")
    fit = mlm.fit_mixed(model, spark.read.parquet(str(tmp_path / "rows.parquet")))
    assert_same_fit(fit, mlm.fit_mixed(model, rows))


def test_wild_units_give_the_answers_of_standardised_columns(spark, frame, tmp_path):
    plain = frame.dropna()[["y", "x", "w", "s", "d"]]
    wild = plain.assign(y=1e9 + plain["y"], x=2020.0 + plain["x"], w=1e-6 * plain["w"])
    wild.to_parquet(tmp_path / "wild.parquet")
    model = mlm.Model("y ~ x + w + (1 | s:d)")
    fit = mlm.fit_mixed(model, spark.read.parquet(str(tmp_path / "wild.parquet")))
    expected = mlm.fit_mixed(model, plain)
    assert fit.estimate("x") == pytest.approx(expected.estimate("x"), rel=1e-6)
    assert 1e-6 * fit.estimate("w") == pytest.approx(expected.estimate("w"), rel=1e-6)
    variances = expected.variances["variance"].tolist()
    assert fit.variances["variance"].tolist() == pytest.approx(variances, rel=1e-6)


def test_what_a_table_cannot_carry_is_named(table):
    with pytest.raises(UnknownColumnError, match=r"'xx'.*did you mean 'x'"):
        mlm.fit_mixed(mlm.Model("y ~ xx + (1 | s)"), table)
    with pytest.raises(NotNumericError, match="'k' must be numeric, but one of the rows holds"):
        mlm.fit_pooled(mlm.Model("k ~ x"), table)
    with pytest.raises(DomainError, match=r"log\(less\) is not defined for the value -"):
        mlm.fit_pooled(mlm.Model("log(less) ~ x"), table.withColumn("less", table["y"] - 99.0))


def test_a_job_that_dies_half_way_is_named_and_leaves_nothing(spark, table):
    from pyspark.sql import functions as f

    whole = spark.range(100_000).select(
        (f.col("id") % 7).alias("g"),
        f.randn(3).alias("y"),
        f.when(f.col("id") == 77_777, f.raise_error(f.lit("the worker is gone")))
        .otherwise(f.col("id").cast("double"))
        .alias("x"),
    )
    model = mlm.Model("y ~ x + (1 | g)")
    with pytest.raises(EngineError, match=r"Spark stopped before .*the worker is gone"):
        mlm.fit_mixed(model, whole)
    assert mlm.fit_mixed(model, whole.filter("id % 5 = 0")).n_obs == 20_000


def test_files_that_vanish_or_change_type_under_spark_are_named(spark, frame, tmp_path):
    frame.to_parquet(tmp_path / "rows.parquet")
    gone = spark.read.parquet(str(tmp_path / "rows.parquet"))
    (tmp_path / "rows.parquet").unlink()
    with pytest.raises(EngineError, match="Spark stopped before"):
        mlm.fit_mixed(mlm.Model("y ~ x + (1 | s:d)"), gone)
    for district, rows in frame.groupby("d"):
        kind = {"x": float if district == 1 else str}
        rows.astype(kind).to_parquet(tmp_path / f"{district}.parquet")
    mixed = spark.read.parquet(str(tmp_path))
    with pytest.raises((ChangedTypeError, EngineError, NotNumericError)):
        mlm.fit_mixed(mlm.Model("y ~ x + (1 | s:d)"), mixed)
