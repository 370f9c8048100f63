from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.bundled import BUNDLED, load
from mlm_core.data.columns import (
    Roles,
    describe_columns,
    find_column,
    missing_report,
    suggest_roles,
)
from mlm_core.errors import AmbiguousColumnError, UnknownColumnError
from tests.core.pace import times_as_long

ROWS = 200
MILLION = 1_000_000
# Times the cost of counting distinct values with pandas; 2.5 measured.
MOST_TIMES = 10


def nested(**columns: object) -> pd.DataFrame:
    noise = np.random.default_rng(1)
    return pd.DataFrame({"y": noise.normal(0, 9, ROWS), "x": noise.normal(size=ROWS), **columns})


def roles_of(frame: pd.DataFrame) -> dict[str, str]:
    return {column.name: column.suggested_role for column in describe_columns(frame)}


def test_the_classroom_columns() -> None:
    columns = {column.name: column for column in describe_columns(load("classroom"))}
    assert len(columns) == 12
    assert columns["mathknow"].n_missing == 109
    assert columns["sex"].kind == "binary"
    assert columns["ses"].kind == "numeric"
    assert (columns["schoolid"].kind, columns["schoolid"].n_unique) == ("identifier", 107)
    assert columns["schoolid"].suggested_role == "level"
    assert (columns["childid"].kind, columns["childid"].suggested_role) == ("identifier", "none")
    assert columns["mathkind"].mean == pytest.approx(466.658824)


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_levels_of_the_bundled_tables(name: str) -> None:
    roles = suggest_roles(load(name))
    assert roles.levels == BUNDLED[name].levels
    assert roles.outcome in {"mathgain", "Reaction", "mAch", "y"}
    assert len(roles.predictors) == 1


def test_defaults_of_an_unknown_table() -> None:
    frame = nested(g=np.repeat(np.arange(20), 10))
    assert suggest_roles(frame) == Roles("y", ("x",), ("g",))
    assert roles_of(frame) == {"y": "outcome", "x": "predictor", "g": "level"}


def test_labels_used_again_are_ordered_by_name() -> None:
    frame = nested(
        **{"class": np.tile(np.repeat([1, 2, 3, 4], 5), 10), "school": np.repeat(np.arange(10), 20)}
    )
    assert suggest_roles(frame).levels == ("school", "class")


def test_crossed_units_are_not_proposed_together() -> None:
    frame = nested(
        subject=np.repeat(np.arange(20), 10), item=np.tile(np.arange(10), 20), foo_id=[1, 2] * 100
    )
    assert suggest_roles(frame).levels == ("subject",)


def test_unknown_names_are_ordered_by_nesting() -> None:
    frame = nested(fine_id=np.arange(ROWS) // 5, wide_id=np.arange(ROWS) // 50)
    assert suggest_roles(frame).levels == ("wide_id", "fine_id")


def test_texts_serve_as_levels_where_no_name_does() -> None:
    frame = nested(colour=np.repeat(list("abcdefghij"), 20), sex=["f", "m"] * 100)
    assert suggest_roles(frame).levels == ("colour",)
    assert roles_of(frame)["sex"] == "predictor"


def test_roles_of_texts_by_the_number_of_categories() -> None:
    frame = nested(
        g=np.repeat(np.arange(20), 10),
        few=list("abcde") * 40,
        many=[f"c{row % 50}" for row in range(ROWS)],
        name=[f"n{row}" for row in range(ROWS)],
    )
    roles = roles_of(frame)
    assert (roles["few"], roles["many"], roles["name"]) == ("predictor", "level", "none")


def test_outcome_varies_within_groups() -> None:
    g = np.repeat(np.arange(20), 10)
    frame = nested(g=g).rename(columns={"y": "a"})
    frame["budget"] = np.random.default_rng(2).normal(0, 1e6, 20)[g]
    assert suggest_roles(frame).outcome == "a"


def test_outcome_is_empty_when_unclear() -> None:
    frame = pd.DataFrame({"a": ["x", "y"] * 10, "b": [1, 2] * 10})
    assert suggest_roles(frame) == Roles("", ("a",), ())
    assert suggest_roles(pd.DataFrame()) == Roles("", (), ())


def test_repeated_names_do_no_harm() -> None:
    frame = pd.DataFrame([[1.5, 2.5]] * 30, columns=["a", "a"])
    assert [column.name for column in describe_columns(frame)] == ["a", "a"]
    assert suggest_roles(frame) == Roles("", (), ())


def test_missing_values_and_what_they_cost() -> None:
    frame = pd.DataFrame({"a": [1, None, None, 4], "b": [None, None, 3, 4], "c": [1, 2, 3, 4]})
    report = missing_report(frame, ["a", "b", "c", "a"])
    assert report.table.to_dict("list") == {
        "column": ["a", "b", "c"],
        "n_missing": [2, 2, 0],
        "rows_lost_alone": [1, 1, 0],
    }
    assert (report.n_rows, report.n_complete, report.n_lost) == (4, 1, 3)


def test_missing_report_of_the_classroom() -> None:
    report = missing_report(load("classroom"), ["mathkind", "mathknow"])
    assert (report.n_complete, report.n_lost) == (1081, 109)


def test_columns_are_found_by_exact_name() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"])
    assert find_column(frame, "b").tolist() == [3]
    with pytest.raises(AmbiguousColumnError):
        find_column(frame, "a")
    with pytest.raises(UnknownColumnError, match="did you mean 'b'"):
        find_column(frame, "B")
    with pytest.raises(UnknownColumnError):
        missing_report(frame, ["z"])


def test_a_million_rows() -> None:
    noise = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "school": np.arange(MILLION) // 100,
            "y": noise.normal(size=MILLION),
            "x": noise.normal(size=MILLION),
            "sex": pd.Series(["f", "m"] * (MILLION // 2)),
        }
    )
    assert roles_of(frame)["school"] == "level"
    assert times_as_long(lambda: roles_of(frame), frame.nunique) < MOST_TIMES
