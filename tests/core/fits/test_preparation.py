"""Columns that carry nothing of their own are dropped and named; doubtful ones stay, noted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.preparation import prepare
from tests.core.tolerances import SAME_CRITERION


def prepared(formula, frame):
    return prepare(Model(formula), frame)


def test_a_clean_table_has_nothing_to_note(pupils):
    found = prepared("y ~ k * x + w + (x | s:d/c)", pupils)
    assert (found.dropped, found.notes) == ((), ())


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, 1e9 + 0.7])
def test_a_constant_predictor_is_dropped_and_named(value, pupils):
    found = prepared("y ~ x + v + (1 | s:d)", pupils.assign(v=value))
    assert found.dropped == ("v",)
    (note,) = found.notes
    assert (note.code, note.severity) == ("predictor-dropped", "caution")
    assert dict(note.numbers) == {"term": "v", "constant": True}
    assert "v has the same value in every row" in note.message


REPRODUCED = {
    "copy": lambda t: t["x"],
    "other unit": lambda t: 1e6 * t["x"] + 3.0,
    "sum": lambda t: t["x"] - 2.0 * t["w"],
    "indicator": lambda t: 1.0 - t["ka"] - t["kb"] + 0.0 * t["x"],
}


@pytest.mark.parametrize("kind", REPRODUCED)
def test_a_reproduced_predictor_is_dropped_as_lme4_drops_it(kind, pupils):
    frame = pupils.assign(v=REPRODUCED[kind](pupils))
    fit = fit_mixed(Model("y ~ x + w + ka + kb + v + (1 | s:d)"), frame)
    assert fit.dropped == ("v",)
    assert [note.numbers["constant"] for note in fit.notes] == [False]
    without = fit_mixed(Model("y ~ x + w + ka + kb + (1 | s:d)"), frame)
    assert fit.criterion == pytest.approx(without.criterion, rel=SAME_CRITERION)
    assert_allclose(fit.beta, without.beta, rtol=1e-8)
    assert fit.terms == without.terms


def test_the_earlier_column_stays(pupils):
    found = prepared("y ~ v + x + (1 | s:d)", pupils.assign(v=2.0 * pupils["x"]))
    assert found.dropped == ("x",)


def test_a_dropped_predictor_may_still_vary_between_groups(pupils):
    fit = fit_mixed(Model("y ~ x + v + (0 + v | s:d)"), pupils.assign(v=3.0 * pupils["x"]))
    plain = fit_mixed(Model("y ~ x + (0 + x | s:d)"), pupils)
    assert fit.dropped == ("v",)
    assert fit.criterion == pytest.approx(plain.criterion, rel=SAME_CRITERION)


def test_nearly_reproduced_has_two_sides(pupils):
    noise = np.random.default_rng(2).normal(size=54)
    # What is left of v beside x, as a share of its variation: 1e-8, 4e-13 and less than 1e-13.
    kept, doubtful, gone = (
        prepared("y ~ x + v + (1 | s:d)", pupils.assign(v=pupils["x"] + size * noise))
        for size in (2e-4, 1e-6, 2e-7)
    )
    assert (kept.dropped, kept.notes) == ((), ())
    assert doubtful.dropped == ()
    assert [note.code for note in doubtful.notes] == ["nearly-collinear"]
    assert "cannot be told apart" in doubtful.notes[0].message
    assert gone.dropped == ("v",)


def test_without_an_intercept_a_constant_is_a_predictor(pupils):
    found = prepared("y ~ 0 + v + x + (1 | s:d)", pupils.assign(v=5.0))
    assert found.dropped == ()
    twice = prepared("y ~ 0 + v + u + (1 | s:d)", pupils.assign(v=5.0, u=2.0))
    assert twice.dropped == ("u",)


def test_moments_shrink_with_the_columns(pupils):
    found = prepared("y ~ v + x + w + (1 | s:d)", pupils.assign(v=5.0))
    plain = prepared("y ~ x + w + (1 | s:d)", pupils)
    assert found.moments.columns == plain.moments.columns
    assert_allclose(found.moments.products, plain.moments.products, atol=1e-12)
    assert_allclose(found.moments.means, plain.moments.means, atol=1e-12)
    assert_allclose(found.moments.scale, plain.moments.scale)


def test_missing_rows_come_with_a_note(pupils):
    gaps = pupils.assign(
        x=pupils["x"].mask(pupils.index < 5), y=pupils["y"].mask(pupils.index == 7)
    )
    found = prepared("y ~ x + (1 | s:d)", gaps)
    (note,) = found.notes
    assert note.code == "rows-lost"
    assert "6 of 54 rows are left out" in note.message
    assert (note.numbers["n_all"], note.numbers["n_used"]) == (54, 48)
    assert dict(note.numbers["missing"]) == {"y": 1, "x": 5}
    assert found.moments.n_rows == 48


@pytest.mark.parametrize("formula", ["y ~ one + x + (1 | s:d)", "y ~ one * x + (1 | s:d)"])
def test_a_single_category_is_left_out_with_a_note(formula, pupils):
    found = prepare(Model(formula), pupils.assign(one="yes"))
    assert found.dropped == ("one",)
    assert [name.label for name in found.moments.layout.fixed] == ["(Intercept)", "x"]
    assert "The predictor one has the same value in every row" in found.notes[0].message
