"""Three standard errors beside each other."""

from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from mlm_core.errors import ModelError
from mlm_core.inference.cluster_robust import cluster_robust
from mlm_core.inference.kenward_roger import kenward_roger
from mlm_core.inference.standard_errors import coefficients_by, standard_errors


def test_each_column_is_its_own_method(fitted):
    fit = fitted("mathkind ~ ses + minority + (1 | schoolid/classid)")
    found = standard_errors(fit)
    assert list(found["term"]) == list(fit.terms)
    for name, table in (
        ("model", fit.coefficients),
        ("kr", kenward_roger(fit).coefficients),
        ("robust", cluster_robust(fit).coefficients),
    ):
        assert_allclose(found[f"se_{name}"], table["se"])
        assert_allclose(found[f"df_{name}"], table["df"])
        by = {"model": "Satterthwaite", "kr": "Kenward-Roger"}.get(name, name)
        assert_allclose(coefficients_by(fit, by)["p"], table["p"])
    assert (found["se_kr"] > found["se_model"]).all()


def test_an_unknown_method_is_refused(fitted):
    with pytest.raises(ModelError, match="'robust', not 'jackknife'"):
        coefficients_by(fitted("mathkind ~ ses + (1 | schoolid)"), "jackknife")


def test_the_boundary_figures_the_docstring_gives(fitted):
    fit = fitted("mathkind ~ ses + (ses | schoolid)")
    found = [coefficients_by(fit, by)["df"][1] for by in ("Satterthwaite", "Kenward-Roger")]
    assert found == pytest.approx([972.6, 62.9], abs=0.06)
