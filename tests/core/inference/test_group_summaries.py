"""Five numbers and means against pandas, outliers, order, hard keys."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlm_core.errors import NoCompleteRowsError, NotNumericError
from mlm_core.inference.group_summaries import summarise_groups

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def pupils():
    return pd.read_csv(DATA / "classroom.csv")


def test_five_numbers_agree_with_pandas(pupils):
    found = summarise_groups(pupils, outcome="mathkind", groups=["schoolid"])
    table = found.table.assign(key=found.table["group"].astype(int)).set_index("key").sort_index()
    grouped = pupils.groupby("schoolid")["mathkind"]
    for name, p in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
        np.testing.assert_allclose(table[name], grouped.quantile(p))
    np.testing.assert_allclose(table["mean"], grouped.mean())
    np.testing.assert_allclose(table["sd"], grouped.std())
    np.testing.assert_array_equal(table["n"], grouped.size())
    assert found.n_groups == 107
    assert found.n_obs == 1190
    assert found.mean == pytest.approx(466.658823529412)


def test_groups_stand_in_the_order_of_their_medians(pupils):
    found = summarise_groups(pupils, outcome="mathkind", groups=["schoolid"])
    assert found.table["median"].is_monotonic_increasing
    assert found.table["position"].tolist() == list(range(1, 108))


def test_whiskers_stop_at_the_fence_and_the_rest_are_outliers():
    data = pd.DataFrame({"y": [1, 2, 3, 4, 100, 5, 6], "g": ["a"] * 5 + ["b"] * 2})
    found = summarise_groups(data, outcome="y", groups=["g"])
    first = found.table.set_index("group").loc["a"]
    assert (first["whisker_low"], first["whisker_high"]) == (1, 4)
    assert found.outliers[["group", "value"]].to_numpy().tolist() == [["a", 100.0]]
    assert found.outliers["position"].tolist() == [1]


def test_interval_of_a_mean_is_students():
    data = pd.DataFrame({"y": [1.0, 2.0, 4.0, 9.0], "g": [1, 1, 1, 2]})
    table = summarise_groups(data, outcome="y", groups=["g"]).table.set_index("group")
    half = 4.302652729911275 * np.std([1, 2, 4], ddof=1) / np.sqrt(3)
    assert table.loc["1", "upper"] - table.loc["1", "mean"] == pytest.approx(half)
    assert np.isnan(table.loc["2", "lower"])
    assert np.isnan(table.loc["2", "sd"])


def test_groups_of_several_columns_are_told_apart_by_all_of_them():
    data = pd.DataFrame({"y": [1.0, 2, 3, 4], "s": ["a", "a", "b", "b"], "c": [1, 1, 1, 2]})
    found = summarise_groups(data, outcome="y", groups=["s", "c"])
    assert sorted(found.table["group"]) == ["a / 1", "b / 1", "b / 2"]
    assert found.level == "c:s"


def test_keys_of_mixed_types_and_whole_floats_are_labelled_as_they_were():
    data = pd.DataFrame({"y": [1.0, 2, 3], "g": pd.Series(["x", 1, "x"], dtype=object)})
    assert sorted(summarise_groups(data, outcome="y", groups=["g"]).table["group"]) == ["1", "x"]
    data = pd.DataFrame({"y": [1.0, 2, 3], "g": [1, 2, np.nan]})
    assert sorted(summarise_groups(data, outcome="y", groups=["g"]).table["group"]) == ["1", "2"]


def test_missing_rows_are_left_out_and_nothing_left_is_refused():
    data = pd.DataFrame({"y": [1.0, np.nan, 3.0], "g": ["a", "a", None]})
    assert summarise_groups(data, outcome="y", groups=["g"]).n_obs == 1
    with pytest.raises(NoCompleteRowsError, match="'y' lacks 1"):
        summarise_groups(data.assign(y=[None, None, 3.0]).iloc[1:], outcome="y", groups=["g"])


def test_text_in_the_outcome_names_its_row():
    data = pd.DataFrame({"y": ["1", "2", "oops"], "g": [1, 1, 2]})
    with pytest.raises(NotNumericError, match="row 3 holds 'oops'"):
        summarise_groups(data, outcome="y", groups=["g"])
