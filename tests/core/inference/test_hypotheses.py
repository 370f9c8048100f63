"""Hypotheses by term: the three types where they must agree, and where they must not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.hypotheses import fixed_terms, hypotheses
from tests.core import dense
from tests.core.tolerances import EXACT


def fit_of(formula, frame):
    return fit_mixed(Model(formula), frame)


def same_rows(first, second):
    """Tell whether two sets of rows span the same space."""
    stacked = np.linalg.matrix_rank(np.vstack([first, second]), tol=1e-8)
    return stacked == np.linalg.matrix_rank(first) == np.linalg.matrix_rank(second)


def test_terms_and_what_contains_them(pupils):
    fit = fit_of("y ~ k * x + w + (1 | s:d)", pupils)
    terms = {term.label: term for term in fixed_terms(fit)}
    assert list(terms) == ["k", "x", "w", "k:x"]
    assert terms["k"].positions == (1, 2)
    assert terms["x"].is_inside(terms["k:x"])
    assert not terms["k"].is_inside(terms["k:x"])  # other numeric variables
    assert not terms["w"].is_inside(terms["k:x"])


def test_type_one_is_sequential_regression(pupils):
    """A type I hypothesis is estimated by the coefficients when later terms are not in the model.

    E(L beta-hat) of the shorter least-squares regression is proportional to the rows of L.
    """
    fit = fit_of("y ~ x + k + w + (1 | s:d)", pupils)
    found = {h.term: h.contrasts for h in hypotheses(fit, "I")}
    full = dense.matrix(pupils, ("1", "x", "kb", "kc", "w"))
    for term, upto in (("x", 2), ("k", 4)):
        short = full[:, :upto]
        means = np.linalg.lstsq(short, full, rcond=None)[0]
        rows = means[1:2] if term == "x" else means[2:4]
        assert same_rows(found[term], rows)


def test_without_containing_terms_types_two_and_three_are_the_coefficients(pupils):
    fit = fit_of("y ~ x + k + w + (1 | s:d)", pupils)
    for kind in ("II", "III"):
        for hypothesis, positions in zip(hypotheses(fit, kind), ([1], [2, 3], [4]), strict=True):
            assert_allclose(hypothesis.contrasts, np.eye(5)[positions])


def test_type_three_averages_over_the_other_factor(pupils):
    fit = fit_of("y ~ k * x + (1 | s:d)", pupils)
    slope = {h.term: h.contrasts for h in hypotheses(fit, "III")}["x"]
    by_name = dict(zip(fit.terms, slope[0], strict=True))
    assert by_name == pytest.approx(
        {"(Intercept)": 0, "kb": 0, "kc": 0, "x": 1, "kb:x": 1 / 3, "kc:x": 1 / 3}
    )


def test_type_three_does_not_feel_the_reference(pupils):
    """Sum-to-zero comparisons are the same whichever category coefficients are counted from."""
    second = pd.Series(np.where(pupils["w"] > 2.0, "high", "low"))
    frame = pupils.assign(h=second)
    statistics = []
    for reference in ({}, {"k": "c", "h": "low"}):
        fit = fit_mixed(Model("y ~ k * h + x + (1 | s:d)", reference=reference), frame)
        values = []
        for hypothesis in hypotheses(fit, "III"):
            rows = hypothesis.contrasts
            value = rows @ fit.beta
            values.append(value @ np.linalg.solve(rows @ fit.vcov @ rows.T, value))
        statistics.append(values)
    assert_allclose(statistics[0], statistics[1], rtol=1e-6)


def test_all_indicators_are_tested_against_zero(pupils):
    fit = fit_of("y ~ 0 + k + x + (1 | s:d)", pupils)
    found = {h.term: h.contrasts for h in hypotheses(fit, "III")}
    assert_allclose(found["k"], np.eye(4)[:3], rtol=EXACT)
    first = {h.term: h.contrasts for h in hypotheses(fit, "I")}["k"]
    # The rows of a factor that comes first carry what x goes along with.
    x = dense.matrix(pupils, ("x",))[:, 0]
    means = [x[pupils["k"] == category].mean() for category in "abc"]
    expected = np.column_stack([np.eye(3), means])
    assert same_rows(first, expected)


def test_an_unknown_type_is_refused(pupils):
    with pytest.raises(ModelError, match="'IV'"):
        hypotheses(fit_of("y ~ x + (1 | s:d)", pupils), "IV")
