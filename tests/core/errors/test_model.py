"""Errors of understanding a model."""

from __future__ import annotations

import pytest

from mlm_core.errors import (
    DuplicateLevelError,
    FormulaError,
    ModelError,
    OutcomeIsPredictorError,
)


def test_a_formula_error_points_at_the_character() -> None:
    error = FormulaError("y ~ x +", 7, "a term is missing")
    first, formula, pointer = str(error).split("\n")
    assert "a term is missing" in first
    assert pointer.index("^") - formula.index("y") == 7
    assert (error.formula, error.position) == ("y ~ x +", 7)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OutcomeIsPredictorError("y"), ("'y'", "predictor", "Remove it")),
        (DuplicateLevelError("a", "a"), ("'a' is listed twice", "keep one")),
        (DuplicateLevelError("a", "b:a"), ("'a' and 'b:a'", "same groups", "outermost first")),
    ],
)
def test_texts_say_what_and_what_to_do(error: ModelError, said: tuple[str, ...]) -> None:
    assert all(part in str(error) for part in said)
    assert isinstance(error, ModelError)
