"""Models C0 to C6, S1, S2 and H1: both criteria, degrees of freedom, dropped terms, modes."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.inference.random_terms import drop_random_terms
from tests.core import tolerances
from tests.core.lmer_record import (
    assert_coefficients,
    assert_criterion,
    assert_modes,
    assert_variances,
    keys_of,
    listed,
    reference,
)

MODELS = reference("inference")["models"]
WITH_INFERENCE = [name for name, record in MODELS.items() if record["inference"]]


def fit_of(name, fitted, method="REML"):
    return fitted(MODELS[name]["formula"], MODELS[name]["data"], method)


def test_every_model_is_here():
    assert list(MODELS) == ["C0", "C1", "C2", "C3", "C4", "C5", "C6", "S1", "S2", "H1"]
    assert list(MODELS)[1:] == WITH_INFERENCE


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("name", MODELS)
def test_criterion_variances_and_fixed_effects(name, method, fitted):
    fit, record = fit_of(name, fitted, method), MODELS[name][method.lower()]
    assert_criterion(fit, record["crit"])
    assert_variances(fit, record["vc"], "v1", "v2")
    terms = list(record["beta"])
    assert_coefficients(
        fit, terms, estimate=list(record["beta"].values()), se=list(record["se"].values())
    )
    assert fit.evaluations <= tolerances.MOST_EVALUATIONS


@pytest.mark.parametrize("name", MODELS)
def test_singular_or_not(name, fitted):
    assert fit_of(name, fitted).is_singular == MODELS[name]["singular"]


@pytest.mark.parametrize("name", WITH_INFERENCE)
def test_satterthwaite(name, fitted):
    record = MODELS[name]["inference"]["satt"]
    # Estimates and SEs stand in the tightly optimised part; lmerTest's own fit is looser.
    assert_coefficients(fit_of(name, fitted), listed(record["names"]), df=record["df"])


@pytest.mark.parametrize("name", WITH_INFERENCE)
def test_random_terms_dropped(name, fitted):
    record = MODELS[name]["inference"]["ranova"]
    table = drop_random_terms(fit_of(name, fitted)).table.set_index("term")
    assert sorted(table.index) == sorted(record["rn"])
    for position, label in enumerate(record["rn"]):
        own = table.loc[label]
        assert own["log_likelihood"] == pytest.approx(record["ll"][position], abs=1e-4)
        assert own["n_parameters"] == record["npar"][position]
        if label == "<none>":
            assert np.isnan(own["statistic"])
            continue
        expected = record["LRT"][position]
        assert own["statistic"] == pytest.approx(expected, abs=tolerances.RANOVA)
        assert own["df"] == record["df"][position]
        assert own["p"] == pytest.approx(record["p"][position], rel=1e-4)


@pytest.mark.parametrize("name", WITH_INFERENCE)
def test_conditional_modes(name, fitted):
    fit = fit_of(name, fitted)
    for group, record in MODELS[name]["inference"]["ranef"].items():
        level = next(n for n in fit.n_groups if keys_of(n) == keys_of(group))
        terms = list(dict.fromkeys(fit.effects(level)["term"]))
        for label, modes, sds in zip(record["lev"], record["b"], record["sd"], strict=True):
            assert_modes(fit, group, label, terms, modes, sds)
