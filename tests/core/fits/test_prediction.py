"""Predictions and residuals: for the fitted rows, for new groups, for rows with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import ModelError, NotNumericError, UnknownColumnError, UnseenCategoryError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.prediction import predict, residuals
from tests.core import dense
from tests.core.problems import relative_covariances


@pytest.fixture
def nested(pupils):
    return fit_mixed(Model("y ~ x + (x | s:d) + (1 | c:s:d)"), pupils)


@pytest.mark.parametrize("name", dense.CASES)
def test_predictions_are_line_plus_modes(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    blocks = relative_covariances(fit.problem, fit.at.theta)
    at = dense.solve(pupils, case, blocks, "REML")
    line = dense.matrix(pupils, case.fixed) @ at.beta
    assert_allclose(predict(fit, pupils, effects="none"), line, rtol=1e-9, atol=1e-9)
    total = line.copy()
    for number, (groups, names) in enumerate(case.blocks):
        modes, _ = dense.modes(pupils, case, blocks, at, number)
        total += dense.loadings(pupils, groups, names) @ modes
    assert_allclose(predict(fit, pupils), total, atol=1e-8)


@pytest.mark.parametrize("effects", ["all", "none"])
def test_residuals_are_outcome_less_prediction(effects, nested, pupils):
    found = residuals(nested, pupils, effects=effects)
    assert_allclose(found, pupils["y"] - predict(nested, pupils, effects=effects), atol=1e-12)


def test_pooled_fits_have_no_effects(pupils):
    fit = fit_pooled(Model("y ~ k * x + (1 | s:d)"), pupils)
    expected = dense.matrix(pupils, ("1", "kb", "kc", "x", "kb:x", "kc:x"))
    order = [fit.terms.index(t) for t in ("(Intercept)", "kb", "kc", "x", "kb:x", "kc:x")]
    assert_allclose(predict(fit, pupils), expected @ fit.beta[order], rtol=1e-9)
    assert np.array_equal(predict(fit, pupils), predict(fit, pupils, effects="none"))
    assert residuals(fit, pupils).sum() == pytest.approx(0.0, abs=1e-9)


def test_a_new_school_takes_the_line_of_the_population(nested, pupils):
    new = pupils.assign(s=99)
    assert_allclose(predict(nested, new), predict(nested, new, effects="none"), rtol=1e-12)


def test_a_new_class_keeps_the_effect_of_its_school(nested, pupils):
    lines = nested.group_coefficients("s:d").pivot(index="group", columns="term", values="estimate")
    own = lines.loc[(pupils["d"].astype(str) + " / " + pupils["s"].astype(str))]
    expected = own["(Intercept)"].to_numpy() + own["x"].to_numpy() * pupils["x"].to_numpy()
    new = pupils.assign(c=99)
    assert_allclose(predict(nested, new), expected, rtol=1e-10)
    assert not np.allclose(predict(nested, new), predict(nested, new, effects="none"))


def test_a_known_class_label_in_another_school_is_a_new_class(nested, pupils):
    row = pupils.iloc[[0]].assign(d=1, s=2, c=3)  # school 2 of district 1 has classes 1 and 2
    other = row.assign(c=99)
    assert predict(nested, row)[0] == predict(nested, other)[0]


@pytest.mark.parametrize("missing", [np.nan, None])
def test_a_missing_group_is_an_unknown_group(missing, nested, pupils):
    gaps = pupils.assign(c=pupils["c"].astype(object).mask(pupils.index == 0, missing))
    found, expected = predict(nested, gaps), predict(nested, pupils)
    assert_allclose(found[1:], expected[1:], rtol=1e-12)
    assert found[0] == pytest.approx(predict(nested, pupils.assign(c=99))[0])


def test_keys_match_by_value_whatever_their_type(nested, pupils):
    typed = pupils.assign(d=pupils["d"].astype(float), s=pupils["s"].astype("int8"))
    assert_allclose(predict(nested, typed), predict(nested, pupils), rtol=1e-12)


def test_a_missing_predictor_gives_no_prediction(nested, pupils):
    gaps = pupils.assign(
        x=pupils["x"].mask(pupils.index < 3), y=pupils["y"].mask(pupils.index == 9)
    )
    found = predict(nested, gaps)
    assert np.isnan(found).tolist() == [True] * 3 + [False] * 51
    assert_allclose(found[3:], predict(nested, pupils)[3:], rtol=1e-12)
    assert np.flatnonzero(np.isnan(residuals(nested, gaps))).tolist() == [0, 1, 2, 9]
    nothing = predict(nested, pupils.assign(x=np.nan))
    assert np.isnan(nothing).all()
    assert np.isnan(residuals(nested, pupils.assign(x=np.nan))).all()


def test_rows_left_out_of_the_fit_are_predicted_all_the_same(pupils):
    gaps = pupils.assign(y=pupils["y"].mask(pupils.index == 5))
    fit = fit_mixed(Model("y ~ x + (1 | s:d)"), gaps)
    assert fit.n_obs == 53
    assert not np.isnan(predict(fit, gaps)).any()


def test_only_what_is_needed_must_be_there(nested, pupils):
    assert len(predict(nested, pupils[["x"]], effects="none")) == 54
    with pytest.raises(UnknownColumnError, match="no column"):
        predict(nested, pupils[["x"]])
    with pytest.raises(UnknownColumnError, match="no column 'x'"):
        predict(nested, pupils[["d", "s", "c"]])


def test_unseen_categories_and_texts_are_refused_and_do_no_harm(pupils):
    fit = fit_mixed(Model("y ~ k + x + (1 | s:d)"), pupils)
    before = predict(fit, pupils)
    with pytest.raises(UnseenCategoryError, match="'z' of 'k'"):
        predict(fit, pupils.assign(k="z"))
    with pytest.raises(NotNumericError, match="'x' must be numeric, but data row 1 holds 'many'"):
        predict(fit, pupils.assign(x="many"))
    assert np.array_equal(predict(fit, pupils), before)


def test_transformations_use_what_the_fit_has_learnt(pupils):
    fit = fit_mixed(Model("y ~ scale(x) + group_mean(w, s) + (1 | s:d)"), pupils)
    whole = predict(fit, pupils)
    assert_allclose(predict(fit, pupils.iloc[[7]]), whole[[7]], rtol=1e-12)
    assert residuals(fit, pupils).shape == (54,)


def test_a_slope_without_fixed_part(pupils):
    fit = fit_mixed(Model("y ~ 1 + (0 + w | s:d)"), pupils)
    new = pupils.assign(s=99)
    assert_allclose(predict(fit, new), fit.beta[0], rtol=1e-12)
    assert np.ptp(predict(fit, pupils)) > 0.1


def test_a_transformed_outcome_is_predicted_as_transformed(pupils):
    fit = fit_mixed(Model("log(w) ~ x + (1 | s:d)"), pupils)
    found = residuals(fit, pupils)
    assert_allclose(found, np.log(pupils["w"]) - predict(fit, pupils), atol=1e-12)


def test_an_empty_table_gives_no_predictions(nested, pupils):
    assert predict(nested, pupils.iloc[:0]).shape == (0,)


def test_row_labels_of_the_table_do_not_matter(nested, pupils):
    relabelled = pupils.set_axis(pd.Index([7] * 54))
    assert np.array_equal(predict(nested, relabelled), predict(nested, pupils))


def test_an_unknown_choice_of_effects_is_refused(nested, pupils):
    with pytest.raises(ModelError, match="'all' or 'none', not 'some'"):
        predict(nested, pupils, effects="some")
