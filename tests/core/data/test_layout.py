"""Names of columns as R prints them, and which column does what."""

from __future__ import annotations

import pytest

from mlm_core.data.design import build_design
from mlm_core.data.expressions import Variable
from mlm_core.data.layout import INTERCEPT, Block, Column, Factor
from mlm_core.data.model import Model

X, K = Variable("x"), Variable("a k")


@pytest.mark.parametrize(
    ("factors", "label"),
    [
        ((), "(Intercept)"),
        ((Factor(X),), "x"),
        ((Factor(K, "low"),), "a klow"),
        ((Factor(K, "low"), Factor(X)), "a klow:x"),
    ],
)
def test_labels(factors, label):
    assert Column(factors).label == label


@pytest.mark.parametrize("written", ["center(x)", "I(x^2)", "log(x)", "group_mean(x, s)"])
def test_labels_of_transformations(written, pupils):
    model = Model(f"y ~ {written}")
    frame = pupils.assign(x=pupils["x"].abs() + 1.0)
    column = build_design(model, frame).layout.fixed[1]
    assert column.label == written


def test_the_intercept_is_the_empty_product():
    assert Column(()) == INTERCEPT
    assert INTERCEPT.label == "(Intercept)"


def test_varying_columns_stand_once_fixed_ones_first(pupils):
    layout = build_design(Model("y ~ w + (x + w | s:d) + (0 + x | c:s:d)"), pupils).layout
    assert [column.label for column in layout.varying] == ["w", "x"]
    assert layout.has_intercept
    assert not build_design(Model("y ~ 0 + w"), pupils).layout.has_intercept


def test_blocks_are_plain_records():
    block = Block(0, (INTERCEPT,))
    assert (block.level, block.columns) == (0, (INTERCEPT,))
    assert Factor(X).variables == ("x",)
