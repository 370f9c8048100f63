"""Three standard errors beside each other."""

from __future__ import annotations

from numpy.testing import assert_allclose

from mlm_core.inference.cluster_robust import cluster_robust
from mlm_core.inference.kenward_roger import kenward_roger
from mlm_core.inference.standard_errors import standard_errors


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
    assert (found["se_kr"] > found["se_model"]).all()
