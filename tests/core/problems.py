"""From a formula and a table to the criterion and points to evaluate it at."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.model import Model
from mlm_core.fits.criterion import Problem, build_problem
from mlm_core.fits.preparation import prepare
from mlm_core.moments.moments import Moments

FloatArray = NDArray[np.float64]
METHODS: tuple[Literal["REML", "ML"], ...] = ("REML", "ML")
# Models of the fixture ``table`` whose only random effects are intercepts.
INTERCEPTS = (
    "y ~ 1 + (1 | s)",
    "y ~ x + (1 | s/d)",
    "y ~ x + z + (1 | s/d/c)",
    "y ~ x - 1 + (1 | s/d)",
)


def moments_of(formula: str, frame: pd.DataFrame) -> Moments:
    """Return the moments of a model over a table."""
    return prepare(Model(formula), frame).moments


def problem_of(
    formula: str, frame: pd.DataFrame, method: Literal["REML", "ML"] = "REML"
) -> Problem:
    """Return the criterion of a model over a table, ready to be evaluated."""
    return build_problem(moments_of(formula, frame), method)


def random_theta(problem: Problem, seed: int = 1) -> FloatArray:
    """Return a point far from any boundary or optimum."""
    return np.random.default_rng(seed).normal(0.0, 0.6, problem.structure.n_theta)


def relative_covariances(problem: Problem, theta: FloatArray) -> list[FloatArray]:
    """Return Cov(b) / sigma^2 of every block on the user's columns."""
    return [block.relative_covariance(theta) for block in problem.structure.blocks]


def differences(function, at: FloatArray, step: float = 1e-5) -> FloatArray:  # type: ignore[no-untyped-def]
    """Return central differences of a function, the changed entry along the last axis."""
    columns = []
    for entry in range(len(at)):
        change = np.zeros_like(at)
        change[entry] = step
        columns.append((function(at + change) - function(at - change)) / (2.0 * step))
    return np.stack(columns, axis=-1)
