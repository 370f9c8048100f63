from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlm_core.data.bundled import load
from mlm_core.data.variation import EACH_ROW, NO_VALUE, WHOLE_TABLE, variable_levels

# Sums in another order: rounding only.
ROUNDING = 1e-10


def level_of(values: list[object], **groups: list[object]) -> str:
    frame = pd.DataFrame({**groups, "x": values})
    return str(variable_levels(frame, list(groups)).loc[0, "level"])


def test_levels_of_the_classroom_variables() -> None:
    table = variable_levels(load("classroom"), ["schoolid", "classid"])
    levels = dict(zip(table["variable"], table["level"], strict=True))
    assert levels == {
        **dict.fromkeys(["sex", "minority", "mathkind", "mathgain", "ses", "childid"], EACH_ROW),
        **dict.fromkeys(["yearstea", "mathknow", "mathprep"], "classid"),
        "housepov": "schoolid",
    }
    assert list(table) == ["variable", "level", "between schoolid", "between classid"]


def test_computed_group_means_belong_to_their_group() -> None:
    table = variable_levels(load("hsb82"), ["school"]).set_index("variable")
    assert table.loc["meanses", "level"] == "school"
    assert table.loc["catholic", "level"] == "school"
    assert table.loc["cses", "level"] == EACH_ROW
    assert table.loc["cses", "between school"] == pytest.approx(0, abs=ROUNDING)
    assert table.loc["meanses", "between school"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ([1, 1, 2, 2], "g"),
        ([1, 2, 2, 2], EACH_ROW),
        ([5, 5, 5, 5], WHOLE_TABLE),
        ([None, None, None, None], NO_VALUE),
        ([1, None, 2, 2], "g"),
        ([None, None, 2, 3], EACH_ROW),
        (["a", "a", "b", "b"], "g"),
        (["a", "b", "b", "b"], EACH_ROW),
        ([[1], [1], [2], [2]], "g"),
        ([True, True, False, False], "g"),
        ([np.inf, np.inf, 1.0, 1.0], "g"),
        ([np.inf, 1.0, 1.0, 1.0], EACH_ROW),
        ([0.1 + 0.2, 0.3, 2.0, 2.0], "g"),
    ],
)
def test_level_of_a_variable(values: list[object], level: str) -> None:
    assert level_of(values, g=[1, 1, 2, 2]) == level


def test_the_outermost_level_counts() -> None:
    a, b = [1, 1, 1, 1, 2, 2], [1, 1, 2, 2, 1, 1]
    assert level_of([1, 1, 1, 1, 2, 2], a=a, b=b) == "a"
    assert level_of([1, 1, 3, 3, 2, 2], a=a, b=b) == "b"
    assert level_of([1, 2, 3, 3, 2, 2], a=a, b=b) == EACH_ROW


def test_shares_of_texts() -> None:
    frame = pd.DataFrame({"g": [1, 1, 2, 2], "two": list("aabb"), "three": list("aabc")})
    table = variable_levels(frame, ["g"]).set_index("variable")
    assert table.loc["two", "between g"] == pytest.approx(1)
    assert np.isnan(table.loc["three", "between g"])


def test_constants_have_no_share() -> None:
    frame = pd.DataFrame({"g": [1, 1, 2, 2], "c": [5.0] * 4, "e": [None] * 4})
    assert variable_levels(frame, ["g"])["between g"].isna().all()


def test_without_levels() -> None:
    frame = pd.DataFrame({"x": [1, 2], "c": [1, 1]})
    table = variable_levels(frame, [])
    assert table.to_dict("list") == {"variable": ["x", "c"], "level": [EACH_ROW, WHOLE_TABLE]}


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(-50, 50))),
        min_size=1,
        max_size=40,
    )
)
def test_share_against_the_definition(rows: list[tuple[int, int | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["g", "x"]).astype({"x": float})
    share = variable_levels(frame, ["g"]).loc[0, "between g"]
    complete = frame.dropna()
    total = ((complete["x"] - complete["x"].mean()) ** 2).sum()
    if total == 0:
        assert np.isnan(share)
        return
    means = complete.groupby("g")["x"].transform("mean")
    between = ((means - complete["x"].mean()) ** 2).sum()
    assert share == pytest.approx(between / total, abs=ROUNDING)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_huge_and_tiny_values(scale: float) -> None:
    frame = pd.DataFrame({"g": [1, 1, 2, 2], "x": np.array([1.0, 2.0, 3.0, 4.0]) * scale})
    assert variable_levels(frame, ["g"]).loc[0, "between g"] == pytest.approx(0.8)


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_shift_and_scale_change_nothing(shift: float) -> None:
    frame = load("sleepstudy")
    before = variable_levels(frame, ["Subject"])
    after = variable_levels(frame.assign(Reaction=frame["Reaction"] * 3 + shift), ["Subject"])
    assert after["level"].tolist() == before["level"].tolist()
    assert after["between Subject"].tolist() == pytest.approx(before["between Subject"].tolist())
