"""Five numbers of every group, made by the engine that holds the table.

Two looks at the rows: quartiles, counts, means and standard deviations by group; then, with the
fences these put up, the outermost values inside them. Quantiles interpolate linearly (R's type 7).
DuckDB takes all three quartiles from one sort, which the expressions that every engine knows cannot
say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.encoding import Encoder
from mlm_core.data.engines import Source, engine_errors
from mlm_core.data.model import Model
from mlm_core.data.nests import nest, path_texts
from mlm_core.data.pushdown import push_down
from mlm_core.data.tables import pandas_of

if TYPE_CHECKING:
    import narwhals as nw

FENCE = 1.5
#: More values beyond the whiskers than this are counted only.
MOST_OUTLIERS = 5000
_VALUE = "v0"
_OUT = "beyond"
_FOUND = ("n", "mean", "sd", "q1", "median", "q3", "whisker_low", "whisker_high", "n_out")


@dataclass(frozen=True, eq=False)
class PushedSummaries:
    """What an engine says of every group.

    Attributes
    ----------
    table : DataFrame
        One row a group in the order of the groups: ``group``, ``n``, ``mean``, ``sd``,
        ``whisker_low``, ``q1``, ``median``, ``q3``, ``whisker_high``.
    outliers : DataFrame
        ``group`` (place in the table) and ``value``; empty where there are too many.
    mean, median : float
        Over all rows.
    """

    table: pd.DataFrame
    outliers: pd.DataFrame
    mean: float
    median: float


def summarise_source(source: Source, outcome: str, groups: Sequence[str]) -> PushedSummaries:
    """Summarise a numeric column in every group.

    Raises
    ------
    TableError, EngineError
        The columns cannot serve, or the engine stopped.
    """
    import narwhals as nw

    pushed = push_down(Model(outcome=outcome, levels=tuple(groups)), source, Encoder())
    keys = [f"k{index}" for index in range(len(pushed.keys))]
    is_duckdb = source.engine == "DuckDB"
    by_engine = _by_duckdb if is_duckdb else _by_expressions
    found = source.collect(by_engine(pushed.frame, keys))
    table = pandas_of(found, found.columns)
    lines = table[keys].set_axis(list(pushed.keys), axis=1)
    nests = nest(lines, groups)
    codes: NDArray[np.int64] = nests[-1].codes
    order = np.argsort(codes, kind="stable")
    table = table.assign(group=path_texts(nests)[codes]).iloc[order].reset_index(drop=True)
    whole = source.numbers(
        {"mean": nw.col(_VALUE).mean(), "median": nw.col(_VALUE).median()}, pushed.frame
    )
    outliers = pd.DataFrame({"group": np.empty(0, np.intp), "value": np.empty(0)})
    if 0 < table["n_out"].sum() <= MOST_OUTLIERS:
        outliers = _listed(table) if is_duckdb else _outliers(source, pushed.frame, table, keys)
    own = ["group", *(name for name in _FOUND if name != "n_out")]
    return PushedSummaries(table[own], outliers, whole["mean"], whole["median"])


def _by_duckdb(frame: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Ask DuckDB in its own language; all names in it are ours."""
    import narwhals as nw

    native: Any = frame.to_native()
    names = ", ".join(keys)
    low, high = f"q[1] - {FENCE} * (q[3] - q[1])", f"q[3] + {FENCE} * (q[3] - q[1])"
    with engine_errors("DuckDB"):
        found: nw.LazyFrame[Any] = nw.from_native(
            native.query(
                "rows",
                f"WITH five AS MATERIALIZED (SELECT {names}, count(*) AS n, avg({_VALUE}) AS mean,"
                f" stddev_samp({_VALUE}) AS sd, quantile_cont({_VALUE}, [0.25, 0.5, 0.75]) AS q"
                f" FROM rows GROUP BY {names}),"
                # Grouped by the keys alone: other columns beside them cost as much again.
                f" fenced AS (SELECT {names}, {low} AS low, {high} AS high FROM five),"
                f" reached AS (SELECT {names},"
                f" min({_VALUE}) FILTER ({_VALUE} >= low) AS whisker_low,"
                f" max({_VALUE}) FILTER ({_VALUE} <= high) AS whisker_high,"
                f" count(*) FILTER ({_VALUE} < low OR {_VALUE} > high) AS n_out,"
                f" list({_VALUE}) FILTER ({_VALUE} < low OR {_VALUE} > high) AS {_OUT}"
                f" FROM rows JOIN fenced USING ({names}) GROUP BY {names})"
                f" SELECT {names}, n, mean, sd, q[1] AS q1, q[2] AS median, q[3] AS q3,"
                f" whisker_low, whisker_high, n_out, {_OUT} FROM five JOIN reached USING ({names})",
            )
        )
    return found


def _by_expressions(frame: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Ask in the expressions that every engine knows."""
    import narwhals as nw

    value = nw.col(_VALUE)
    shares = {"q1": 0.25, "median": 0.5, "q3": 0.75}
    five = frame.group_by(*keys).agg(
        nw.len().alias("n"),
        value.mean().alias("mean"),
        value.std().alias("sd"),
        *(value.quantile(p, interpolation="linear").alias(name) for name, p in shares.items()),
    )
    reach = FENCE * (nw.col("q3") - nw.col("q1"))
    fenced = five.with_columns(low=nw.col("q1") - reach, high=nw.col("q3") + reach)
    joined = frame.join(fenced, on=list(keys), how="inner")
    is_low, is_high = value < nw.col("low"), value > nw.col("high")
    marked = joined.with_columns(
        whisker_low=nw.when(~is_low).then(value),
        whisker_high=nw.when(~is_high).then(value),
        n_out=(is_low | is_high).cast(nw.Float64()),
    )
    kept = ("n", "mean", "sd", *shares)
    return marked.group_by(*keys, *kept).agg(
        nw.col("whisker_low").min(), nw.col("whisker_high").max(), nw.col("n_out").sum()
    )


def _listed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the values beyond the whiskers where they came along with the groups."""
    values = table.loc[table["n_out"] > 0, _OUT].explode()
    rows = pd.DataFrame({"group": values.index, "value": values.to_numpy(np.float64)})
    return rows.sort_values(["group", "value"], ignore_index=True)


def _outliers(
    source: Source, frame: nw.LazyFrame[Any], table: pd.DataFrame, keys: Sequence[str]
) -> pd.DataFrame:
    """Fetch the values beyond the whiskers, and the place of their group in the table."""
    import narwhals as nw

    whiskers = _by_expressions(frame, keys).select(*keys, "whisker_low", "whisker_high")
    joined = frame.join(whiskers, on=list(keys), how="inner")
    value = nw.col(_VALUE)
    out = joined.filter((value < nw.col("whisker_low")) | (value > nw.col("whisker_high")))
    found = source.collect(out.select(*keys, _VALUE))
    rows = pandas_of(found, found.columns)
    places = pd.MultiIndex.from_frame(table[list(keys)])
    group = places.get_indexer(pd.MultiIndex.from_frame(rows[list(keys)]))
    rows = pd.DataFrame({"group": group, "value": rows[_VALUE].to_numpy(np.float64)})
    return rows.sort_values(["group", "value"], ignore_index=True)
