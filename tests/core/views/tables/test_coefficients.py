"""Coefficient tables against the numbers R prints."""

import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.r_squared import r_squared
from mlm_core.inference.standard_errors import coefficients_by
from mlm_core.views import tables
from mlm_core.views.tables.table import records


def test_pooled_coefficients_show_robust_beside_naive(school):
    table = tables.pooled_coefficients(school.pooled)
    first, ses = records(table.frame)
    assert first["Term"] == "(Intercept)"
    assert (ses["Estimate"], ses["SE"], ses["t"], ses["p"]) == ("14.359", "1.568", "9.16", "<.001")
    assert (first["Estimate"], first["SE"]) == ("466.845", "1.162")
    assert ses["Robust SE"] == "1.885"
    assert ses["95% from"] == "11.28"
    assert "rows of the same schoolid" in table.footnotes[1]
    assert table.footnotes[0].startswith("Least squares over 1,190 rows")


def test_without_groups_there_is_nothing_robust(classroom):
    table = tables.pooled_coefficients(fit_pooled(Model("mathkind ~ ses"), classroom))
    assert not [name for name in table.frame.columns if "Robust" in name]
    assert len(table.footnotes) == 1


def test_fixed_effects_are_those_of_the_handout(school):
    table = tables.mixed_coefficients(school.mixed)
    first, ses = records(table.frame)
    assert (first["Estimate"], first["SE"], first["df"]) == ("465.749", "2.058", "99.0")
    assert (ses["Estimate"], ses["SE"], ses["t"], ses["p"]) == ("10.684", "1.589", "6.73", "<.001")
    assert (ses["95% from"], ses["95% to"]) == ("7.57", "13.80")
    assert "REML" in table.footnotes[0]
    assert "Satterthwaite" in table.footnotes[0]
    assert "312 groups" in table.footnotes[1]


def test_other_standard_errors_say_what_they_are(school):
    fit = school.mixed
    adjusted = tables.mixed_coefficients(
        fit, coefficients_by(fit, "Kenward-Roger"), by="Kenward-Roger"
    )
    assert [row["df"] for row in records(adjusted.frame)] == ["102.5", "1,187.2"]
    assert "Kenward and Roger" in adjusted.footnotes[0]
    robust = tables.mixed_coefficients(fit, coefficients_by(fit, "robust"), by="robust")
    assert records(robust.frame)[1]["SE"] == "1.500"
    assert "whole groups of schoolid (CR2)" in robust.footnotes[0]
    assert "Groups of classid in one group of schoolid are alike" in robust.footnotes[0]


def test_rows_lost_stand_beneath(classroom):
    fit = fit_mixed(Model("mathgain ~ mathknow + (1 | schoolid)"), classroom)
    assert any("109 of 1,190 rows are left out" in text
               for text in tables.mixed_coefficients(fit).footnotes)  # fmt: skip


def test_correlations_fill_the_lower_triangle(classroom):
    fit = fit_mixed(Model("mathkind ~ ses + sex + (1 | schoolid)"), classroom)
    frame = tables.fixed_correlations(fit).frame
    assert frame["Term"].tolist() == ["ses", "sex"]
    assert frame.columns.tolist() == ["Term", "(Intercept)", "ses"]
    assert frame["ses"][0] == ""
    assert float(frame["ses"][1].replace("−", "-")) == pytest.approx(
        fit.correlations[2, 1], abs=5e-4
    )


def test_residual_quantiles_are_those_of_the_handout(school):
    scaled = tables.residual_quantiles(school.mixed)
    assert scaled.frame.iloc[0].tolist() == ["−4.7444", "−0.5722", "0.0112", "0.6320", "3.7508"]
    plain = tables.residual_quantiles(school.pooled)
    assert plain.frame.iloc[0].tolist() == ["−174.835", "−26.399", "1.065", "26.529", "161.150"]
    assert plain.caption != scaled.caption


def _facts(fit):
    return dict(tables.mixed_facts(fit, r_squared(fit)).frame.to_numpy().tolist())


def test_r_squared_says_where_r_prints_another(sleepstudy):
    fit = fit_mixed(Model("Reaction ~ Days + (Days || Subject)"), sleepstudy)
    assert _facts(fit)["R² with the groups (conditional)"] == "79.7%"
    assert "performance" in tables.mixed_facts(fit, r_squared(fit)).footnotes[-1]


def test_facts_of_both_fits(school, means, classroom):
    pooled = dict(tables.pooled_facts(school.pooled).frame.to_numpy().tolist())
    assert pooled["Residual standard error"] == "40.08"
    assert pooled["R²"] == "0.06596"
    assert pooled["F with 1 and 1,188 df"] == "83.90"
    mixed = _facts(school.mixed)
    assert mixed["REML criterion"] == "12,038.4"
    assert mixed["Groups of classid:schoolid"] == "312"
    assert mixed["R² of the fixed part (marginal)"] == "3.7%"
    assert mixed["R² with the groups (conditional)"] == "22.9%"
    assert "Log-likelihood (restricted)" in mixed
    full = fit_mixed(means.model, classroom, method="ML")
    assert "Deviance (ML)" in _facts(full)
    flat = fit_pooled(Model("mathkind ~ 1"), classroom)
    assert "p of F" not in dict(tables.pooled_facts(flat).frame.to_numpy().tolist())
