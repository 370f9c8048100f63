"""Random samples of a table that an engine works through, drawn by the engine.

DuckDB and Spark number or hash rows and groups by themselves, so that only the sample travels; of
any other engine all rows of the columns concerned are read first. The same seed draws the same
sample of the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlm_core.data.engines import Source, check_columns, engine_errors
from mlm_core.data.tables import Table, in_memory, opened, pandas_of

if TYPE_CHECKING:
    import narwhals as nw

# Hashes are compared with a share in steps of this.
_STEPS = 2**31
# So many more are asked for than wanted, because a hash gives their number only roughly.
_SPARE, _SPARE_ROWS = 1.1, 200


def sample_rows(
    source: Source, frame: nw.LazyFrame[Any], *, most: int, n_rows: int, seed: int = 1
) -> pd.DataFrame:
    """Return a random sample of the rows of a frame, or all of them where there are few.

    Parameters
    ----------
    source : Source
        The frame's engine.
    frame : LazyFrame
        Columns with names of our own.
    most : int
        Size of the sample.
    n_rows : int
        Rows of the frame.
    seed : int
    """
    if n_rows > most:
        frame = _by_row(source, frame, (_SPARE * most + _SPARE_ROWS) / n_rows, seed)
    rows = _collected(source, frame)
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(seed).choice(len(rows), most, replace=False)
    return rows.iloc[np.sort(chosen)].reset_index(drop=True)


def sampled_table(data: Table, columns: Sequence[str], *, most: int, seed: int = 1) -> pd.DataFrame:
    """Return columns of a table: all rows of one in memory, a random sample of a large source.

    Raises
    ------
    UnknownColumnError, EngineError
        The table lacks a column, or its engine stopped.
    """
    import narwhals as nw

    source = opened(data, columns)
    names = list(dict.fromkeys(columns))
    if not isinstance(source, Source):
        return in_memory(source, names)
    check_columns(source, tuple(names))
    frame = source.frame.select(**{f"c{index}": nw.col(name) for index, name in enumerate(names)})
    rows = sample_rows(source, frame, most=most, n_rows=source.n_rows, seed=seed)
    return rows.set_axis(names, axis=1)


def sample_groups(
    source: Source,
    frame: nw.LazyFrame[Any],
    keys: Sequence[str],
    *,
    most_rows: int,
    n_rows: int,
    seed: int = 1,
) -> pd.DataFrame:
    """Return all rows of a random sample of the groups, about ``most_rows`` of them together."""
    share = most_rows / n_rows
    if share < 1.0:
        frame = _by_group(source, frame, keys, share, seed)
    return _collected(source, frame)


def _collected(source: Source, frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    found = source.collect(frame)
    return pandas_of(found, found.columns)


def _by_row(source: Source, frame: nw.LazyFrame[Any], share: float, seed: int) -> nw.LazyFrame[Any]:
    native: Any = frame.to_native()
    if share >= 1.0:
        return frame
    if source.engine == "Spark":
        return _native(source, lambda: native.sample(fraction=share, seed=seed))
    if source.engine != "DuckDB":
        return frame
    query = (
        "SELECT * EXCLUDE (place) FROM (SELECT *, row_number() OVER () AS place FROM rows)"
        f" WHERE hash(place, {seed:d}) % {_STEPS} < {int(share * _STEPS):d}"
    )
    return _native(source, lambda: native.query("rows", query))


def _by_group(
    source: Source, frame: nw.LazyFrame[Any], keys: Sequence[str], share: float, seed: int
) -> nw.LazyFrame[Any]:
    native: Any = frame.to_native()
    if source.engine not in ("DuckDB", "Spark"):
        return frame
    inside = f"{', '.join(keys)}, {seed:d}"
    hashed = (
        f"hash({inside}) % {_STEPS}"
        if source.engine == "DuckDB"
        else f"pmod(xxhash64({inside}), {_STEPS})"
    )
    return _native(source, lambda: native.filter(f"{hashed} < {int(share * _STEPS):d}"))


def _native(source: Source, ask: Callable[[], Any]) -> nw.LazyFrame[Any]:
    """Return what an engine was asked for in its own language, as a frame again."""
    import narwhals as nw

    with engine_errors(source.engine):
        found: nw.LazyFrame[Any] = nw.from_native(ask())
    return found
