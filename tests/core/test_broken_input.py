"""Broken input on every engine: a clear error, nothing half-kept, and the mended table fits.

Spark's part of the same matrix is in ``tests/cluster``, the app's in ``tests/pages``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest

import mlm_core as mlm
from mlm_core.data import files
from mlm_core.errors import ReadError, TableError

MODEL = mlm.Model("y ~ center(x) + (1 | g)")
N = 2000


def _rows(start: int) -> pd.DataFrame:
    generator = np.random.default_rng(start)
    place = np.arange(start, start + N)
    x = generator.normal(size=N)
    return pd.DataFrame({"g": place % 40, "x": x, "y": x + place % 40 + generator.normal(size=N)})


def _write(path: Path, rows: pd.DataFrame) -> None:
    if path.suffix == ".csv":
        rows.to_csv(path, index=False)
    else:
        rows.to_parquet(path, index=False)


OPEN: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "pandas, parquet": ("parquet", lambda folder: folder / "b.parquet"),
    "pandas, csv": ("csv", lambda folder: folder / "b.csv"),
    "duckdb, parquet": ("parquet", lambda folder: str(folder / "*.parquet")),
    "duckdb, csv": ("csv", lambda folder: str(folder / "*.csv")),
    "duckdb, one large file": ("parquet", lambda folder: folder / "b.parquet"),
    "polars, parquet": ("parquet", lambda folder: pl.scan_parquet(folder / "*.parquet")),
    "polars, csv": ("csv", lambda folder: pl.scan_csv(folder / "*.csv")),
    "pyarrow": ("parquet", lambda folder: ds.dataset([folder / "a.parquet", folder / "b.parquet"])),
}


def _missing(path: Path) -> None:
    for each in path.parent.iterdir():
        each.unlink()


def _unreadable(path: Path) -> None:
    path.write_bytes(
        b"PAR1 and nothing more \x00\xff,\n" if path.suffix != ".csv" else b"\x00" * 99
    )


def _changed(path: Path) -> None:
    rows = _rows(N).astype({"x": object})
    rows.loc[N - 2 :, "x"] = "many"
    _write(path, rows.astype({"x": str}) if path.suffix == ".parquet" else rows)


def _half_way(path: Path) -> None:
    """Damage what is read only when the sums are made: the pages, or a late line."""
    content = bytearray(path.read_bytes())
    if path.suffix == ".parquet":
        content[4:6_000] = b"\xff" * 5_996
    else:
        content[-800:] = b'7,"not closed, \xff\xfe' * 50
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [_missing, _unreadable, _changed, _half_way])
@pytest.mark.parametrize("engine", list(OPEN))
def test_broken_input_is_named_and_can_be_mended(
    engine: str,
    damage: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if engine.endswith("large file"):
        monkeypatch.setattr(files, "LARGE_FILE", 0)
    suffix, opened = OPEN[engine]
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    _write(first, _rows(0))
    _write(second, _rows(N))
    table = opened(tmp_path)
    expected = mlm.fit_mixed(MODEL, table).criterion
    damage(second)
    with pytest.raises((ReadError, TableError)) as told:
        mlm.fit_mixed(MODEL, table)
    assert len(str(told.value)) > 20
    _write(first, _rows(0))
    _write(second, _rows(N))
    assert mlm.fit_mixed(MODEL, table).criterion == pytest.approx(expected, rel=1e-12)
