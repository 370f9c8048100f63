"""Values of columns, block by block, coded as the fit coded them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.design import build_design
from mlm_core.data.model import Model
from mlm_core.data.rows import rows_of
from mlm_core.errors import InfiniteValueError, NotNumericError, UnseenCategoryError
from tests.core import dense


@pytest.fixture
def design(pupils):
    return build_design(Model("y ~ k * x + I(w^2) + (1 | s:d)"), pupils)


def test_values_are_those_of_the_table(design, pupils):
    expected = dense.matrix(pupils, ["1", "kb", "kc", "x", "w:w", "kb:x", "kc:x"])
    found = np.column_stack([design.rows.values(name) for name in design.layout.fixed])
    assert_allclose(found, expected, rtol=1e-15)


def test_any_block_of_rows(design):
    for name in design.layout.fixed:
        whole = design.rows.values(name)
        assert np.array_equal(design.rows.values(name, slice(10, 20)), whole[10:20])
        assert len(design.rows.values(name, slice(50, 99))) == 4


def test_new_rows_are_coded_as_the_fitted_ones(design, pupils):
    new = pupils.iloc[[40, 3]]
    rows = rows_of(design.layout, new, np.array([True, True]))
    for name in design.layout.fixed:
        assert_allclose(rows.values(name), design.rows.values(name)[[40, 3]], rtol=1e-15)


def test_what_was_numeric_must_be_numeric(design, pupils):
    everything = np.ones(54, dtype=bool)
    x = design.layout.fixed[3]
    with pytest.raises(NotNumericError, match="data row 1 holds 'red'"):
        rows_of(design.layout, pupils.assign(x="red"), everything).values(x)
    # The fit has learnt nothing from that: good rows are coded as before.
    assert_allclose(rows_of(design.layout, pupils, everything).values(x), pupils["x"])
    assert set(design.layout.encoder.categories) == {"k"}


def test_what_was_a_category_may_come_as_anything_with_its_text(pupils):
    grade = pupils.assign(grade=np.where(pupils["ka"] == 1, "1", "2"))
    design = build_design(Model("y ~ grade"), grade)
    numbers = grade.assign(grade=grade["grade"].astype(int))
    rows = rows_of(design.layout, numbers, np.ones(54, dtype=bool))
    assert np.array_equal(rows.values(design.layout.fixed[1]), 1.0 - pupils["ka"])


def test_unseen_categories_are_named(design, pupils):
    rows = rows_of(design.layout, pupils.assign(k="d"), np.ones(54, dtype=bool))
    with pytest.raises(UnseenCategoryError, match=r"'d' of 'k'.*Known: 'a', 'b', 'c'"):
        rows.values(design.layout.fixed[1])


def test_messages_count_rows_of_the_whole_table(design, pupils):
    table = pupils.assign(x=pupils["x"].mask(pupils.index == 20, np.inf))
    used = np.arange(54) >= 15
    with pytest.raises(InfiniteValueError, match="data row 21"):
        rows_of(design.layout, table, used).values(design.layout.fixed[3])


def test_columns_that_are_not_needed_may_be_absent(design, pupils):
    rows = rows_of(design.layout, pupils[["x"]], np.ones(54, dtype=bool))
    assert_allclose(rows.values(design.layout.fixed[3]), pupils["x"])
