"""Sources: frames an engine works through, and one error for whatever an engine raises."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

import mlm_core as mlm
from mlm_core.data.engines import as_float, check_columns, distinct, engine_errors, source_of
from mlm_core.data.tables import known_frame, opened
from mlm_core.errors import ChangedTypeError, EngineError, ModelError, UnknownColumnError


@pytest.fixture
def source():
    return source_of(known_frame(pl.LazyFrame({"a": [1.0, 2.0, None], "b": ["x", "y", "y"]})))


def test_an_engine_is_known_by_its_name(source):
    assert source.engine == "polars"
    assert opened(duckdb.sql("select 1 as a")).engine == "DuckDB"
    assert source.columns == ["a", "b"]


def test_results_come_as_arrays_and_numbers(source):
    import narwhals as nw

    found = source.arrays(source.frame.group_by("b").agg(nw.col("a").sum()))
    assert dict(zip(found["b"], found["a"], strict=True)) == {"x": 1.0, "y": 2.0}
    wanted = {"n": nw.len(), "largest": nw.col("a").max()}
    assert source.numbers(wanted, source.frame) == {"n": 3.0, "largest": 2.0}
    nothing = source.frame.filter(nw.col("a") > 5.0)
    assert np.isnan(source.numbers({"m": nw.col("a").mean()}, nothing)["m"])


def test_columns_are_checked_with_advice(source):
    check_columns(source, ("a", "b"))
    with pytest.raises(UnknownColumnError, match=r"'aa'.*did you mean 'a'"):
        check_columns(source, ("aa",))


def test_whatever_an_engine_raises_is_one_error():
    said = r"Spark stopped .* lost the executor\. Nothing was kept"
    with pytest.raises(EngineError, match=said), engine_errors("Spark"):
        raise RuntimeError("lost the executor\n")
    with pytest.raises(EngineError, match="KeyError"), engine_errors("Spark"):
        raise KeyError
    with pytest.raises(EngineError) as caught, engine_errors("Spark"):
        raise RuntimeError("x" * 5000)
    assert len(str(caught.value)) < 600
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_the_stack_of_java_is_left_out():
    said = "Job failed:\n\tat org.spark.Wait(Wait.scala:70)\n\t... 12 more\nCaused by: no disk"
    expected = r"table was worked through: Job failed: Caused by: no disk\. Nothing"
    with pytest.raises(EngineError, match=expected), engine_errors("Spark"):
        raise RuntimeError(said)


def test_values_of_another_type_are_named_as_such():
    said = "does not hold one type throughout: could not cast"
    with pytest.raises(ChangedTypeError, match=said), engine_errors("DuckDB"):
        raise duckdb.ConversionException("could not cast 'a' to DOUBLE")


class PanicException(BaseException):
    """What polars raises where its Rust code breaks down: no Exception."""


def test_an_engine_that_breaks_down_has_stopped_and_a_person_who_stops_has_not_failed():
    with pytest.raises(EngineError, match="assertion failed"), engine_errors("polars"):
        raise PanicException("assertion failed: range.end <= self.size")
    with pytest.raises(KeyboardInterrupt), engine_errors("polars"):
        raise KeyboardInterrupt


def test_our_own_errors_pass():
    with pytest.raises(ModelError, match="as it was"), engine_errors("DuckDB"):
        raise ModelError("as it was")


def test_decimals_become_doubles():
    from decimal import Decimal

    assert as_float(np.array([Decimal("1.5"), 2], dtype=object)).tolist() == [1.5, 2.0]


def fails_at(n):
    """Return a lazy frame whose engine dies at a value."""

    def die(batch):
        if (batch == n).any():
            raise MemoryError("out of memory in the worker")
        return batch

    table = pl.LazyFrame({"x": np.arange(1000.0), "g": np.arange(1000) % 7})
    return table.with_columns(
        y=(pl.col("x") % 3.0).map_batches(lambda s: s, return_dtype=pl.Float64),
        x=pl.col("x").map_batches(die, return_dtype=pl.Float64),
    )


def test_an_engine_that_dies_half_way_leaves_nothing_behind():
    model = mlm.Model("y ~ x + (1 | g)")
    with pytest.raises(EngineError, match=r"polars stopped .* out of memory in the worker"):
        mlm.fit_mixed(model, fails_at(700))
    assert mlm.fit_mixed(model, fails_at(-1)).n_obs == 1000


def test_an_engine_that_dies_after_the_first_pass(monkeypatch):
    """The constants are learnt, the sums are not: the next attempt starts from the beginning."""
    model = mlm.Model("y ~ center(x) + (1 | g)")
    calls = []
    collect = pl.LazyFrame.collect

    def dies_once(self, *arguments, **options):
        calls.append(1)
        if len(calls) == 4:
            raise pl.exceptions.ComputeError("the disk is gone")
        return collect(self, *arguments, **options)

    monkeypatch.setattr(pl.LazyFrame, "collect", dies_once)
    with pytest.raises(EngineError, match="the disk is gone"):
        mlm.fit_mixed(model, fails_at(-1))
    fit = mlm.fit_mixed(model, fails_at(-1))
    assert fit.problem.moments.layout.encoder.constants.popitem()[1][0] == pytest.approx(499.5)


def test_files_that_polars_cannot_read_are_named(tmp_path):
    model = mlm.Model("y ~ x + (1 | g)")
    with pytest.raises(EngineError, match="polars stopped before"):
        mlm.fit_mixed(model, pl.scan_parquet(tmp_path / "none.parquet"))
    table = pl.DataFrame({"y": [1.0, 2.0, 4.0], "x": [1.0, 0.0, 1.0], "g": [1, 1, 2]})
    table.write_parquet(tmp_path / "a.parquet")
    table.with_columns(pl.col("x").cast(pl.String)).write_parquet(tmp_path / "b.parquet")
    with pytest.raises(ChangedTypeError, match="does not hold one type throughout"):
        mlm.fit_mixed(model, pl.scan_parquet(tmp_path / "*.parquet"))
    (tmp_path / "b.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(EngineError, match="polars stopped before"):
        mlm.fit_mixed(model, pl.scan_parquet(tmp_path / "*.parquet"))


def test_different_rows_are_found_missing_ones_among_them() -> None:
    import narwhals as nw

    frame = pl.LazyFrame({"a": [1, 1, 2, 2, None], "b": ["x", "x", "x", "y", None]})
    found = distinct(nw.from_native(frame)).collect().to_native().sort("a", "b", nulls_last=True)
    assert found.rows() == [(1, "x"), (2, "x"), (2, "y"), (None, None)]
