"""Errors of fitting and comparing."""

from __future__ import annotations

from mlm_core.errors import (
    ComparisonError,
    DifferentRowsError,
    FitError,
    NotConvergedError,
    NotNestedError,
    PerfectFitError,
)


def test_a_perfect_fit_names_the_outcome_and_asks_where_it_comes_from() -> None:
    text = str(PerfectFitError("gain"))
    assert "'gain' exactly" in text
    assert "computed from a predictor" in text


def test_branches() -> None:
    assert all(issubclass(error, FitError) for error in (PerfectFitError, NotConvergedError))
    assert all(issubclass(e, ComparisonError) for e in (DifferentRowsError, NotNestedError))
