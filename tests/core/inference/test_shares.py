"""Shares of variance, and correlations of rows that share a group, against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.shares import icc
from tests.core import dense
from tests.core.lmer_record import reference
from tests.core.problems import relative_covariances


@pytest.mark.parametrize("name", dense.CASES)
def test_shares_add_to_one(name, pupils):
    fit = fit_mixed(Model(dense.CASES[name].formula), pupils)
    found = icc(fit)
    assert found.shares["share"].sum() == pytest.approx(1.0, rel=1e-12)
    assert (found.shares["share"] >= 0.0).all()
    assert found.shares["variance"].sum() == pytest.approx(found.total_variance, rel=1e-12)
    assert found.shares["level"].tolist() == [*fit.n_groups, "Residual"]
    assert found.shares["variance"].iloc[-1] == pytest.approx(fit.sigma**2)


@pytest.mark.parametrize("name", dense.CASES)
def test_correlations_are_those_of_two_rows_at_the_mean(name, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    found = icc(fit)
    # Two rows at the means of all slope variables, in one group: Cov / Var from the model itself.
    means = {column: pupils[column].mean() for column in ("x", "w", "ka", "kb", "kc")}
    means["x:w"] = (pupils["x"] * pupils["w"]).mean()
    means["1"] = 1.0
    shared = dict.fromkeys(fit.n_groups, 0.0)
    for (groups, names), d in zip(
        case.blocks, relative_covariances(fit.problem, fit.at.theta), strict=True
    ):
        z = np.array([means[name] for name in names])
        shared[":".join(reversed(groups))] += float(z @ d @ z)
    total = sum(shared.values()) + 1.0
    expected = np.cumsum(list(shared.values())) / total
    assert_allclose(found.correlations["icc"], expected, rtol=1e-9)
    assert found.correlations["level"].tolist() == list(fit.n_groups)


def test_members_are_named(fitted):
    found = icc(fitted("mathkind ~ ses + (1 | schoolid/classid)"))
    assert found.correlations["members"].tolist() == [
        "two rows of the same schoolid",
        "two rows of the same classid within schoolid",
    ]
    # Pupils of one class share its school too: the inner correlation is the larger.
    assert found.correlations["icc"].is_monotonic_increasing
    assert found.is_conditional
    assert not icc(fitted("mathkind ~ (1 | schoolid)")).is_conditional


@pytest.mark.parametrize("name", ["C1", "C2", "C3", "C4"])
def test_intraclass_correlations_as_performance_gives_them(name, fitted):
    record = reference("inference")["models"][name]
    found = icc(fitted(record["formula"], record["data"]))
    total = record["inference"]["icc"]["ICC_adjusted"]
    assert found.correlations["icc"].iloc[-1] == pytest.approx(total, abs=1e-5)
    shares = found.shares.set_index("level")["share"]
    by = record["inference"]["icc_by"]
    for level, share in zip(np.atleast_1d(by["Group"]), np.atleast_1d(by["ICC"]), strict=True):
        assert shares[level] == pytest.approx(share, abs=1e-5)


def test_intercepts_only_need_no_note(fitted):
    found = icc(fitted("mathkind ~ ses + (1 | schoolid)"))
    assert (dict(found.at), found.notes) == ({}, ())


def test_slopes_are_taken_at_the_mean_and_it_says_so(fitted, sleepstudy):
    for bar in ("|", "||"):
        found = icc(fitted(f"Reaction ~ Days + (Days {bar} Subject)", "sleepstudy"))
        assert dict(found.at) == pytest.approx({"Days": sleepstudy["Days"].mean()})
        (note,) = found.notes
        assert note.code == "shares-at-means"
        assert "Days = 4.5" in note.message
        # A slope's variance counts: far more than the intercept's share at day zero.
        assert found.shares["share"][0] > 0.6


@pytest.mark.parametrize(("shift", "factor"), [(2015.0, 1.0), (0.0, 1e6)])
def test_the_unit_of_a_slope_variable_does_not_matter(shift, factor, sleepstudy, fitted):
    formula = "Reaction ~ Days + (Days | Subject)"
    moved = fit_mixed(Model(formula), sleepstudy.assign(Days=shift + factor * sleepstudy["Days"]))
    plain = icc(fitted(formula, "sleepstudy"))
    assert_allclose(icc(moved).shares["share"], plain.shares["share"], rtol=1e-5)


def test_without_variance_between_groups_nothing_is_shared(pupils):
    fit = fit_mixed(Model("y ~ x + (1 | s:d/c)"), pupils)
    found = icc(fit)
    assert found.shares["share"][0] == 0.0
    assert found.correlations["icc"][0] == 0.0
    assert found.correlations["icc"][1] > 0.3
