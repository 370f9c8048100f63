"""Whether the programs of the class set agree, and which of them stops short of the optimum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.cases import OURS
from benchmarks.contest import Outcome
from benchmarks.dense import nested_criterion
from benchmarks.engines import nested_parts

# gpboost has no REML.
_ML_ONLY = ("gpboost",)


def compare_answers(outcome: Outcome) -> pd.DataFrame:
    """Return a row a program, ours first.

    Columns: program, school, group, residual (variances), criterion (reported), there (by the dense
    formula at these variances), evaluations, df (text), difference (largest relative one of the
    coefficients from ours), converged (what the program says).
    """
    fixed, school, group = nested_parts(outcome.case.formula)
    response, predictor = (part.strip() for part in fixed.split("~"))
    frame = outcome.case.table()
    ours = outcome.answers.get(OURS)
    rows = []
    for name in sorted(outcome.answers, key=lambda name: (name != OURS, name)):
        answer = outcome.answers[name]
        of_level = {frozenset(level.split(":")): value for level, value in answer["variances"]}
        variances = {
            school: of_level[frozenset([school])],
            f"{school}:{group}": of_level[frozenset([school, group])],
            "Residual": of_level[frozenset(["Residual"])],
        }
        method = "ML" if name in _ML_ONLY else "REML"
        there = nested_criterion(frame, response, predictor, variances, method)
        rows.append(
            {
                "program": name,
                **dict(zip(("school", "group", "residual"), variances.values(), strict=True)),
                "criterion": answer["criterion"],
                "there": there,
                "evaluations": answer["evaluations"],
                "df": ", ".join(f"{df:.1f}" for df in answer["df"]) if answer["df"] else "-",
                "difference": largest_difference(answer, ours),
                "converged": answer.get("converged"),
            }
        )
    return pd.DataFrame(rows)


def largest_difference(answer: Mapping[str, Any], ours: Mapping[str, Any] | None) -> float:
    """Return the largest relative difference of coefficients of the same name."""
    if ours is None or set(answer["terms"]) != set(ours["terms"]):
        return float("nan")
    theirs = dict(zip(answer["terms"], answer["estimates"], strict=True))
    expected = np.array(ours["estimates"])
    found = np.array([theirs[term] for term in ours["terms"]])
    return float(np.max(np.abs(found - expected) / np.abs(expected)))
