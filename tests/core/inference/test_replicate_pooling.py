"""Pooled and unpooled estimates of replicates are those of the fits of a table."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.unpooled import fit_unpooled
from mlm_core.inference.replicate_pooling import pooled_tests, unpooled_tests
from tests.core.inference.replicated import repeated

FORMULA = "mathkind ~ ses + housepov + (1 | schoolid/classid)"


def test_naive_and_robust_errors_of_the_pooled_fit(fitted, classroom):
    fit = fitted(FORMULA)
    naive, robust = pooled_tests(fit.problem, repeated(fit.problem.moments, 3), fit.scale.matrix)
    table = fit_pooled(Model(FORMULA), classroom).coefficients
    scale = fit.scale.outcome_scale
    for which in range(3):
        estimate = scale * naive.estimate[which] + fit.scale.constant
        assert estimate == pytest.approx(table["estimate"].to_numpy(), rel=1e-9)
        assert scale * naive.se[which] == pytest.approx(table["se"].to_numpy(), rel=1e-9)
        assert scale * robust.se[which] == pytest.approx(table["robust_se"].to_numpy(), rel=1e-9)
    assert set(naive.df.ravel()) == {1190 - 3}
    assert set(robust.df.ravel()) == {107 - 1}


def test_the_unpooled_slope_is_that_within_groups(fitted, classroom):
    fit = fitted("mathkind ~ ses + housepov + (1 | schoolid)")
    places, found = unpooled_tests(fit.problem, repeated(fit.problem.moments, 2))
    assert places == [1]
    inside = classroom[["mathkind", "ses"]] - classroom.groupby("schoolid")[
        ["mathkind", "ses"]
    ].transform("mean")
    slope = (inside["mathkind"] * inside["ses"]).sum() / (inside["ses"] ** 2).sum()
    unit = fit.scale.outcome_scale * fit.scale.matrix[1, 1]
    assert unit * found.estimate[0, 0] == pytest.approx(slope, rel=1e-9)
    residual = ((inside["mathkind"] - slope * inside["ses"]) ** 2).sum() / (1190 - 107 - 1)
    assert unit * found.se[0, 0] == pytest.approx(
        np.sqrt(residual / (inside["ses"] ** 2).sum()), rel=1e-9
    )
    assert set(found.df.ravel()) == {1190 - 107 - 1}


def test_it_is_the_precision_weighted_mean_of_the_groups_slopes(fitted, classroom):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    _, found = unpooled_tests(fit.problem, repeated(fit.problem.moments, 1))
    unit = fit.scale.outcome_scale * fit.scale.matrix[1, 1]
    table = fit_unpooled(Model("mathkind ~ ses + (1 | schoolid)"), classroom).coefficients
    slopes = table[table["term"] == "ses"].dropna(subset=["estimate"])
    spread = classroom.groupby("schoolid")["ses"].apply(lambda x: ((x - x.mean()) ** 2).sum())
    weights = spread.loc[slopes["group"].astype(int)].to_numpy()
    mean = float(np.average(slopes["estimate"].to_numpy(float), weights=weights))
    assert unit * found.estimate[0, 0] == pytest.approx(mean, rel=1e-9)
