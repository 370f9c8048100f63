"""Errors of understanding a model: as written it has no meaning, whatever the table."""

from __future__ import annotations

from mlm_core.errors.base import MlmError


class ModelError(MlmError):
    """The model, as written, has no meaning here, whatever the table."""


class FormulaError(ModelError):
    """A formula could not be parsed; ``position`` is the offset of the offending character."""

    def __init__(self, formula: str, position: int, reason: str) -> None:
        self.formula = formula
        self.position = position
        pointer = " " * position + "^"
        super().__init__(f"The formula could not be read: {reason}\n    {formula}\n    {pointer}")


class OutcomeIsPredictorError(ModelError):
    """The outcome also stands among the predictors."""

    def __init__(self, outcome: str) -> None:
        super().__init__(
            f"The outcome {outcome!r} is also chosen as a predictor: it would explain itself."
            " Remove it from the predictors, or choose another outcome."
        )


class DuplicateLevelError(ModelError):
    """One grouping level is given twice, under the same or under another name."""

    def __init__(self, first: str, second: str) -> None:
        reason = (
            f"The grouping level {first!r} is listed twice."
            if first == second
            else f"The levels {first!r} and {second!r} divide the rows into the same groups."
        )
        order = "" if first == second else " Are the levels in order, the outermost first?"
        super().__init__(f"{reason} Their variances cannot be told apart: keep one of them.{order}")
