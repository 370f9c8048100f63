"""Cluster-robust standard errors against clubSandwich and against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import CrossedGroupsError, ModelError, OneGroupError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.cluster_robust import cluster_robust
from tests.core import dense
from tests.core.lmer_record import reference

RECORDS = reference("inference")["robust"]
MODELS = reference("inference")["models"]
# clubSandwich works at lme4's estimate, tightly optimised here.
PRINTED = 1e-6


SOME = [
    *("intercept", "two levels", "slope", "slopes at two levels", "uncorrelated", "two slopes"),
    *("slope only", "no fixed intercept", "no intercept anywhere", "category", "indicators"),
]


@pytest.mark.parametrize("name", RECORDS)
def test_as_clubsandwich(name, fitted):
    model, kind = name.split("_")
    found = cluster_robust(fitted(MODELS[model]["formula"]), kind=kind, cluster="schoolid")
    assert_allclose(found.coefficients["se"], RECORDS[name]["se"], rtol=PRINTED)
    if RECORDS[name]["df"] is not None:
        assert_allclose(found.coefficients["df"], RECORDS[name]["df"], rtol=PRINTED)
    assert (found.n_clusters, found.kind, found.notes) == (107, kind, ())


def symmetric_power(matrix, power):
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    kept = values > 1e-10 * values[-1]
    return (vectors[:, kept] * values[kept] ** power) @ vectors[:, kept].T


def by_dense_matrices(fit, case, frame, codes, kind):
    """Return covariance and degrees of freedom on n x n matrices, as clubSandwich's manual says."""
    x, y = dense.matrix(frame, case.fixed), frame["y"].to_numpy()
    blocks = [block.relative_covariance(fit.at.theta) for block in fit.problem.structure.blocks]
    v = fit.sigma**2 * dense.relative_covariance(frame, case, blocks)
    inverse = np.linalg.inv(v)
    m = np.linalg.inv(x.T @ inverse @ x)
    r = y - x @ m @ x.T @ inverse @ y
    hat = np.eye(len(frame)) - x @ m @ x.T @ inverse
    meat, pieces = np.zeros_like(m), []
    for label in np.unique(codes):
        at = np.flatnonzero(codes == label)
        own = v[np.ix_(at, at)]
        a = np.eye(len(at))
        if kind == "CR2":
            d = np.linalg.cholesky(own).T
            left = (hat @ v @ hat.T)[np.ix_(at, at)]
            a = d.T @ symmetric_power(d @ left @ d.T, -0.5) @ d
        weighted = x[at].T @ np.linalg.inv(own) @ a
        score = weighted @ r[at]
        meat += np.outer(score, score)
        piece = np.zeros((len(frame), len(m)))
        piece[at] = (m @ weighted).T
        pieces.append(hat.T @ piece)
    n = len(pieces)
    vcov = m @ meat @ m * (n / (n - 1.0) if kind == "CR1" else 1.0)
    df = []
    for position in range(len(m)):
        g = np.column_stack([piece[:, position] for piece in pieces])
        inner = g.T @ v @ g
        df.append(np.trace(inner) ** 2 / (inner**2).sum())
    return vcov, np.array(df)


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
@pytest.mark.parametrize("name", SOME)
def test_by_definition(name, kind, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils)
    codes = pupils.groupby(list(fit.levels[0].columns)).ngroup().to_numpy()
    vcov, df = by_dense_matrices(fit, case, pupils, codes, kind)
    found = cluster_robust(fit, kind=kind)
    assert_allclose(found.vcov, vcov, rtol=1e-5, atol=1e-9 * np.abs(vcov).max())
    assert_allclose(found.coefficients["df"], df, rtol=1e-5)


@pytest.mark.parametrize("kind", ["CR0", "CR2"])
def test_clusters_wider_than_any_level(kind, pupils):
    """A model of classes, clustered by school: a column the model does not have."""
    case = dense.Case("y ~ x + w + (1 | g)", ("1", "x", "w"), ((("g",), ("1",)),))
    frame = pupils.assign(g=pupils.groupby(["d", "s", "c"]).ngroup())
    frame["school"] = frame.groupby(["d", "s"]).ngroup().map({0: "z", 1: "a", 2: "m", 3: "b"})
    fit = fit_mixed(Model(case.formula), frame)
    vcov, df = by_dense_matrices(fit, case, frame, frame["school"].to_numpy(), kind)
    found = cluster_robust(fit, kind=kind, cluster="school", data=frame)
    assert_allclose(found.vcov, vcov, rtol=1e-6)
    assert_allclose(found.coefficients["df"], df, rtol=1e-6)
    assert found.n_clusters == 4
    assert [note.code for note in found.notes] == ["few-clusters"]


def test_what_is_refused(fitted, classroom, pupils):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    with pytest.raises(ModelError, match="lies inside"):
        cluster_robust(fit, cluster="classid")
    with pytest.raises(ModelError, match="'CR9'"):
        cluster_robust(fit, kind="CR9")
    with pytest.raises(ModelError, match="hand over the table"):
        cluster_robust(fit, cluster="sex")
    with pytest.raises(CrossedGroupsError):
        cluster_robust(fit, cluster="sex", data=classroom)
    with pytest.raises(OneGroupError):
        cluster_robust(fit, cluster="all", data=classroom.assign(all=1))
    with pytest.raises(ModelError, match="No row says"):
        some = classroom[classroom["schoolid"] != 12].assign(area=1)
        some.loc[some["schoolid"] > 50, "area"] = 2
        cluster_robust(fit, cluster="area", data=some)


def test_nearly_unbiased_where_the_model_is_right(fitted):
    """Robust and model-based standard errors agree where the variances are what they seem."""
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    found = cluster_robust(fit)
    assert_allclose(found.coefficients["se"], fit.coefficients["se"], rtol=0.1)
