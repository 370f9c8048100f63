"""Everything a run has measured, and the files of numbers it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from benchmarks.contest import Outcome
from benchmarks.inference import Task
from benchmarks.targets import Target


@dataclass(frozen=True)
class Results:
    """What a run has measured.

    Attributes
    ----------
    outcomes : sequence of Outcome
    inference : sequence of Task
        See ``inference.tasks``.
    memory : mapping
        Key of a case -> frame, peak (bytes), multiple.
    evaluations : DataFrame
        See ``reference_models.evaluations``.
    starts : mapping
        See ``start.starts``.
    targets : sequence of Target
    machine : mapping
    """

    outcomes: Sequence[Outcome]
    inference: Sequence[Task]
    memory: Mapping[str, Mapping[str, float]]
    evaluations: pd.DataFrame
    starts: Mapping[str, Mapping[str, float]]
    targets: Sequence[Target]
    machine: Mapping[str, str]

    def outcome(self, key: str) -> Outcome:
        """Return the outcome of one case."""
        (found,) = (outcome for outcome in self.outcomes if outcome.case.key == key)
        return found


def write(results: Results, folder: Path) -> None:
    """Write samples.csv, summary.csv, evaluations.csv and results.json."""
    folder.mkdir(parents=True, exist_ok=True)
    samples, summaries = [], []
    for outcome in results.outcomes:
        columns = ["program", "round", "fit_seconds", "total_seconds"]
        samples.append(_labelled(pd.DataFrame(outcome.samples, columns=columns), outcome))
        summaries.append(_labelled(outcome.summary, outcome))
    pd.concat(samples).round(7).to_csv(folder / "samples.csv", index=False)
    pd.concat(summaries).round(7).to_csv(folder / "summary.csv", index=False)
    results.evaluations.to_csv(folder / "evaluations.csv", index=False)
    (folder / "results.json").write_text(_json(results), encoding="utf-8")


def _labelled(frame: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    return frame.assign(case=outcome.case.key)[["case", *frame.columns]]


def _json(results: Results) -> str:
    cases = {
        outcome.case.key: {
            "title": outcome.case.title,
            "formula": outcome.case.formula,
            "frame_bytes": outcome.frame_bytes,
            "answers": outcome.answers,
            "resident_megabytes": outcome.memory,
            "absent": outcome.absent,
        }
        for outcome in results.outcomes
    }
    content = {
        "machine": results.machine,
        "targets": [asdict(target) for target in results.targets],
        "cases": cases,
        "inference": [asdict(task) for task in results.inference],
        "memory": results.memory,
        "starts": results.starts,
    }
    return json.dumps(content, indent=1) + "\n"
