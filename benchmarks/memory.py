"""What our fit needs of memory: ``python -m benchmarks.memory <folder> <formula>``.

Allocations of Python and numpy are followed by tracemalloc from before the frame is made until the
coefficient table is there, in a process of its own, because following slows everything down.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

from benchmarks import tables
from benchmarks.cases import Case

_ROOT = Path(__file__).resolve().parent.parent


def peak_of_frames(case: Case, folder: Path) -> dict[str, float]:
    """Return ``frame`` and ``peak`` in bytes and ``multiple``, peak with the frame over frame."""
    table = folder / "table"
    if not table.exists():
        tables.write(case.table(), table)
    command = [sys.executable, "-m", "benchmarks.memory", str(table), case.formula]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main(folder: str, formula: str) -> None:
    """Measure and print."""
    import mlm_core as mlm

    tracemalloc.start()
    frame = tables.read(Path(folder))
    size = int(frame.memory_usage(deep=True).sum())
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    mlm.fit_mixed(mlm.Model(formula), frame).coefficients  # noqa: B018 - the table is what costs
    peak = size + tracemalloc.get_traced_memory()[1] - held
    print(json.dumps({"frame": size, "peak": peak, "multiple": peak / size}))


if __name__ == "__main__":
    main(*sys.argv[1:])
