"""One contest: all programs fit one model on one table, turn by turn.

Every round gives each program its turn, in an order drawn anew, so that whatever else the machine
does hits all alike.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import tables
from benchmarks.cases import OURS, TITLES, Case
from benchmarks.contestant import Contestant, NotTakingPartError


@dataclass
class Outcome:
    """What a contest gave.

    Attributes
    ----------
    case : Case
    samples : list
        (program, round, seconds of the fit, seconds of fit and table).
    answers : dict
        Program -> its estimates, see ``engines.py``.
    memory : dict
        Program -> resident megabytes before the first fit, and at its peak.
    absent : dict
        Program -> why it did not take part.
    versions : dict
    frame_bytes : int
        Size of the table in memory.
    """

    case: Case
    frame_bytes: int
    samples: list[tuple[str, int, float, float]] = field(default_factory=list)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> pd.DataFrame:
        """Best and median seconds, fastest first; ``ratio`` is to ours.

        Columns: program, fits, best, median, fit_best, ratio, ratio_median.
        """
        columns = ["program", "round", "fit", "total"]
        groups = pd.DataFrame(self.samples, columns=columns).groupby("program")
        table = pd.DataFrame(
            {
                "fits": groups.size(),
                "best": groups["total"].min(),
                "median": groups["total"].median(),
                "fit_best": groups["fit"].min(),
            }
        )
        table["ratio"] = table["best"] / table["best"].get(OURS)
        table["ratio_median"] = table["median"] / table["median"].get(OURS)
        return table.sort_values("best").reset_index()


def hold(case: Case, folder: Path) -> Outcome:
    """Hold a contest; ``folder`` takes the table and what programs print."""
    frame = case.table()
    outcome = Outcome(case, int(frame.memory_usage(deep=True).sum()))
    tables.write(frame, folder / "table")
    del frame
    with ExitStack() as stack:
        present = {
            name: contestant
            for name in case.fits_a_turn
            if (contestant := _enter(name, outcome, folder, stack)) is not None
        }
        for number in range(case.rounds):
            print(f"  {case.key}: round {number + 1} of {case.rounds}", file=sys.stderr)
            order = [
                name for name in present if number < case.rounds_of.get(name, case.rounds)
            ]  # fmt: skip
            random.Random(number).shuffle(order)
            for name in order:
                _turn(present[name], number, outcome)
        for name, contestant in present.items():
            if name not in outcome.absent:
                _try(lambda one=contestant: outcome.answers.update({one.name: one.ask("answer")}),
                     name, outcome)  # fmt: skip
    return outcome


def _enter(name: str, outcome: Outcome, folder: Path, stack: ExitStack) -> Contestant | None:
    """Start a program and give it the table."""
    entered: list[Contestant] = []

    def enter() -> None:
        contestant = stack.enter_context(Contestant(name, folder / f"{name}.log"))
        outcome.versions.update(contestant.versions)
        contestant.ask("load", folder / "table", outcome.case.formula)
        entered.append(contestant)

    _try(enter, name, outcome)
    return entered[0] if entered else None


def _turn(contestant: Contestant, number: int, outcome: Outcome) -> None:
    name = contestant.name
    if name in outcome.absent:
        return

    def take() -> None:
        before = contestant.memory() if number == 0 else None
        contestant.forget_peak()
        warm, count = int(outcome.case.warm_up), outcome.case.fits_a_turn[name]
        seconds = contestant.ask("time", warm, count)["seconds"]
        outcome.samples.extend((name, number, fit, total) for fit, total in seconds)
        after = contestant.memory() if before else None
        if before and after:
            outcome.memory[name] = (before[0], after[1])

    _try(take, name, outcome)


def _try(step: Any, name: str, outcome: Outcome) -> None:
    """Take a step; a program that cannot is left out from here on, and the reason kept."""
    try:
        step()
    except NotTakingPartError as reason:
        outcome.absent[name] = str(reason)
        print(f"  {TITLES[name]} is left out: {reason}", file=sys.stderr)
