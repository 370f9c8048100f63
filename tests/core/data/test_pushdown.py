"""A model laid over a source: names of our own, complete rows, values near the middle."""

from __future__ import annotations

import polars as pl
import pytest

import mlm_core as mlm
from mlm_core.data.encoding import Encoder
from mlm_core.data.pushdown import push_down
from mlm_core.data.tables import opened


def pushed(formula, frame):
    return push_down(mlm.Model(formula), opened(pl.from_pandas(frame).lazy()), Encoder())


def test_columns_bear_names_of_our_own(pupils):
    found = pushed("y ~ k * x + (1 | s:d)", pupils)
    assert found.keys == ("d", "s")
    assert [name.label for name in found.columns] == ["kb", "kc", "x", "kb:x", "kc:x"]
    assert found.frame.collect_schema().names() == ["k0", "k1", *(f"v{i}" for i in range(6))]


def test_values_are_those_of_the_rows(pupils):
    found = pushed("y ~ k * x + group_center(w, s:d) + (1 | s:d)", pupils)
    rows = found.source.collect(found.frame)
    place = {name.label: f"v{index}" for index, name in enumerate(found.columns)}
    product = pupils["kb"] * pupils["x"]
    assert sorted(rows[place["kb:x"]].to_list()) == pytest.approx(sorted(product))
    centred = pupils["w"] - pupils.groupby(["d", "s"])["w"].transform("mean")
    assert sorted(rows[place["group_center(w, s:d)"]].to_list()) == pytest.approx(sorted(centred))


def test_rows_with_a_hole_anywhere_are_left_out_and_counted(pupils):
    few, first = pupils.index < 3, pupils.index == 0
    holes = pupils.assign(x=pupils["x"].mask(few), s=pupils["s"].mask(first))
    found = pushed("y ~ x + (1 | s:d)", holes)
    assert len(found.source.collect(found.frame)) == 51
    assert (found.completeness.n_all, found.completeness.n_complete) == (54, 51)
    assert dict(found.completeness.missing) == {"y": 0, "x": 3, "d": 0, "s": 1}
    assert found.origin[0] == pytest.approx(holes["x"][3:].mean())


def test_the_origin_of_a_constant_is_its_value(pupils):
    found = pushed("y ~ v + x", pupils.assign(v=0.1))
    assert found.origin[0] == 0.1
