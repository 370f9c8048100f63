"""Errors of laying a model over a table: what was wrong, the value seen, what to do."""

from __future__ import annotations

import pytest

from mlm_core import errors
from mlm_core.errors import TableError

CASES = [
    (errors.UnknownColumnError("sess", ["ses", "sex"]), ("'sess'", "did you mean 'ses'?", "'sex'")),
    (errors.AmbiguousColumnError("x"), ("'x'", "rename")),
    (errors.NotNumericError("x", 7, "oops"), ("'x'", "row 7", "'oops'", "empty")),
    (errors.InfiniteValueError("x", 4, float("inf")), ("'x'", "row 4", "inf")),
    (errors.DomainError("log(x)", 2, -1.0), ("log(x)", "-1.0", "row 2")),
    (errors.AllMissingError("x"), ("'x'", "every value is missing")),
    (errors.NoCompleteRowsError({"x": 3, "y": 0}, 3), ("3 rows", "'x' lacks 3")),
    (errors.TooFewRowsError(2, 4), ("2 complete rows", "4 parameters", "fewer predictors")),
    (errors.NoFixedEffectsError(), ("no intercept", "Add")),
    (errors.ConstantOutcomeError("y", 5.0), ("'y' is 5", "no variation")),
    (errors.GroupOutcomeError("y", "g"), ("'y'", "'g'", "another outcome")),
    (errors.OneGroupError("g", 1), ("'g'", "one group", "Leave this level out")),
    (errors.SingletonGroupsError("g", 60), ("60", "'g'", "identifier")),
    (
        errors.CrossedGroupsError("class", "school", 3, [7, 12]),
        ("class 3 occurs in school 7 and 12", "(1 | school/class)"),
    ),
    (errors.TooManyRandomEffectsError("g", 80, 60), ("'g'", "80", "60")),
    (errors.ConstantSlopeError("z", "g"), ("'z'", "'g'", "Remove the random slope")),
    (errors.UnknownReferenceError("k", "lo", ["low", "high"]), ("'lo'", "'low'", "'k'")),
    (errors.UnseenCategoryError("k", "new", ["old"]), ("'new'", "'k'", "'old'")),
    (errors.TooManyCategoriesError("name", 55, 60), ("'name'", "55", "60", "grouping level")),
    (errors.MomentsLackError("z", ["x", "w"]), ("'z'", "'x', 'w'", "Make moments of a model")),
]


@pytest.mark.parametrize(("error", "said"), CASES, ids=lambda value: type(value).__name__)
def test_texts_name_thing_value_and_way_out(error: TableError, said: tuple[str, ...]) -> None:
    text = str(error)
    assert [part for part in said if part not in text] == []
    assert text.endswith((".", "?"))


def test_every_table_error_is_among_the_cases() -> None:
    raised = {
        error
        for name in errors.__all__
        if isinstance(error := getattr(errors, name), type) and issubclass(error, TableError)
    }
    roots = {TableError, errors.CellError}
    assert raised - {type(error) for error, _ in CASES} == roots
