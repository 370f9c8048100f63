"""What must not matter does not: order, labels, units, origins, cuts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from tests.core.conftest import made_up_pupils
from tests.core.tolerances import SAME_CRITERION, SAME_ESTIMATE

PUPILS = made_up_pupils(seed=20)
FORMULAS = [
    "y ~ x + (1 | s:d/c)",
    "y ~ x + (x | c:s:d)",
    "y ~ x + w + (w || s:d) + (1 | c:s:d)",
    "y ~ 0 + x + k + (0 + x | c:s:d)",
]
# A variance near zero moves freely while the criterion stands still: scale by the residual.
SAME_VARIANCE = 1e-4


def fit(formula, frame=PUPILS):
    return fit_mixed(Model(formula), frame)


def assert_same(found, expected):
    assert found.criterion == pytest.approx(expected.criterion, rel=SAME_CRITERION)
    assert_allclose(found.beta, expected.beta, rtol=SAME_ESTIMATE, atol=1e-8)
    assert_allclose(found.vcov, expected.vcov, rtol=1e-5, atol=1e-9)
    assert found.sigma == pytest.approx(expected.sigma, rel=SAME_ESTIMATE * 10)
    variances = (table.variances["variance"] for table in (found, expected))
    assert_allclose(*variances, atol=SAME_VARIANCE * expected.sigma**2)


@pytest.mark.parametrize("formula", FORMULAS)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_order_of_rows_and_columns(formula, seed):
    rng = np.random.default_rng(seed)
    shuffled = PUPILS.iloc[rng.permutation(len(PUPILS))]
    shuffled = shuffled[rng.permutation(shuffled.columns)]
    assert_same(fit(formula, shuffled), fit(formula))


RELABELLED = {
    "texts": lambda keys: keys.astype(str) + "th",
    "negative numbers": lambda keys: -17 * keys,
    "fractions": lambda keys: keys / 3.0,
    "small integers": lambda keys: (keys - 100).astype("int8"),
    "categories": lambda keys: (keys.astype(str) + "th").astype("category"),
    "numbers and texts mixed": lambda keys: keys.map({1: "one", 2: 2, 3: 3.5}).astype(object),
    "dates": lambda keys: pd.Timestamp("2020-01-01") + pd.to_timedelta(keys, unit="D"),
    "nullable integers": lambda keys: keys.astype("Int64"),
}


@pytest.mark.parametrize("kind", RELABELLED)
def test_labels_of_groups(kind):
    relabel = RELABELLED[kind]
    renamed = PUPILS.assign(**{name: relabel(PUPILS[name]) for name in "dsc"})
    found, expected = fit("y ~ x + (1 | s:d/c)", renamed), fit("y ~ x + (1 | s:d/c)")
    assert found.n_groups == expected.n_groups
    assert_same(found, expected)


def test_one_and_its_text_are_different_groups():
    labels = PUPILS["c"].astype(object)
    labels[PUPILS["s"] == 2] = labels[PUPILS["s"] == 2].astype(str)
    mixed = PUPILS.assign(g=labels)
    found = fit("y ~ x + (1 | g)", mixed)
    assert found.n_groups == {"g": mixed.groupby(labels.map(repr)).ngroups}


@pytest.mark.parametrize("formula", FORMULAS)
def test_ids_counted_anew_in_every_parent_or_unique(formula):
    unique = PUPILS.assign(s=10 * PUPILS["d"] + PUPILS["s"])
    unique["c"] = 100 * unique["s"] + PUPILS["c"]
    assert_same(fit(formula, unique), fit(formula))


def test_unique_ids_need_no_parents():
    unique = PUPILS.assign(s=10 * PUPILS["d"] + PUPILS["s"])
    unique["c"] = 100 * unique["s"] + PUPILS["c"]
    crossed_out = fit("y ~ x + (1 | s) + (1 | c)", unique)
    assert_same(crossed_out, fit("y ~ x + (1 | s:d/c)"))


MOVED = [(0.0, 1.0), (1e9, 1.0), (0.0, 1e-6), (0.0, 1e6), (-5e4, 250.0)]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(("shift", "factor"), MOVED)
def test_unit_of_the_outcome(formula, shift, factor):
    expected = fit(formula)
    has_origin = "0 +" in formula and shift  # without an intercept a shift is another model
    moved = fit(formula, PUPILS.assign(y=(0.0 if has_origin else shift) + factor * PUPILS["y"]))
    df = expected.problem.df
    # The table itself loses shift * 2e-16 of every value.
    assert moved.criterion == pytest.approx(
        expected.criterion + 2.0 * df * np.log(factor), rel=SAME_CRITERION, abs=abs(shift) * 1e-13
    )
    slopes = slice(1, None)
    assert_allclose(moved.beta[slopes], factor * expected.beta[slopes], rtol=1e-5, atol=1e-9)
    assert moved.sigma == pytest.approx(factor * expected.sigma, rel=1e-5)
    assert_allclose(moved.coefficients["df"], expected.coefficients["df"], rtol=2e-3)


@pytest.mark.parametrize("formula", FORMULAS[:3])
@pytest.mark.parametrize(("shift", "factor"), [(2020.0, 1.0), (0.0, 1e-6), (0.0, 1e6), (1e6, 1.0)])
def test_unit_of_a_predictor(formula, shift, factor):
    expected = fit(formula)
    moved = fit(formula, PUPILS.assign(x=shift + factor * PUPILS["x"]))
    log_det = 2.0 * np.log(factor)  # of X'V^-1 X
    assert moved.criterion == pytest.approx(expected.criterion + log_det, rel=SAME_CRITERION)
    assert moved.beta[1] == pytest.approx(expected.beta[1] / factor, rel=1e-5)
    expected_se = expected.coefficients["se"][1] / factor
    assert moved.coefficients["se"][1] == pytest.approx(expected_se, rel=1e-5)
    at_origin = expected.beta[0] - expected.beta[1] * shift / factor
    assert moved.beta[0] == pytest.approx(at_origin, rel=1e-5)


@pytest.mark.parametrize("reference", ["b", "c"])
def test_reference_category(reference):
    base = fit_mixed(Model("y ~ k * x + (1 | s:d)"), PUPILS)
    other = fit_mixed(Model("y ~ k * x + (1 | s:d)", reference={"k": reference}), PUPILS)
    assert other.criterion == pytest.approx(base.criterion, rel=SAME_CRITERION)
    one, two = (dict(zip(f.terms, f.beta, strict=True)) for f in (base, other))
    for suffix in ("", ":x"):
        lines = {k: one.get(f"k{k}{suffix}", 0.0) for k in "abc"}
        for k in set("abc") - {reference}:
            assert two[f"k{k}{suffix}"] == pytest.approx(lines[k] - lines[reference], rel=1e-6)
    assert two["x"] == pytest.approx(one["x"] + one[f"k{reference}:x"], rel=1e-6)


@pytest.mark.parametrize(
    "written", ["y ~ w + x + (1 | s:d/c)", "y ~ 1 + x + w + (1 | c:s:d) + (1 | s:d)"]
)
def test_order_of_terms(written):
    found, expected = fit(written), fit("y ~ x + w + (1 | s:d/c)")
    assert found.criterion == pytest.approx(expected.criterion, rel=SAME_CRITERION)
    one, two = (dict(zip(f.terms, f.beta, strict=True)) for f in (found, expected))
    assert one == pytest.approx(two, rel=SAME_ESTIMATE)


@pytest.mark.parametrize("kind", ["int16", "float32", "Int64", "Float64", "bool"])
def test_types_of_columns(kind):
    whole = PUPILS.assign(x=(PUPILS["x"] > 2).astype("int64"))
    typed = whole.assign(x=whole["x"].astype(kind))
    found, expected = fit("y ~ x + (1 | s:d)", typed), fit("y ~ x + (1 | s:d)", whole)
    assert found.criterion == pytest.approx(expected.criterion, rel=SAME_CRITERION)
    assert_allclose(found.beta, expected.beta, rtol=SAME_ESTIMATE)


def test_row_labels_of_the_table_do_not_matter():
    relabelled = PUPILS.set_axis(["same"] * len(PUPILS))
    assert_same(fit(FORMULAS[0], relabelled), fit(FORMULAS[0]))
