"""What is inferred from a fit, timed beside lme4 and RLRsim: the nested model of the class set.

Each task starts from a fitted model. lme4's bootstrap and its leaving out of groups take so long
that they are timed once; everything else several times, of which the best counts. Where R or a
package of it is missing the task says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import mlm_core as mlm
from mlm_core.inference.exact_restricted import exact_test
from mlm_core.inference.influence import influence
from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_experiment import MIXED, repeat_design

_HERE = Path(__file__).resolve().parent
_LIMIT_SECONDS = 900.0
REPLICATES, EXACT_DRAWS = 1_000, 10_000
DESIGN, SEED = PRESETS["107 schools, as in the class set"], 1
# Every task is to be at least so many times faster.
TIMES_FASTER = 30


@dataclass
class Task:
    """One thing to infer.

    Attributes
    ----------
    name, what : str
    ours, theirs : list of float
        Seconds.
    program : str
        The other program.
    answers : mapping
        "ours" and "theirs": numbers that should agree.
    agreement : str
        How they should.
    missing : str
        Why the other did not take part.
    """

    name: str
    what: str
    program: str
    agreement: str
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    answers: dict[str, Sequence[float]] = field(default_factory=dict)
    missing: str = ""

    @property
    def ratio(self) -> float | None:
        """Times ours, best against best."""
        return min(self.theirs) / min(self.ours) if self.theirs else None

    @property
    def largest_difference(self) -> float | None:
        """Largest relative difference of the answers (absolute where ours is zero)."""
        if len(self.answers) < 2:
            return None
        ours, theirs = (np.asarray(self.answers[key], dtype=float) for key in ("ours", "theirs"))
        return float((np.abs(theirs - ours) / np.where(ours == 0.0, 1.0, np.abs(ours))).max())


def tasks(*, quick: bool) -> tuple[list[Task], dict[str, str]]:
    """Time all tasks; return them, and the versions of the other programs."""
    replicates = REPLICATES // 10 if quick else REPLICATES
    found = {task.name: task for task in _tasks(replicates)}
    for name, call in _ours(replicates).items():
        _time(found[name], call, 2 if quick else 8)
    versions: dict[str, str] = {}
    for record in _theirs(replicates, 1 if quick else 3):
        if "versions" in record:
            versions.update(
                {f"{name} (inference)": text for name, text in record["versions"].items()}
            )
        elif "missing" in record:
            found[record["task"]].missing = record["missing"]
        else:
            task = found[record["task"]]
            task.theirs.append(record["seconds"])
            task.answers["theirs"] = record["answer"]
    return list(found.values()), versions


def _tasks(replicates: int) -> list[Task]:
    return [
        Task("profile", "profiles of all parameters and their 95% intervals", "lme4",
             "ends of the intervals"),
        Task("bootstrap", f"parametric bootstrap, {replicates:,} refits", "lme4",
             "standard deviations of the coefficients, by different draws"),
        Task("exact test", f"exact restricted test of the classes, {EXACT_DRAWS:,} draws", "RLRsim",
             "p-value, by different draws"),
        Task("leave one group out", "every school left out and the model refitted", "lme4",
             "the three largest Cook's distances"),
        Task("repeats", f"a design like the class set drawn and estimated {replicates:,} times",
             "lme4", "mean standard errors of the mixed model, by different draws; lme4's time is"
             " that of 20 repeats, scaled"),
    ]  # fmt: skip


def _ours(replicates: int) -> Mapping[str, Callable[[], Sequence[float]]]:
    pupils = mlm.load("classroom")
    nested = mlm.fit_mixed(mlm.Model("mathkind ~ ses + (1 | schoolid/classid)"), pupils)
    school = mlm.fit_mixed(mlm.Model("mathkind ~ ses + (1 | schoolid)"), pupils)
    statistic = mlm.compare(school, nested).statistic
    classes = nested.problem.structure.blocks[0]

    def ends() -> list[float]:
        table = mlm.profile(nested).intervals()
        return [*table["lower"], *table["upper"]]

    def spread() -> list[float]:
        table = mlm.bootstrap(nested, replicates, seed=1).intervals()
        return list(table["se"].iloc[-2:])

    def exact() -> list[float]:
        return [exact_test(nested.problem, classes, statistic, n=EXACT_DRAWS, seed=1).p]

    def distances() -> list[float]:
        cooks = influence(school, "schoolid").table["cooks_distance"]
        return sorted(cooks, reverse=True)[:3]

    def repeats() -> list[float]:
        found = repeat_design(DESIGN, seed=SEED, repeats=replicates)
        return [float(found.answer(term, MIXED).se.mean()) for term in ("x", "w_school")]

    return {
        "profile": ends, "bootstrap": spread, "exact test": exact, "leave one group out": distances,
        "repeats": repeats,
    }  # fmt: skip


def _time(task: Task, call: Callable[[], Sequence[float]], repeats: int) -> None:
    for _ in range(repeats):
        began = time.perf_counter()
        task.answers["ours"] = [float(value) for value in call()]
        task.ours.append(time.perf_counter() - began)


def _theirs(replicates: int, rounds: int) -> Iterator[dict]:
    """Yield what R replies, line by line."""
    if shutil.which("Rscript") is None:
        for task in _tasks(replicates):
            yield {"task": task.name, "missing": "R is not installed"}
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classroom.csv"
        mlm.load("classroom").to_csv(path, index=False)
        draw_table(DESIGN, seed=SEED).to_csv(Path(folder) / "design.csv", index=False)
        command = ["Rscript", "--vanilla", str(_HERE / "inference.R"), path, replicates, rounds]
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False,
        )  # fmt: skip
    for line in done.stdout.splitlines():
        if line.startswith("reply "):
            yield json.loads(line.removeprefix("reply "))
