"""Lines and arrows along the path: where they start, where they end, what they weigh."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core import fit_pooled, fit_unpooled
from mlm_core.data.model import Model
from mlm_core.inference.fitted_lines import fitted_lines
from mlm_core.inference.path_drawing import path_arrows, path_lines, weights
from mlm_core.inference.pooling_path import pooling_path
from tests.core.tolerances import EXACT

FORMULA = "mathkind ~ ses + minority + (1 + ses | schoolid)"


def _drawn(formula, fitted, data, predictor, **options):
    model, fit = Model(formula), fitted(formula)
    unpooled = fit_unpooled(model, data)
    drawn = fitted_lines(
        data, predictor=predictor, pooled=fit_pooled(model, data), unpooled=unpooled, mixed=fit
    )
    path = pooling_path(fit, unpooled.level)
    return path, drawn, unpooled, path_lines(path, drawn, unpooled, **options)


def test_lines_at_the_estimate_are_the_lines_of_the_fits(fitted, classroom):
    path, drawn, _, lines = _drawn(FORMULA, fitted, classroom, "ses")
    mixed = drawn.families["mixed"].set_index("group").loc[lines.table["group"]]
    np.testing.assert_allclose(lines.start[path.at_estimate], mixed["y_from"], rtol=EXACT)
    np.testing.assert_allclose(lines.end[path.at_estimate], mixed["y_to"], rtol=EXACT)
    np.testing.assert_allclose(lines.table["x_to"], mixed["x_to"])
    own = drawn.families["unpooled"].set_index("group")
    table = lines.table.set_index("group")
    assert table["own_from"].notna().sum() == len(own)
    np.testing.assert_allclose(table.loc[own.index, "own_from"], own["y_from"], rtol=EXACT)
    np.testing.assert_allclose(table.loc[own.index, "own_to"], own["y_to"], rtol=EXACT)
    inside = drawn.families["pooled"].iloc[0]
    at_last = inside["intercept"] + inside["slope"] * lines.table["x_to"]
    np.testing.assert_allclose(lines.end[-1], at_last, rtol=EXACT)
    assert lines.readable[0] < lines.start[path.at_estimate].min()


def test_lines_over_a_product_tilt_with_its_mean(fitted, classroom):
    formula = "mathkind ~ ses + minority + ses:minority + (1 | schoolid)"
    path, drawn, _, lines = _drawn(formula, fitted, classroom, "ses")
    mixed = drawn.families["mixed"].set_index("group").loc[lines.table["group"]]
    np.testing.assert_allclose(lines.end[path.at_estimate], mixed["y_to"], rtol=EXACT)


def test_a_predictor_of_the_groups_makes_them_marks_at_their_own_value(fitted, classroom):
    formula = "mathkind ~ ses + housepov + (1 | schoolid)"
    path, drawn, unpooled, lines = _drawn(formula, fitted, classroom, "housepov")
    assert (lines.table["x_from"] == lines.table["x_to"]).all()
    np.testing.assert_array_equal(lines.start, lines.end)
    # Without pooling each mark stands at the group's own level at mean ses, the within slope given.
    arrows = path_arrows(path, fitted(formula), unpooled, term="(Intercept)")
    assert np.abs(arrows.shrunk[0] - arrows.table["raw"]).mean() < (
        np.abs(arrows.shrunk[-1] - arrows.table["raw"]).mean()
    )
    own = unpooled.estimates[0] + unpooled.estimates[1] * drawn.at["ses"]
    np.testing.assert_allclose(lines.table["own_from"], own, rtol=EXACT)
    slope = path.overall["housepov"][-1]
    level = path.overall["(Intercept)"][-1] + path.overall["ses"][-1] * drawn.at["ses"]
    np.testing.assert_allclose(lines.start[-1], level + slope * lines.table["x_from"], rtol=EXACT)


def test_many_groups_are_sampled_and_the_picked_one_is_among_them(fitted, classroom):
    for group in ("1", "55", "107"):
        *_, lines = _drawn(FORMULA, fitted, classroom, "ses", most=20, keep=group)
        assert 20 <= len(lines.table) <= 21
        assert group in set(lines.table["group"])
        assert lines.n_total == 107
        assert lines.start.shape[1] == len(lines.table)
    path, _, unpooled, _ = _drawn(FORMULA, fitted, classroom, "ses")
    arrows = path_arrows(path, fitted(FORMULA), unpooled, term="ses", most=20, keep="107")
    assert len(arrows.table) <= 21
    assert "107" in set(arrows.table["group"])


def test_arrows_begin_at_the_own_estimate_and_come_by_the_fits(fitted, classroom):
    path, _, unpooled, _ = _drawn(FORMULA, fitted, classroom, "ses")
    fit = fitted(FORMULA)
    for term in ("(Intercept)", "ses"):
        arrows = path_arrows(path, fit, unpooled, term=term)
        own = unpooled.coefficients.query("term == @term").set_index("group")["estimate"]
        np.testing.assert_array_equal(arrows.table["raw"], own[list(arrows.table["group"])])
        mixed = fit.group_coefficients("schoolid").query("term == @term").set_index("group")
        shrunk = arrows.moves(path.at_estimate)
        expected = mixed["estimate"][list(shrunk["group"])]
        np.testing.assert_allclose(shrunk["shrunk"], expected, rtol=EXACT)
        assert arrows.overall[path.at_estimate] == pytest.approx(fit.estimate(term))
        assert arrows.table["n"].is_monotonic_increasing


def test_a_weight_is_the_reliability_of_a_groups_mean(fitted):
    fit = fitted("mathkind ~ 1 + (1 | schoolid)")
    variance, residual = fit.variances["variance"]
    sizes = fit.effects("schoolid")["n"].to_numpy()
    found = weights(fit, "schoolid", "(Intercept)")
    np.testing.assert_allclose(found, variance / (variance + residual / sizes), rtol=EXACT)


def test_what_does_not_vary_between_groups_has_no_weight(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    assert not weights(fit, "schoolid", "ses").any()
    assert len(weights(fit, "classid:schoolid", "(Intercept)")) == 312


def test_a_level_without_variance_gives_no_weight():
    from mlm_core import fit_mixed

    data = pd.DataFrame({"y": np.tile([1.0, 2.0, 4.0, 3.0], 6), "g": np.repeat(np.arange(6), 4)})
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), data)
    assert fit.is_singular
    assert not weights(fit, "g", "(Intercept)").any()
