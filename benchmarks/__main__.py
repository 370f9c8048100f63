"""Measure everything and write the results: ``python -m benchmarks [--quick] [--out FOLDER]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import results as files
from benchmarks.cases import MILLION, cases
from benchmarks.contest import hold
from benchmarks.inference import tasks
from benchmarks.machine import description
from benchmarks.memory import peak_of_frames
from benchmarks.picture import svg
from benchmarks.reference_models import evaluations
from benchmarks.report import markdown
from benchmarks.results import Results
from benchmarks.start import starts
from benchmarks.targets import targets

_HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run all contests and leave numbers, page and picture."""
    options = _options()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        measured = _measure(Path(folder), quick=options.quick)
    options.out.mkdir(parents=True, exist_ok=True)
    files.write(measured, options.out / "results")
    (options.out / "RESULTS.md").write_text(markdown(measured), encoding="utf-8")
    (options.out / "results.svg").write_text(svg(measured), encoding="utf-8")
    for target in measured.targets:
        mark = {True: "pass", False: "FAIL", None: "  - "}[target.is_met]
        print(f"{mark}  {target.promise}: {target.measured}")
    print(f"{time.monotonic() - began:.0f} s; see {options.out / 'RESULTS.md'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repeats, a tenth of the rows")
    parser.add_argument("--out", type=Path, help="folder of the results (default: benchmarks)")
    options = parser.parse_args()
    if options.out is None:
        # What a quick run measures must not replace what a full one has.
        options.out = _HERE.parent / "build" / "bench" if options.quick else _HERE
    return options


def _measure(folder: Path, *, quick: bool) -> Results:
    outcomes, memory = [], {}
    for case in cases(quick=quick):
        print(case.title, file=sys.stderr)
        place = folder / case.key
        outcomes.append(hold(case, place))
        if case.key.startswith(MILLION):
            memory[case.key] = peak_of_frames(case, place)
    print("inference", file=sys.stderr)
    inferred, more = tasks(quick=quick)
    print("reference models, starts", file=sys.stderr)
    counted = evaluations()
    versions = {name: text for outcome in outcomes for name, text in outcome.versions.items()}
    return Results(
        outcomes=outcomes,
        inference=inferred,
        memory=memory,
        evaluations=counted,
        starts=starts(1 if quick else 5),
        targets=targets(outcomes, memory, counted, () if quick else inferred),
        machine=description({**versions, **more}),
    )


if __name__ == "__main__":
    main()
