"""Errors of fitting and comparing: model and table agree, but no answer exists."""

from __future__ import annotations

from mlm_core.errors.base import MlmError


class FitError(MlmError):
    """The model and the table agree, but no estimate exists."""


class PerfectFitError(FitError):
    """The residual variance is exactly zero."""

    def __init__(self, outcome: str) -> None:
        super().__init__(
            f"Predictors and groups reproduce {outcome!r} exactly: the residual variance"
            " is zero and"
            " the likelihood has no maximum. Is the outcome computed from a predictor?"
        )


class NotConvergedError(FitError):
    """The search stopped before its certificate of optimality was met."""


class ComparisonError(MlmError):
    """Two fits cannot be compared."""


class DifferentRowsError(ComparisonError):
    """The two models were fitted to different rows or outcomes."""


class NotNestedError(ComparisonError):
    """Neither model is a special case of the other."""


class ExactTestError(ComparisonError):
    """The exact distribution of a test statistic cannot be simulated."""
