from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.kinds import describe_column, first_text


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("x", [1.5, 2.5, 3.5], "numeric"),
        ("x", [1, 2, 3], "numeric"),
        ("x", list(range(30)), "identifier"),
        ("x", [2 * value for value in range(30)], "numeric"),
        ("schoolid", [1, 1, 2, 3], "identifier"),
        ("schoolid", ["a", "a", "b", "c"], "identifier"),
        ("group", [1.5, 2.5, 3.5], "numeric"),
        ("group", ["treated", "control", "treated"], "binary"),
        ("x", [0, 1, None, 1], "binary"),
        ("x", [True, False, True], "binary"),
        ("x", [5, 5, None], "constant"),
        ("x", ["a", "a"], "constant"),
        ("x", [None, None], "empty"),
        ("x", [], "empty"),
        ("x", ["1", "2", "oops", "4", None], "mixed"),
        ("x", ["1", "b", "c", "d"], "categorical"),
        ("x", ["a", "b", "c", "a"], "categorical"),
        ("x", [f"name {row}" for row in range(30)], "identifier"),
        ("x", [1, "oops", 3, 4], "mixed"),
        ("x", [[1], [2], [3]], "categorical"),
    ],
)
def test_kinds(name: str, values: list[Any], kind: str) -> None:
    assert describe_column(name, pd.Series(values)).kind == kind


def test_numbers_of_a_column() -> None:
    found = describe_column("x", pd.Series([3, None, 1, 1, 5]))
    assert (found.n_rows, found.n_missing, found.n_unique) == (5, 1, 3)
    assert (found.minimum, found.mean, found.maximum) == (1, 2.5, 5)
    assert found.first_text_row is None
    assert found.suggested_role == "none"


def test_texts_have_no_range() -> None:
    found = describe_column("x", pd.Series(["a", "b"]))
    assert (found.minimum, found.mean, found.maximum) == (None, None, None)


def test_infinities_show_without_a_warning() -> None:
    found = describe_column("x", pd.Series([np.inf, -np.inf, 1.0]))
    assert (found.minimum, found.maximum) == (-np.inf, np.inf)
    assert np.isnan(found.mean)


def test_mixed_columns_name_their_first_text() -> None:
    found = describe_column("x", pd.Series(["1", None, "oops", "4", "5", "?"]))
    assert (found.first_text_row, found.first_text_value) == (3, "oops")


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pd.Series(["1", "", None, " 5 ", "x"]), (5, "x")),
        (pd.Series(["1", " "]), (2, " ")),
        (pd.Series(["1", "1e5", "-.5", "Inf"]), None),
        (pd.Series([1, "a", None], dtype=object), (2, "a")),
        (pd.Series(["1", "a", None], dtype="category"), (2, "a")),
        (pd.Series([1, 2], dtype="category"), None),
        (pd.Series([1.0, np.nan]), None),
        (pd.Series([True, False]), None),
        (pd.Series([1, None], dtype="Int64"), None),
        (pd.Series(["1", "a"], dtype="string"), (2, "a")),
        (pd.Series(pd.to_datetime(["2024-01-01"])), (1, "2024-01-01 00:00:00")),
        (pd.Series([], dtype=object), None),
        (pd.Series(["1", "b"], index=[7, 7]), (2, "b")),
    ],
)
def test_first_text(series: pd.Series[Any], expected: tuple[int, str] | None) -> None:
    assert first_text(series) == expected


def test_what_is_no_text_can_be_converted() -> None:
    series = pd.Series(["1", "", None, " 5 ", "+3", "5.", "-.5e3", "Infinity"])
    assert first_text(series) is None
    assert pd.to_numeric(series).notna().sum() == 6
