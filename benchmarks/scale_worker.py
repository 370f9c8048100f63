"""One measurement of how cost grows, in a process of its own.

``python -m benchmarks.scale_worker floor|fit|pandas FILE REPEATS`` prints as JSON all times in
seconds, by step, and the peak of resident memory in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable

FORMULA = "y ~ x + (1 | school/class)"
GROUP_BY = """
    SELECT school, class, count(*) AS n, sum(x) AS x, sum(y) AS y,
           sum(xx) AS xx, sum(xy) AS xy, sum(yy) AS yy
    FROM (SELECT school, class, x, y, x * x AS xx, x * y AS xy, y * y AS yy FROM {table})
    GROUP BY school, class
"""
Times = dict[str, float]


def main(what: str, path: str, repeats: str) -> None:
    """Measure and print."""
    measure = {"floor": _floor, "fit": _fit, "pandas": _pandas}[what](path)
    times = [measure() for _ in range(int(repeats))]
    # Linux counts in kilobytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"times": times, "peak": peak}))


def _floor(path: str) -> Callable[[], Times]:
    """DuckDB's own GROUP BY of the sums that any method needs: in the engine, and into arrays."""
    import duckdb

    connection = duckdb.connect()
    query = GROUP_BY.format(table=f"read_parquet('{path}')")
    totals = "count(*), sum(n), sum(x), sum(y), sum(xx), sum(xy), sum(yy)"

    def measure() -> Times:
        return {
            "engine": _timed(lambda: connection.sql(f"SELECT {totals} FROM ({query})").fetchall()),
            "arrow": _timed(lambda: connection.sql(query).to_arrow_table()),
            "arrays": _timed(lambda: connection.sql(query).fetchnumpy()),
        }

    return measure


def _fit(path: str) -> Callable[[], Times]:
    """From the path to the table of coefficients, and how much of that are the moments."""
    import mlm_core as mlm
    from mlm_core.data import files
    from mlm_core.moments.making import summed

    files.LARGE_FILE = 0  # the small files too, so that all sizes go the same way
    model = mlm.Model(FORMULA)

    def measure() -> Times:
        start = time.perf_counter()
        sums = summed(model, path).moments
        between = time.perf_counter()
        fit = mlm.fit_mixed(model, sums)
        fit.coefficients  # noqa: B018 - the table is part of what is timed
        end = time.perf_counter()
        return {
            "moments": between - start,
            "fit": end - between,
            "total": end - start,
            "evaluations": fit.evaluations,
            "slope": fit.estimate("x"),
        }

    return measure


def _pandas(path: str) -> Callable[[], Times]:
    """A frame in memory: the whole fit, and the bare sums by numpy and by DuckDB."""
    import duckdb
    import numpy as np
    import pandas as pd

    import mlm_core as mlm

    frame = pd.read_parquet(path)
    model = mlm.Model(FORMULA)
    connection = duckdb.connect()
    connection.register("frame", frame)

    def numbered() -> object:
        return _numpy_sums(frame, frame["class"].to_numpy())

    def keyed() -> object:
        school, group = frame["school"].to_numpy(), frame["class"].to_numpy()
        return _numpy_sums(frame, pd.factorize(school * (group.max() + 1) + group)[0])

    def _numpy_sums(frame: pd.DataFrame, codes: np.ndarray) -> list[np.ndarray]:
        x, y = frame["x"].to_numpy(), frame["y"].to_numpy()
        sums = [np.bincount(codes, values) for values in (x, y, x * x, x * y, y * y)]
        return [np.bincount(codes), *sums]

    def measure() -> Times:
        return {
            "total": _timed(lambda: mlm.fit_mixed(model, frame).coefficients),
            "numpy, groups numbered": _timed(numbered),
            "numpy, from the keys": _timed(keyed),
            "DuckDB": _timed(
                lambda: connection.sql(GROUP_BY.format(table="frame")).to_arrow_table()
            ),
        }

    return measure


def _timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*sys.argv[1:])
