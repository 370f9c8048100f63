"""What is timed: models, tables, who takes part, and how often each is asked.

The class set is the model of the README. The other models come from ``tests/reference``. The
million rows are simulated with a fixed seed, once in order of their groups and once shuffled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import mlm_core as mlm
from benchmarks.reference_models import HARD

OURS = "mlm_core"
TITLES: Mapping[str, str] = {
    OURS: "mlm_core",
    "mixedlm": "mixedlm",
    "lme4": "lme4 (R)",
    "lmerTest": "lmerTest (R)",
    "statsmodels": "statsmodels MixedLM",
    "gpboost": "gpboost",
}


@dataclass(frozen=True)
class Case:
    """A model on a table, and its contest.

    Attributes
    ----------
    key, title : str
        ``key`` goes into file names and tables of numbers, ``title`` into text.
    formula : str
        As lme4 writes it; the criterion is REML.
    table : callable
        Makes the frame.
    fits_a_turn : mapping
        For every program how many fits are timed each time it is its turn.
    rounds : int
        Turns of every program.
    rounds_of : mapping
        Programs that take part in the first rounds only.
    warm_up : bool
        Whether every turn starts with a fit that is not timed.
    is_judged : bool
        Whether promises are held against it; false in a quick run.
    """

    key: str
    title: str
    formula: str
    table: Callable[[], pd.DataFrame]
    fits_a_turn: Mapping[str, int]
    rounds: int
    rounds_of: Mapping[str, int]
    warm_up: bool = True
    is_judged: bool = True


CLASS_SET = "class-set"
MILLION = "million"


def cases(*, quick: bool) -> list[Case]:
    """Return all contests; ``quick`` is for trying the machinery, its numbers mean little."""
    found = [_class_set(quick), *_other_models(quick), *_million_rows(quick)]
    return [replace(case, is_judged=not quick) for case in found]


def _class_set(quick: bool) -> Case:
    return Case(
        key=CLASS_SET,
        title="1,190 pupils in 312 classes in 107 schools",
        formula="mathkind ~ ses + (1 | schoolid/classid)",
        table=lambda: mlm.load("classroom"),
        fits_a_turn={
            OURS: 12, "mixedlm": 12, "lme4": 8, "lmerTest": 6, "statsmodels": 1, "gpboost": 4
        },
        rounds=2 if quick else 20,
        rounds_of={"statsmodels": 1 if quick else 8},
    )  # fmt: skip


def _other_models(quick: bool) -> list[Case]:
    models = [
        ("sleepstudy-slopes", "Reaction times, slopes of days", "sleepstudy",
         "Reaction ~ Days + (Days | Subject)"),
        ("hsb82-full", "7,185 pupils, slopes between 160 schools", "hsb82",
         "mAch ~ cses * meanses + cses * catholic + (cses | school)"),
        ("gain-nested", "Gain in mathematics, four predictors", "classroom",
         "mathgain ~ mathkind + sex + minority + ses + (1 | schoolid/classid)"),
    ]  # fmt: skip
    fits = {OURS: 10, "mixedlm": 10, "lme4": 6, "lmerTest": 3}
    rounds = 2 if quick else 8
    found = [
        Case(key, title, formula, lambda name=name: mlm.load(name), fits, rounds, {})
        for key, title, name, formula in models
    ]
    four = Case(
        "four-levels", "Pupils in classes in schools in districts", "y ~ x + (1 | dist/sch/cls)",
        lambda: pd.read_csv(HARD / "h_four.csv"), fits, rounds, {}
    )  # fmt: skip
    return [*found, four]


def _million_rows(quick: bool) -> list[Case]:
    size = (100_000, 4_000, 1_000) if quick else (1_000_000, 40_000, 10_000)
    found = []
    for order in ("sorted", "shuffled"):
        found.append(
            Case(
                key=f"{MILLION}-{order}",
                title=f"{size[0]:,} rows in {size[1]:,} classes in {size[2]:,} schools, {order}",
                formula="y ~ x + (1 | school/class)",
                table=lambda order=order: simulated(*size, order=order),
                fits_a_turn={OURS: 2, "mixedlm": 1, "lme4": 1, "gpboost": 1},
                rounds=2 if quick else 6,
                rounds_of={"lme4": 1 if quick else 3, "gpboost": 1 if quick else 2},
                warm_up=False,
            )
        )
    return found


def simulated(n_rows: int, n_classes: int, n_schools: int, *, order: str) -> pd.DataFrame:
    """Return rows in classes of uneven size in schools of uneven size, none empty.

    Parameters
    ----------
    n_rows, n_classes, n_schools : int
    order : {"sorted", "shuffled"}
        Rows in the order of their groups, or in no order. The rows are the same.
    """
    rng = np.random.default_rng(20240229)
    school_of = np.sort(_spread_out(rng, n_classes, n_schools))
    group = np.sort(_spread_out(rng, n_rows, n_classes))
    school = school_of[group]
    x = rng.normal(size=n_rows) + 0.5 * rng.normal(size=n_classes)[group]
    y = 10.0 + 0.5 * x + 0.7 * rng.normal(size=n_schools)[school]
    y += 0.5 * rng.normal(size=n_classes)[group] + 2.0 * rng.normal(size=n_rows)
    frame = pd.DataFrame({"y": y, "x": x, "school": school + 1, "class": group + 1})
    if order == "shuffled":
        frame = frame.take(rng.permutation(n_rows)).reset_index(drop=True)
    return frame


def _spread_out(rng: np.random.Generator, n: int, n_parents: int) -> np.ndarray:
    return np.concatenate([np.arange(n_parents), rng.integers(0, n_parents, n - n_parents)])
