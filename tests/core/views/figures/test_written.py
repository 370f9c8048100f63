"""Parts of a figure in writing: lists, mappings, packed numbers."""

import numpy as np
import pandas as pd
import pytest

from mlm_core.views.figures.written import (
    bar,
    box,
    completed,
    contour,
    heatmap,
    joined,
    packed,
    plain,
    scatter,
    unpacked,
)


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (np.array([1.0, np.nan, -np.inf]), [1.0, None, None]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array(["a", None, np.float64(2.0), np.nan], dtype=object), ["a", None, 2.0, None]),
        (np.array([["g", np.int64(3)]], dtype=object), [["g", 3]]),
        (np.array([["g", 3, 0.5]], dtype=object), [["g", 3, 0.5]]),
        (np.array([["g", 3, float("nan")]], dtype=object), [["g", 3, None]]),
        (pd.Series(["a", "b"], dtype="string"), ["a", "b"]),
        (pd.Index([1, 2]), [1, 2]),
        ((1.5, float("nan"), np.bool_(True)), [1.5, None, True]),
        ({"x": np.array([1.0]), "y": None, "z": {"w": ()}}, {"x": [1.0], "z": {"w": []}}),
    ],
)
def test_parts_are_written_as_lists_and_mappings(part, written):
    found = plain(part)
    assert found == written
    assert repr(found) == repr(written)  # of Python's own types throughout


@pytest.mark.parametrize("kind", ["f4", "f8", "i1", "i2", "i4"])
def test_packed_numbers_are_the_same_when_unpacked(kind):
    values = np.array([1, 2, -3]).astype(kind)
    found = packed({"data": [{"y": values, "name": "n"}]})
    assert found["data"][0]["y"]["dtype"] == kind
    assert unpacked(found) == {"data": [{"y": values.tolist(), "name": "n"}]}


def test_packed_rows_keep_their_shape():
    given = {"dtype": "f8", "bdata": packed(np.arange(4.0))["bdata"], "shape": "2, 2"}
    assert unpacked(given) == [[0.0, 1.0], [2.0, 3.0]]


def test_more_is_said_of_a_part_and_taken_back():
    given = {"a": 1, "b": {"c": 2, "d": 3}, "e": 4}
    found = joined(given, {"b": {"c": None, "f": 5}, "e": None, "g": {"h": None}})
    assert found == {"a": 1, "b": {"d": 3, "f": 5}, "g": {}}
    assert given == {"a": 1, "b": {"c": 2, "d": 3}, "e": 4}


def test_what_is_usual_gives_way_to_what_is_said():
    assert completed({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}) == {"a": {"b": 1, "c": 3}}


def test_traces_have_the_names_plotly_knows():
    assert [make(y=1)["type"] for make in (scatter, bar, box, heatmap, contour)] == [
        "scatter", "bar", "box", "heatmap", "contour",
    ]  # fmt: skip
