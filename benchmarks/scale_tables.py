"""Simulated Parquet files of any size, made by DuckDB without ever being in memory.

Numbers come from hashes of the row number, so that a size always gives the same file. Rows stand in
no order; a class lies in a school, four classes in each. Every class has a row, and the others fall
to classes by chance.
"""

from __future__ import annotations

from pathlib import Path

CLASSES_PER_SCHOOL = 4
_RANGE = 2**53 - 111
# Takes the numbers of classes, none a multiple of it, through all of them in another order.
_STRIDE = 7_368_787


def write(path: Path, n_rows: int, n_classes: int) -> None:
    """Write ``school``, ``class``, ``x`` and ``y``, with known variances and a slope of 0.5."""
    import duckdb

    uniform = f"(hash({{seed}}) % {_RANGE} + 1) / {_RANGE}.0"
    # A uniform number times sqrt(12) has variance one.
    effect = "sqrt(12) * (" + uniform + " - 0.5)"
    query = f"""
        SELECT school, class, x,
               10 + 0.5 * x + 0.7 * {effect.format(seed="school * 5 + 1")}
               + 0.5 * {effect.format(seed="class * 7 + 3")} + 2 * e AS y
        FROM (
            SELECT class // {CLASSES_PER_SCHOOL} AS school, class,
                   sqrt(-2 * ln(u)) * cos(2 * pi() * v) AS x,
                   sqrt(-2 * ln(u)) * sin(2 * pi() * v) AS e
            FROM (
                SELECT CASE WHEN i < {n_classes} THEN i * {_STRIDE} % {n_classes}
                            ELSE (hash(i * 11 + 2) % {n_classes})::BIGINT END AS class,
                       {uniform.format(seed="i * 3 + 1")} AS u,
                       {uniform.format(seed="i * 13 + 5")} AS v
                FROM range({n_rows}) AS rows(i)
            )
        )
    """
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 500000)")
