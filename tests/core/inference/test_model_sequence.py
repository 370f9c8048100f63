"""A list of models on common rows."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.comparison import compare
from mlm_core.inference.model_sequence import model_sequence
from mlm_core.inference.r_squared import r_squared

BARE = Model("mathkind ~ 1 + (1 | schoolid/classid)")
SES = Model("mathkind ~ ses + (1 | schoolid/classid)")
KNOW = Model("mathkind ~ ses + mathknow + (1 | schoolid/classid)")


def test_neighbours_are_tested_by_full_likelihood(fitted, classroom):
    found = model_sequence(classroom, [BARE, SES])
    bare, ses = (fitted(model.formula, method="ML") for model in (BARE, SES))
    assert found.criteria == "ML"
    assert list(found.table["deviance"]) == pytest.approx([bare.criterion, ses.criterion])
    assert list(found.table["aic"]) == pytest.approx([bare.aic, ses.aic])
    assert list(found.table["bic"]) == pytest.approx([bare.bic, ses.bic])
    test = compare(bare, ses)
    assert found.table["statistic"][1] == pytest.approx(test.statistic, rel=1e-6)
    assert np.isnan(found.table["statistic"][0])
    assert found.tests[0] is None
    assert found.fits[0].method == "REML"
    explained = r_squared(fitted(SES.formula))
    assert found.table["r2_marginal"][1] == pytest.approx(explained.marginal, rel=1e-6)


def test_the_same_fixed_part_is_compared_by_reml(fitted, classroom):
    small = Model("mathkind ~ ses + (1 | schoolid)")
    found = model_sequence(classroom, [small, SES])
    assert found.criteria == "REML"
    assert found.table["deviance"][1] == pytest.approx(fitted(SES.formula).criterion)
    assert found.table["p_boundary"][1] == pytest.approx(found.table["p"][1] / 2)


def test_all_models_stand_on_the_same_rows(classroom):
    found = model_sequence(classroom, [BARE, SES, KNOW])
    complete = classroom.dropna(subset=["mathknow"])
    assert (found.n_rows, found.n_left_out) == (1081, 109)
    assert [fit.n_obs for fit in found.fits] == [1081] * 3
    alone = fit_mixed(SES, complete)
    assert found.fits[1].criterion == pytest.approx(alone.criterion)
    assert "109 of 1,190 rows" in found.notes[0].message
    assert list(found.paths.table["model"].unique()) == [0, 1, 2]


def test_neighbours_that_are_not_nested_have_no_test(classroom):
    other = Model("mathkind ~ minority + (1 | schoolid/classid)")
    found = model_sequence(classroom, [SES, other])
    assert found.tests == (None, None)
    assert np.isnan(found.table["p"]).all()


def test_a_model_without_groups_has_its_place(classroom):
    found = model_sequence(classroom, [SES.pooled(), SES])
    first = found.paths.table[found.paths.table["model"] == 0].set_index("level")["variance"]
    assert np.isnan(first["schoolid"])
    assert first["Residual"] == pytest.approx(found.fits[0].sigma ** 2)
    assert found.table["r2_marginal"][0] == found.table["r2_conditional"][0]
    assert found.table["formula"][0] == "mathkind ~ ses"
    assert found.tests[1].p_boundary is not None


def test_what_the_fits_have_to_say_is_passed_on(classroom):
    found = model_sequence(classroom, [BARE, Model("mathkind ~ ses + (ses | schoolid)")])
    (note,) = found.notes
    assert (note.code, note.numbers["model"]) == ("singular-correlation", 2)
    assert note.message.startswith("Model 2: ")


def test_what_is_refused(classroom):
    with pytest.raises(ModelError, match="no model in the list"):
        model_sequence(classroom, [])
    with pytest.raises(ModelError, match="different outcomes"):
        model_sequence(classroom, [BARE, Model("mathgain ~ 1 + (1 | schoolid)")])
