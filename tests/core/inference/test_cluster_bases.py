"""Clusters in few dimensions keep every product that a sandwich is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from mlm_core.fits.curvature import evaluate
from mlm_core.inference import cluster_bases as module
from mlm_core.inference.cluster_bases import cluster_bases
from tests.core import dense, problems


def products(problem, at, cluster):
    """Return X'V^-1X and X'V^-1r of every cluster, in whatever order they come."""
    found = []
    for bases in cluster_bases(problem, at, cluster):
        for v, x, r in zip(bases.covariance, bases.x, bases.residual, strict=True):
            solved = np.linalg.solve(v, x)
            found.append(np.column_stack([x.T @ solved, solved.T @ r]))
    return found


@pytest.mark.parametrize("name", dense.CASES)
def test_sums_over_clusters_are_those_of_the_whole(name, pupils):
    problem = problems.problem_of(dense.CASES[name].formula, pupils)
    at = evaluate(problem, problems.random_theta(problem))
    cluster = np.arange(problem.moments.levels[0].n_groups)
    total = sum(products(problem, at, cluster))
    information = np.linalg.inv(at.ascent.root.inverse)
    assert_allclose(total[:, :-1], information, rtol=1e-7, atol=1e-9 * np.abs(information).max())
    # Normal equations: the weighted residuals of all rows are orthogonal to X.
    assert_allclose(total[:, -1], 0.0, atol=1e-8 * np.abs(information).max())


def test_lots_of_any_size_give_the_same(pupils, monkeypatch):
    problem = problems.problem_of("y ~ x + (x | d/s/c)", pupils)
    at = evaluate(problem, problems.random_theta(problem))
    cluster = np.array([0, 1])
    wide = np.array(products(problem, at, cluster))
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    single = np.array(products(problem, at, cluster))
    assert len(single) == 2
    assert_allclose(np.sort(single.ravel()), np.sort(wide.ravel()), rtol=1e-7, atol=1e-10)
    together = np.array(products(problem, at, np.array([0, 0])))
    assert_allclose(together.sum(axis=0), wide.sum(axis=0), rtol=1e-6, atol=1e-8)


def test_one_large_cluster_does_not_widen_the_others():
    rng = np.random.default_rng(5)
    schools = np.repeat(np.arange(60), np.where(np.arange(60) == 7, 100, 3))
    classes = np.repeat(np.arange(len(schools)), 4)
    frame = pd.DataFrame({"s": schools[classes], "c": classes, "x": rng.normal(size=len(classes))})
    frame["y"] = frame["x"] + rng.normal(size=len(classes))
    problem = problems.problem_of("y ~ x + (1 | s/c)", frame)
    lots = list(cluster_bases(problem, evaluate(problem, np.ones(2)), np.arange(60)))
    # Three classes, a school and two coefficients; or a hundred classes.
    assert [lot.covariance.shape for lot in lots] == [(59, 6, 6), (1, 103, 103)]
