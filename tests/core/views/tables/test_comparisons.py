"""Likelihood-ratio tables against the handout."""

import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.comparison import compare
from mlm_core.inference.random_terms import compare_with_pooled, drop_random_terms
from mlm_core.views import tables
from mlm_core.views.tables.table import records


@pytest.fixture(scope="module")
def small(classroom):
    return fit_mixed(Model("mathkind ~ ses + (1 | schoolid)"), classroom)


def test_two_nested_models(school, small):
    table = tables.likelihood_ratio(compare(small, school.mixed))
    first, last = records(table.frame)
    assert (first["Chi²"], first["p"]) == ("", "")
    assert (last["Chi²"], last["df"], last["p"]) == ("0.2565", "1", ".613")
    assert last["p at the boundary"] == ".306"
    assert (first["AIC"], last["AIC"]) == ("12,046.7", "12,048.4")
    assert table.footnotes[1] == "Both models by restricted likelihood (REML)."


def test_fixed_parts_are_compared_without_a_boundary(classroom, small):
    null = fit_mixed(Model("mathkind ~ 1 + (1 | schoolid)"), classroom)
    table = tables.likelihood_ratio(compare(null, small))
    assert "p at the boundary" not in table.frame
    assert records(table.frame)[1]["Chi²"] == "44.38"
    assert "refitted for this test" in table.footnotes[1]


def test_mixed_against_pooled_both_ways(school):
    table = tables.pooled_comparison(compare_with_pooled(school.mixed))
    printed, alike = records(table.frame)
    assert printed["Chi²"] == "121.23"
    assert "REML against ML" in printed["Comparison"]
    assert alike["Chi²"] == "116.36"
    assert alike["p at the boundary"] == "<.001"


def test_ml_fits_are_printed_alike(classroom):
    fit = fit_mixed(Model("mathkind ~ ses + (1 | schoolid)"), classroom, method="ML")
    first = records(tables.pooled_comparison(compare_with_pooled(fit)).frame)[0]
    assert first["Comparison"] == "as R prints it"


def test_random_terms_left_out(school):
    table = tables.random_terms(school.tests)
    none, classes, schools = records(table.frame)
    assert (none["Left out"], none["Chi²"], none["p"]) == ("nothing", "", "")
    assert (classes["Left out"], classes["p"]) == ("(1 | classid:schoolid)", ".613")
    assert schools["Chi²"] == "53.3592"
    assert schools["AIC"] == "12,099.8"


def test_several_variances_at_once_have_no_p_at_the_boundary(sleepstudy):
    fit = fit_mixed(Model("Reaction ~ Days + (Days | Subject)"), sleepstudy)
    pooled = fit_pooled(fit.model, sleepstudy)
    assert "p at the boundary" not in tables.likelihood_ratio(compare(pooled, fit)).frame
    assert records(tables.random_terms(drop_random_terms(fit)).frame)[1]["p"] == "<.001"
