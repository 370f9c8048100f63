"""How cost grows with rows and groups: ``python -m benchmarks.scale [--quick] [--largest ROWS]``.

Simulated Parquet files are fitted through DuckDB, each size in processes of its own, in turns with
DuckDB's own GROUP BY of the same sums. Written are ``SCALE.md``, ``scale.svg`` and
``results/scale.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import scale_rivals, scale_tables
from benchmarks.machine import description
from benchmarks.scale_picture import svg
from benchmarks.scale_report import HELD_CLASSES, Measured, markdown, targets

_HERE = Path(__file__).resolve().parent
ROWS_PER_CLASS = 25
# Classes of the ten million rows in which only the number of groups changes.
GROUPS = (100, 1_000, 10_000, 100_000, 1_000_000)
ROWS_OF_GROUPS = 10_000_000
# As many classes as the ten million rows could not carry: two rows in each.
MOST_GROUPS, ROWS_OF_MOST_GROUPS = 10_000_000, 20_000_000
MILLION = 1_000_000
LARGEST = 100_000_000
# Turns of a size, and repeats in each: the best counts. Other numbers of classes get one turn.
ROUNDS = {
    10_000: (3, 8),
    100_000: (3, 6),
    MILLION: (4, 4),
    ROWS_OF_GROUPS: (3, 2),
    ROWS_OF_MOST_GROUPS: (2, 1),
    LARGEST: (2, 1),
}


def main() -> None:
    """Measure, write after every size, and judge."""
    options = _options()
    machine = _machine()
    found: list[Measured] = []
    loads: list[float] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for size in _sizes(Path(folder), options.largest, quick=options.quick):
            found.append(size)
            loads.append(os.getloadavg()[0])
            machine["load average"] = f"{min(loads):.1f} to {max(loads):.1f} while measuring"
            _write(found, machine, options.out)
    for target in targets(found):
        mark = {True: "pass", False: "FAIL", None: "  - "}[target.is_met]
        print(f"{mark}  {target.promise}: {target.measured}")


def _write(found: list[Measured], machine: dict[str, str], out: Path) -> None:
    (out / "results").mkdir(parents=True, exist_ok=True)
    record = {"sizes": [vars(size) for size in found], "machine": machine}
    (out / "results" / "scale.json").write_text(json.dumps(record, indent=1) + "\n")
    (out / "SCALE.md").write_text(markdown(found, machine, scale_rivals.read()), encoding="utf-8")
    (out / "scale.svg").write_text(svg(found), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to a million rows, few turns")
    parser.add_argument("--largest", type=float, default=LARGEST, help="most rows of a table")
    parser.add_argument("--folder", help="where the tables are made (3 GB for 1e8 rows)")
    parser.add_argument("--out", type=Path, help="folder of the results (default: benchmarks)")
    options = parser.parse_args()
    if options.quick:
        options.largest = min(options.largest, MILLION)
    if options.out is None:
        # What a quick run measures must not replace what a full one has.
        options.out = _HERE.parent / "build" / "bench" if options.quick else _HERE
    return options


def _sizes(folder: Path, largest: float, *, quick: bool) -> Iterator[Measured]:
    path = folder / "rows.parquet"
    for n_rows, turns in ROUNDS.items():
        if n_rows > largest:
            continue
        classes = _classes(n_rows)
        for n_classes in classes:
            began = time.monotonic()
            scale_tables.write(path, n_rows, n_classes)
            is_main = n_classes == classes[0]
            rounds, repeats = turns if is_main and not quick else (1, 2)
            found = _size(path, n_rows, n_classes, rounds, repeats)
            seconds = time.monotonic() - began
            print(f"{n_rows:,} rows, {n_classes:,} classes: {seconds:.0f} s", file=sys.stderr)
            yield found


def _classes(n_rows: int) -> list[int]:
    """Return the numbers of classes that so many rows are divided into, the main one first."""
    if n_rows == ROWS_OF_MOST_GROUPS:
        return [MOST_GROUPS]
    main = n_rows // ROWS_PER_CLASS
    others = {ROWS_OF_GROUPS: GROUPS, MILLION: (HELD_CLASSES,), LARGEST: (HELD_CLASSES,)}
    return [main, *others.get(n_rows, ())]


def _size(path: Path, n_rows: int, n_classes: int, rounds: int, repeats: int) -> Measured:
    """Measure one table, the measures taking turns."""
    is_million = (n_rows, n_classes) == (MILLION, MILLION // ROWS_PER_CLASS)
    kinds = ["floor", "fit", *(["pandas"] if is_million else [])]
    runs: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    peaks = dict.fromkeys(kinds, 0.0)
    for _ in range(rounds):
        for kind in kinds:
            done = _worker(kind, path, repeats)
            runs[kind] += done["times"]
            peaks[kind] = max(peaks[kind], done["peak"])
    best = {
        kind: {name: min(run[name] for run in times) for name in times[0]}
        for kind, times in runs.items()
    }
    return Measured(
        n_rows=n_rows,
        n_classes=n_classes,
        file_bytes=path.stat().st_size,
        best=best,
        peak=peaks,
        n_runs={kind: len(times) for kind, times in runs.items()},
    )


def _worker(kind: str, path: Path, repeats: int) -> dict:
    command = [sys.executable, "-m", "benchmarks.scale_worker", kind, str(path), str(repeats)]
    done = subprocess.run(command, cwd=_HERE.parent, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _machine() -> dict[str, str]:
    import duckdb

    return description({"DuckDB": duckdb.__version__})


if __name__ == "__main__":
    main()
