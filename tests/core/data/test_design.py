"""A model laid over a table: complete rows, R's coding of factors, blocks of effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from numpy.testing import assert_allclose

from mlm_core.data.design import build_design
from mlm_core.data.model import Model
from mlm_core.errors import AllMissingError, NoCompleteRowsError


def design(formula, frame, **options):
    return build_design(Model(formula, **options), frame)


def labels(columns):
    return [column.label for column in columns]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("y ~ 1", ["(Intercept)"]),
        ("y ~ k", ["(Intercept)", "kb", "kc"]),
        ("y ~ 0 + k", ["ka", "kb", "kc"]),
        ("y ~ 0 + x + k", ["x", "ka", "kb", "kc"]),
        ("y ~ k + m", ["(Intercept)", "kb", "kc", "mv"]),
        ("y ~ 0 + k + m", ["ka", "kb", "kc", "mv"]),
        ("y ~ k * x", ["(Intercept)", "kb", "kc", "x", "kb:x", "kc:x"]),
        ("y ~ k:x", ["(Intercept)", "ka:x", "kb:x", "kc:x"]),
        ("y ~ x + k:x", ["(Intercept)", "x", "x:kb", "x:kc"]),
        ("y ~ k * m", ["(Intercept)", "kb", "kc", "mv", "kb:mv", "kc:mv"]),
        ("y ~ k + k:m", ["(Intercept)", "kb", "kc", "ka:mv", "kb:mv", "kc:mv"]),
    ],
)
def test_factors_are_coded_by_rs_rules(formula, expected, pupils):
    frame = pupils.assign(m=np.where(pupils["w"] > 2, "v", "u"))
    found = design(formula, frame).layout.fixed
    assert {frozenset(label.split(":")) for label in labels(found)} == {
        frozenset(label.split(":")) for label in expected
    }
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    "formula", ["y ~ k * x", "y ~ 0 + k + x", "y ~ k * m + w", "y ~ k + k:m", "y ~ x:w", "y ~ k:x"]
)
def test_columns_span_what_an_independent_coding_spans(formula, pupils):
    frame = pupils.assign(m=np.where(pupils["w"] > 2, "v", "u"))
    found = design(formula, frame)
    ours = np.column_stack([found.rows.values(name) for name in found.layout.fixed])
    theirs = smf.ols(formula, frame).exog
    assert ours.shape == theirs.shape
    q, _ = np.linalg.qr(ours)
    assert_allclose(q @ (q.T @ theirs), theirs, atol=1e-10)


def test_the_reference_is_choosable(pupils):
    found = design("y ~ k", pupils, reference={"k": "c"})
    assert labels(found.layout.fixed) == ["(Intercept)", "ka", "kb"]


def test_rows_with_a_gap_anywhere_are_left_out(pupils):
    frame = pupils.assign(
        x=pupils["x"].mask(pupils.index == 3),
        k=pupils["k"].mask(pupils.index == 7),
        s=pupils["s"].astype(float).mask(pupils.index == 9),
        w=np.nan,
    )
    found = design("y ~ x + k + (1 | s:d)", frame)
    assert found.n_rows == 51
    assert np.flatnonzero(~found.is_complete).tolist() == [3, 7, 9]
    assert dict(found.missing) == {"y": 0, "x": 1, "k": 1, "d": 0, "s": 1}
    (note,) = found.notes
    assert "3 of 54 rows are left out" in note.message
    assert_allclose(found.outcome, pupils["y"].drop(index=[3, 7, 9]))


def test_without_gaps_nothing_is_noted(pupils):
    found = design("y ~ x + (1 | s:d)", pupils)
    assert (found.is_complete, found.notes) == (None, ())


@pytest.mark.parametrize("missing", [None, np.nan, pd.NaT, pd.NA])
def test_every_kind_of_missing_value(missing, pupils):
    group = pupils["k"].astype(object)
    group[5] = missing
    assert design("y ~ x + (1 | g)", pupils.assign(g=group)).n_rows == 53


def test_empty_and_rowless_tables_are_refused(pupils):
    with pytest.raises(AllMissingError, match="'x' is empty"):
        design("y ~ x", pupils.assign(x=None))
    with pytest.raises(NoCompleteRowsError):
        design("y ~ x", pupils.iloc[:0])


def test_blocks_innermost_level_first(pupils):
    layout = design("y ~ x + (x | s:d) + (w || c:s:d) + (1 | d)", pupils).layout
    found = [(block.level, labels(block.columns)) for block in layout.blocks]
    assert found == [
        (2, ["(Intercept)"]),
        (2, ["w"]),
        (1, ["(Intercept)", "x"]),
        (0, ["(Intercept)"]),
    ]


def test_a_category_may_vary_between_groups(pupils):
    layout = design("y ~ k + (k | s:d) + (0 + k | c:s:d)", pupils).layout
    assert [labels(block.columns) for block in layout.blocks] == [
        ["ka", "kb", "kc"],
        ["(Intercept)", "kb", "kc"],
    ]


def test_the_outcome_may_be_transformed(pupils):
    found = design("log(w) ~ x", pupils)
    assert_allclose(found.outcome, np.log(pupils["w"]), rtol=1e-15)


def test_only_the_columns_of_the_model_are_looked_at(pupils):
    frame = pupils.assign(junk=[object()] * 54, w=np.inf)
    assert design("y ~ x + (1 | s:d)", frame).n_rows == 54
