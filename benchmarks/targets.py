"""What the package promises about speed and memory, and whether this run kept it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from benchmarks.cases import CLASS_SET, MILLION, TITLES, Case
from benchmarks.contest import Outcome
from benchmarks.inference import TIMES_FASTER, Task

# At least so many times faster than these, fit and coefficient table, best of many.
CLASS_SET_RATIOS = MappingProxyType({"mixedlm": 2, "lme4": 10, "lmerTest": 20, "statsmodels": 100})
MILLION_RATIOS = MappingProxyType({"mixedlm": 10, "lme4": 40})
# Peak memory of a fit to a million rows, the frame included, in frames.
MOST_FRAMES = 2.0
# Evaluations of the criterion a reference model may take.
MOST_EVALUATIONS = 20


@dataclass(frozen=True)
class Target:
    """A promise; ``is_met`` is None where it was not measured, or only by a quick run."""

    promise: str
    measured: str
    is_met: bool | None


def targets(
    outcomes: Sequence[Outcome],
    memory: Mapping[str, Mapping[str, float]],
    evaluations: pd.DataFrame,
    inference: Sequence[Task],
) -> list[Target]:
    """Hold every promise against what was measured; ``memory`` by key of the case."""
    sizes = {outcome.case.key: _size(outcome.case) for outcome in outcomes}
    judged = {outcome.case.key for outcome in outcomes if outcome.case.is_judged}
    found: list[Target] = []
    for outcome in outcomes:
        if outcome.case.key == CLASS_SET:
            found += _ratios(outcome, CLASS_SET_RATIOS, "class set")
        elif outcome.case.key.startswith(MILLION):
            found += _ratios(outcome, MILLION_RATIOS, sizes[outcome.case.key])
    for key, measured in memory.items():
        multiple = measured["multiple"]
        promise = f"{sizes[key]}: peak memory below {MOST_FRAMES:g} frames"
        is_met = multiple < MOST_FRAMES if key in judged else None
        found.append(Target(promise, f"{multiple:.2f} frames", is_met))
    most = int(evaluations["evaluations"].max())
    promise = f"at most {MOST_EVALUATIONS} evaluations on all {len(evaluations)} reference fits"
    found.append(Target(promise, f"at most {most}", most <= MOST_EVALUATIONS))
    found += [_of_task(task) for task in inference]
    return found


def _of_task(task: Task) -> Target:
    promise = f"{task.name}: at least {TIMES_FASTER} times faster than {task.program}"
    if task.ratio is None:
        return Target(promise, f"not measured: {task.missing}", None)
    return Target(promise, f"{task.ratio:.0f} times", task.ratio >= TIMES_FASTER)


def _size(case: Case) -> str:
    """Return rows and order of a simulated table (a quick run has fewer than a million rows)."""
    return f"{case.title.split(' in ')[0]}, {case.key.split('-')[-1]}"


def _ratios(outcome: Outcome, wanted: Mapping[str, int], where: str) -> Iterator[Target]:
    summary = outcome.summary.set_index("program")
    for name, times in wanted.items():
        promise = f"{where}: at least {times} times faster than {TITLES[name]}"
        if name in outcome.absent or name not in summary.index:
            yield Target(promise, f"not measured: {outcome.absent.get(name, 'no sample')}", None)
            continue
        best, typical = summary.loc[name, ["ratio", "ratio_median"]]
        measured = f"{best:.1f} times (by medians {typical:.1f})"
        yield Target(promise, measured, bool(best >= times) if outcome.case.is_judged else None)
