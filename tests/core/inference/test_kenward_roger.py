"""Kenward-Roger against pbkrtest, against dense matrices, and where theory knows the answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.kenward_roger import kenward_roger
from tests.core import dense
from tests.core.lmer_record import reference
from tests.core.pace import times_as_long
from tests.core.tolerances import EXACT

MODELS = reference("inference")["models"]
WITH_KR = [name for name, record in MODELS.items() if "kr" in (record["inference"] or {})]
# pbkrtest works at lme4's own estimate, which stops when the criterion moves by about 1e-6. Five
# digits are what summary() prints of a standard error and of degrees of freedom.
PRINTED = 1e-5


@pytest.mark.parametrize("name", WITH_KR)
def test_as_pbkrtest(name, fitted):
    record = MODELS[name]["inference"]
    fit = fitted(MODELS[name]["formula"], MODELS[name]["data"])
    table = kenward_roger(fit).coefficients
    assert list(table["term"]) == record["satt"]["names"]
    assert_allclose(table["se"], record["kr"]["se"], rtol=PRINTED)
    assert_allclose(table["df"], record["kr"]["df"], rtol=PRINTED)
    assert_allclose(np.log(table["p"]), np.log(record["kr"]["p"]), rtol=PRINTED)


def test_every_reference_model_is_here():
    assert WITH_KR == ["C1", "C2", "C3", "C4", "C5", "C6", "S1", "S2"]


@pytest.mark.parametrize("name", ["two levels", "slopes at two levels", "uncorrelated", "category"])
def test_by_dense_matrices(name, pupils):
    """The formulas of Kenward & Roger (1997), section 2, on n x n matrices."""
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    x = dense.matrix(pupils, case.fixed)
    v = fit.sigma**2 * dense.relative_covariance(pupils, case, blocks)
    changes = [np.eye(len(pupils))]
    for groups, names in case.blocks:
        z = dense.loadings(pupils, groups, names)
        q = len(names)
        for a in range(q):
            for b in range(a + 1):
                unit = np.zeros((q, q))
                unit[a, b] = unit[b, a] = 1.0
                changes.append(z @ np.kron(np.eye(z.shape[1] // q), unit) @ z.T)
    inverse = np.linalg.inv(v)
    phi = np.linalg.inv(x.T @ inverse @ x)
    m = len(changes)
    p = [-x.T @ inverse @ g @ inverse @ x for g in changes]
    q_ = [[x.T @ inverse @ g @ inverse @ h @ inverse @ x for h in changes] for g in changes]
    information = np.array(
        [
            [
                np.trace(inverse @ changes[i] @ inverse @ changes[j])
                - 2.0 * np.trace(phi @ q_[i][j])
                + np.trace(phi @ p[i] @ phi @ p[j])
                for j in range(m)
            ]
            for i in range(m)
        ]
    )
    w = 2.0 * np.linalg.pinv(information, hermitian=True)
    bias = sum(w[i, j] * (q_[i][j] - p[i] @ phi @ p[j]) for i in range(m) for j in range(m))
    found = kenward_roger(fit)
    assert_allclose(found.vcov, phi + 2.0 * phi @ bias @ phi, rtol=1e-6)
    for position in range(len(phi)):
        gradient = np.array([-(phi @ part @ phi)[position, position] for part in p])
        df = 2.0 * phi[position, position] ** 2 / (gradient @ w @ gradient)
        assert found.coefficients["df"][position] == pytest.approx(df, rel=1e-6)


def test_balanced_data_have_the_textbooks_test():
    """Slope and mean of a balanced design: exact t tests, no adjustment of the slope."""
    rng = np.random.default_rng(12)
    group = np.repeat(np.arange(8), 5)
    x = np.tile(np.arange(5.0), 8)
    y = 2.0 + rng.normal(0.0, 2.0, 8)[group] + 0.3 * x + rng.normal(size=40)
    fit = fit_mixed(Model("y ~ x + (1 | g)"), pd.DataFrame({"y": y, "x": x, "g": group}))
    found = kenward_roger(fit)
    assert found.coefficients["df"][1] == pytest.approx(31.0, rel=1e-6)
    assert found.coefficients["se"][1] == pytest.approx(fit.coefficients["se"][1], rel=1e-6)


def test_a_balanced_factor_between_groups_has_the_exact_f():
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(12), 4)
    arm = np.repeat(["a", "b", "c"], 16)
    y = rng.normal(0.0, 2.0, 12)[group] + rng.normal(size=48)
    fit = fit_mixed(Model("y ~ t + (1 | g)"), pd.DataFrame({"y": y, "t": arm, "g": group}))
    reference_f = kenward_roger(fit).reference(np.eye(3)[1:])
    # A one-way analysis of the 12 group means in 3 arms.
    assert reference_f.df == pytest.approx(9.0, rel=1e-5)
    assert reference_f.scale == pytest.approx(1.0, rel=1e-5)


def test_an_ml_fit_is_refitted(fitted):
    formula = "mathkind ~ ses + (1 | schoolid/classid)"
    by_ml, by_reml = (kenward_roger(fitted(formula, method=m)) for m in ("ML", "REML"))
    assert_allclose(by_ml.vcov, by_reml.vcov, rtol=1e-6)
    assert [note.code for note in by_ml.notes] == ["refitted-by-reml"]
    assert by_reml.notes == ()


def test_units_do_not_matter(pupils):
    fit = kenward_roger(fit_mixed(Model("y ~ x + w + (x | s:d)"), pupils))
    moved = pupils.assign(y=1e4 * pupils["y"] - 7.0, x=1e-3 * pupils["x"] + 5.0)
    other = kenward_roger(fit_mixed(Model("y ~ x + w + (x | s:d)"), moved))
    assert_allclose(other.coefficients["df"][1:], fit.coefficients["df"][1:], rtol=1e-6)
    assert_allclose(other.coefficients["se"][1], 1e7 * fit.coefficients["se"][1], rtol=1e-6)


def test_a_variance_at_zero_keeps_its_uncertainty(fitted):
    """On the boundary pbkrtest still counts the variance as estimated; lmerTest does not."""
    fit = fitted("mathkind ~ ses + (ses | schoolid)")
    assert fit.is_singular
    df = kenward_roger(fit).coefficients["df"]
    assert df[1] == pytest.approx(62.909969701155, rel=PRINTED)
    record = MODELS["C5"]["inference"]["satt"]["df"]
    assert [round(df[1], 1), round(record[1], 1)] == [62.9, 972.6]  # as the docstring says


def test_a_predictor_of_groups_has_the_groups_degrees_of_freedom_at_zero():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(10), 6)
    x = np.repeat(rng.normal(size=10), 6)
    frame = pd.DataFrame({"y": rng.normal(size=60), "x": x, "g": group})
    fit = fit_mixed(Model("y ~ x + (1 | g)"), frame)
    assert fit.theta[0] == 0.0
    assert kenward_roger(fit).coefficients["df"][1] == pytest.approx(8.0, rel=1e-6)
    assert fit.coefficients["df"][1] == pytest.approx(58.0, rel=1e-6)


@pytest.mark.slow
def test_a_million_rows_take_no_longer_than_their_fit():
    rng = np.random.default_rng(1)
    n, classes = 1_000_000, 40_000
    inner = np.repeat(np.arange(classes), n // classes)
    x = rng.normal(size=n)
    y = rng.normal(0.0, 3.0, classes // 8)[inner // 8] + rng.normal(size=classes)[inner] + x
    frame = pd.DataFrame({"y": y + rng.normal(0.0, 5.0, n), "x": x, "c": inner, "s": inner // 8})
    model = Model("y ~ x + (1 | s/c)")
    fit = fit_mixed(model, frame)
    table = kenward_roger(fit).coefficients
    assert times_as_long(lambda: kenward_roger(fit), lambda: fit_mixed(model, frame)) < 1.0
    # With that many groups the two kinds of standard error agree.
    assert_allclose(table["se"], fit.coefficients["se"], rtol=1e-3)
    assert table["df"][0] == pytest.approx(classes / 8, rel=0.1)


def test_exactly_symmetric(pupils):
    found = kenward_roger(fit_mixed(Model("y ~ x + w + (1 | s:d/c)"), pupils))
    assert_allclose(found.vcov, found.vcov.T, rtol=EXACT)
