"""The largest table that other programs survive: ``python -m benchmarks.scale_rivals``.

Each of lme4, mixedlm and gpboost fits the tables of ``make bench-scale`` from a frame in memory,
each size in a process of its own, from the smallest on until one of them fails. A process is ended
above 20 GB of resident memory, which is watched from outside: a limit on addresses would also count
what a program reserves and never touches. A fit may take an hour. Written is
``results/scale_rivals.json``, which ``python -m benchmarks.scale`` puts into ``SCALE.md``; what it
holds of programs that do not run again stays.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

from benchmarks import scale_tables, tables
from benchmarks.contestant import Contestant, NotTakingPartError

RESULTS = Path(__file__).resolve().parent / "results" / "scale_rivals.json"
PROGRAMS = ("lme4", "mixedlm", "gpboost")
SIZES = (1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
MOST_GIGABYTES, MOST_SECONDS = 20.0, 60 * 60.0
FITS, MEMORY, TIME = "fits", "out of memory", "longer than an hour"
_FORMULA = "y ~ x + (1 | school/class)"
_ROWS_PER_CLASS = 25
_SECONDS_BETWEEN_LOOKS = 0.2
# What programs say when they get no more memory from the system.
_NO_MEMORY = ("cannot allocate", "memoryerror", "bad_alloc", "out of memory", "memory allocation")


@dataclass(frozen=True)
class Trial:
    """One program on one table.

    Attributes
    ----------
    program : str
    n_rows, n_classes : int
    outcome : str
        ``FITS``, ``MEMORY``, ``TIME``, or why it failed or did not take part.
    seconds : float or None
        Fit and table of coefficients; None where there was no fit.
    gigabytes : float
        Peak of resident memory, the table included; as far as it was seen.
    """

    program: str
    n_rows: int
    n_classes: int
    outcome: str
    seconds: float | None
    gigabytes: float


def main() -> None:
    """Try, and write after every trial."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale_rivals", description=__doc__)
    parser.add_argument("--largest", type=float, default=SIZES[-1], help="most rows of a table")
    parser.add_argument("--folder", help="where the tables are made (6 GB for 1e8 rows)")
    parser.add_argument("--smallest", type=float, default=SIZES[0], help="fewest rows of a table")
    parser.add_argument("--programs", nargs="+", default=PROGRAMS, choices=PROGRAMS)
    parser.add_argument("--out", type=Path, default=RESULTS, help="file of the results")
    options = parser.parse_args()
    sizes = [size for size in SIZES if options.smallest <= size <= options.largest]
    found = [one for one in read(options.out) if not _is_anew(one, options.programs, sizes)]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for trial in _trials(Path(folder), sizes, options.programs):
            print(f"{trial.program}, {trial.n_rows:,} rows: {trial.outcome}", file=sys.stderr)
            found.append(trial)
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n")


def read(path: Path = RESULTS) -> list[Trial]:
    """Return the trials that were written; none where there is no file."""
    return [Trial(**one) for one in json.loads(path.read_text())] if path.exists() else []


def _is_anew(trial: Trial, programs: Sequence[str], sizes: list[int]) -> bool:
    return trial.program in programs and trial.n_rows in sizes


def _trials(folder: Path, sizes: list[int], programs: Sequence[str]) -> Iterator[Trial]:
    """Go through the sizes with the programs that have survived so far."""
    left = list(programs)
    for n_rows in sizes:
        if not left:
            return
        parquet, table = folder / "rows.parquet", folder / str(n_rows)
        scale_tables.write(parquet, n_rows, n_rows // _ROWS_PER_CLASS)
        tables.copy(parquet, table)
        for program in tuple(left):
            trial = _trial(program, n_rows, table)
            if trial.outcome != FITS:
                left.remove(program)
            yield trial
        shutil.rmtree(table)


def _trial(program: str, n_rows: int, table: Path) -> Trial:
    """Let one program fit one table."""
    seconds, outcome, watch = None, FITS, None
    began = monotonic()
    try:
        log = table.with_name(f"{program}-{n_rows}.log")
        with Contestant(program, log, limit=MOST_SECONDS) as contestant:
            watch = _Watch(contestant)
            with watch:
                contestant.ask("load", table, _FORMULA)
                began = monotonic()
                seconds = contestant.ask("time", 0, 1)["seconds"][0][1]
    except NotTakingPartError as reason:
        outcome = _outcome(str(reason), watch, monotonic() - began)
    n_classes = n_rows // _ROWS_PER_CLASS
    return Trial(program, n_rows, n_classes, outcome, seconds, watch.peak if watch else 0.0)


def _outcome(reason: str, watch: _Watch | None, seconds: float) -> str:
    """Say why there is no fit."""
    if watch is None:
        return reason
    if watch.is_over or any(words in reason.lower() for words in _NO_MEMORY):
        return MEMORY
    return TIME if seconds >= MOST_SECONDS else reason


class _Watch:
    """Looks at a process's memory from outside and ends it where that is too much.

    Attributes
    ----------
    peak : float
        In gigabytes.
    is_over : bool
        Whether the process was ended.
    """

    def __init__(self, contestant: Contestant) -> None:
        self.peak, self.is_over = 0.0, False
        self._contestant = contestant
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._look_once()
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_SECONDS_BETWEEN_LOOKS):
            self._look_once()

    def _look_once(self) -> None:
        memory = self._contestant.memory()
        if memory is None:
            return
        self.peak = max(self.peak, memory[1] / 1000.0)
        if memory[0] / 1000.0 > MOST_GIGABYTES:
            self.is_over = True
            self._contestant.kill()


if __name__ == "__main__":
    main()
