"""Sixteen tables on which published programs fail: each is right here, or refused by name."""

from __future__ import annotations

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import (
    ConstantOutcomeError,
    OneGroupError,
    PerfectFitError,
    SingletonGroupsError,
)
from mlm_core.fits.mixed import fit_mixed
from tests.core import tolerances
from tests.core.lmer_record import REFERENCE, reference, variance_of

CASES = reference("hard")["cases"]
REFUSED = {
    "h_allones": (SingletonGroupsError, "Every one of the"),
    "h_onegroup": (OneGroupError, "All rows belong to one group of 'g'"),
    "h_zerosigma": (PerfectFitError, "reproduce 'y' exactly"),
    "h_consty": (ConstantOutcomeError, "'y' is 3 in every row"),
}
FITTED = [name for name in CASES if name not in REFUSED]


def table(name):
    return pd.read_csv(REFERENCE / "hard" / f"{name}.csv")


@pytest.fixture(scope="module")
def fits():
    return {name: fit_mixed(Model(CASES[name]["formula"]), table(name)) for name in FITTED}


def test_all_cases_are_here():
    assert len(CASES) == 16
    assert {name for name in CASES if CASES[name]["gold_reml"] is None} == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_estimate_is_refused_by_name(name):
    error, words = REFUSED[name]
    with pytest.raises(error, match=words):
        fit_mixed(Model(CASES[name]["formula"]), table(name))


@pytest.mark.parametrize("name", FITTED)
def test_criterion(name, fits):
    case = CASES[name]
    assert abs(fits[name].criterion - case["gold_reml"]) <= case["tol"]
    assert fits[name].evaluations <= tolerances.MOST_EVALUATIONS


@pytest.mark.parametrize("name", [name for name in FITTED if CASES[name]["beta"]])
def test_coefficients(name, fits):
    expected = CASES[name]["beta"]
    assert list(fits[name].terms) == list(expected)
    # The absolute part is for an intercept that is zero but for rounding (h_negicc).
    assert_allclose(fits[name].beta, list(expected.values()), rtol=tolerances.FIXED, atol=1e-7)


@pytest.mark.parametrize("name", [name for name in FITTED if CASES[name]["vc"]])
def test_variances(name, fits):
    fit = fits[name]
    for entry in CASES[name]["vc"]:
        allowed = max(
            tolerances.VARIANCE * abs(entry["vcov"]),
            tolerances.VARIANCE_OF_RESIDUAL * fit.sigma**2,
        )
        assert abs(variance_of(fit, entry, "v1", "v2") - entry["vcov"]) <= allowed


def test_a_slope_on_the_calendar_year_is_the_slope_on_days(fits, fitted):
    plain = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    year = fits["h_year"]
    assert year.criterion == pytest.approx(plain.criterion, rel=tolerances.SAME_CRITERION)
    assert year.beta[1] == pytest.approx(plain.beta[1], rel=tolerances.SAME_ESTIMATE)
    slope = plain.variances["variance"][1]
    assert year.variances["variance"][1] == pytest.approx(slope, rel=1e-5)


def test_a_predictor_in_millions_changes_its_own_coefficient_only(fits, fitted):
    plain = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    assert_allclose(fits["h_x1e6"].beta * [1.0, 1e6], plain.beta, rtol=1e-6)


def test_a_true_zero_is_an_answer_and_named(fits):
    fit = fits["h_negicc"]
    assert fit.is_singular
    assert fit.variances["variance"][0] == 0.0
    (note,) = fit.notes
    assert (note.code, note.severity) == ("singular-zero", "caution")
    assert dict(note.numbers) == {"effect": "intercept", "level": "g"}


def test_a_predictor_reproduced_by_another_is_dropped_and_named(fits):
    fit = fits["h_collinear"]
    assert fit.dropped == ("x2",)
    assert [note.code for note in fit.notes] == ["predictor-dropped"]
    assert "x2 is reproduced exactly" in fit.notes[0].message


def test_labels_that_collide_when_pasted_stay_apart(fits):
    assert list(fits["h_paste"].n_groups.values())[-1] == 8


def test_reused_ids_are_different_casks(fits):
    casks = table("h_reuse").groupby(["batch", "cask"]).ngroups
    assert fits["h_reuse"].n_groups["cask:batch"] == casks


def test_rows_with_missing_values_are_left_out_and_counted(fits):
    frame = table("h_missing")
    complete = len(frame.dropna(subset=["y", "x", "g"]))
    assert fits["h_missing"].n_obs == complete < len(frame)
    (note,) = fits["h_missing"].notes
    assert note.numbers["n_used"] == complete
    assert set(note.numbers["missing"]) == {"y", "x", "g"}
