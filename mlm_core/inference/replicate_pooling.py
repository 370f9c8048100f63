"""Pooled and unpooled estimates of many replicates side by side, from the same moments.

Pooled is ordinary least squares over all rows, with the textbook's standard error (naive) and one
that allows rows of an outermost group to be alike (cluster-robust, CR1 with groups - 1 degrees of
freedom, as :mod:`mlm_core.fits.pooled`). Unpooled gives every innermost group a level of its own:
only what varies inside groups is left to estimate from.

Shapes: R replicates, p fixed coefficients, G innermost groups.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.inference.replicate_tests import ReplicateTests
from mlm_core.inference.replicated_moments import ReplicatedMoments
from mlm_core.moments.packed import unpack

Floats = NDArray[np.float64]
# Share of a column's variation inside groups below which it is a column of the groups.
_OF_GROUPS = 1e-10


def pooled_tests(
    problem: Problem, moments: ReplicatedMoments, contrasts: Floats
) -> tuple[ReplicateTests, ReplicateTests]:
    """Estimate contrasts (c, p) by least squares; return naive and cluster-robust tests.

    The model has an intercept, and it is the first coefficient.
    """
    columns = list(problem.fixed[1:])
    counts, n, p = moments.counts, moments.n_rows, problem.p
    x, y = moments.means[0, columns], moments.means[:, -1]
    full = unpack(moments.products, moments.k)
    inside_x, inside_xy = full[np.ix_(columns, columns)][:, :, 0], full[columns, -1]
    ones = np.vstack([np.ones_like(counts), x])
    cross = np.einsum("ig,jg,g->ij", ones, ones, counts)
    cross[1:, 1:] += inside_x.sum(axis=-1)
    right = np.einsum("ig,rg->ri", ones * counts, y)
    right[:, 1:] += inside_xy.sum(axis=-1).T
    bread = np.linalg.inv(cross)
    beta = right @ bread
    total = full[-1, -1].sum(axis=-1) + (y**2) @ counts
    sigma2 = (total - (beta * right).sum(axis=1)) / (n - p)
    estimate = beta @ contrasts.T
    naive_se = np.sqrt(
        np.einsum("ci,ij,cj->c", contrasts, bread, contrasts)[None] * sigma2[:, None]
    )
    scores = np.empty((len(y), p, len(counts)))
    scores[:, 0] = counts * (y - beta @ ones)
    scores[:, 1:] = scores[:, :1] * x + inside_xy.swapaxes(0, 1)
    scores[:, 1:] -= np.einsum("ijg,rj->rig", inside_x, beta[:, 1:])
    scores = np.add.reduceat(scores, _outer_starts(moments), axis=-1)
    n_clusters = scores.shape[-1]
    through = np.einsum("ci,ij,rjg->rcg", contrasts, bread, scores)
    factor = n_clusters / (n_clusters - 1.0) * (n - 1.0) / (n - p)
    robust_se = np.sqrt(factor * (through**2).sum(axis=-1))
    return (
        ReplicateTests(estimate, naive_se, np.full_like(naive_se, n - p)),
        ReplicateTests(estimate, robust_se, np.full_like(robust_se, n_clusters - 1.0)),
    )


def unpooled_tests(
    problem: Problem, moments: ReplicatedMoments
) -> tuple[list[int], ReplicateTests]:
    """Estimate the coefficients of what varies inside the innermost groups.

    Returns their places among the fixed coefficients, and tests in stored units.
    """
    inside = moments.inside
    varies = np.diagonal(inside[0]) > _OF_GROUPS * moments.n_rows
    places = [place for place, column in enumerate(problem.fixed) if column >= 0 and varies[column]]
    columns = [problem.fixed[place] for place in places]
    bread = np.linalg.inv(inside[0][np.ix_(columns, columns)])
    right = inside[:, columns, -1]
    beta = right @ bread
    df = moments.n_rows - len(moments.counts) - len(columns)
    sigma2 = (inside[:, -1, -1] - (beta * right).sum(axis=1)) / df
    se = np.sqrt(np.diag(bread) * sigma2[:, None])
    return places, ReplicateTests(beta, se, np.full_like(se, float(df)))


def _outer_starts(moments: ReplicatedMoments) -> NDArray[np.intp]:
    """Return where the innermost groups of each outermost group begin."""
    families = moments.families
    starts = np.arange(len(families[0].parent))
    for family in families[1:]:
        starts = family.starts[starts]
    return starts
