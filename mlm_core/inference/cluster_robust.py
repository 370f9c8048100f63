"""Cluster-robust standard errors of the fixed effects: right even where V is not.

With V as the fit has it and clusters j that hold whole groups,

    sum_j M X_j' V_j^-1 A_j r_j r_j' A_j V_j^-1 X_j M,    M = (X'V^-1X)^-1.

CR0 has A_j = I; CR1 multiplies CR0 by J / (J - 1) for J clusters; CR2 chooses the symmetric A_j
with A_j (V_j - X_j M X_j') A_j = V_j, which makes the estimate unbiased if V is right (Bell &
McCaffrey 2002; Pustejovsky & Tipton 2018), as R's clubSandwich. Degrees of freedom are
Satterthwaite's for the sandwich itself: with u_j = A_j V_j^-1 X_j M c the estimate of a contrast c
is a quadratic form whose moments follow from u_j'(V_j - X_j M X_k')u_k.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.columns import find_column
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import CrossedGroupsError, ModelError, OneGroupError
from mlm_core.fits.estimates import t_table
from mlm_core.fits.groups import find_level
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.prediction import group_positions
from mlm_core.inference.cluster_bases import ClusterBases, cluster_bases
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
SandwichKind = Literal["CR0", "CR1", "CR2"]
# Share of the largest eigenvalue below which a direction has no residual variance of its own.
_NOTHING_LEFT = 1e-12
# Below this many clusters even CR2 leans on few independent pieces of evidence.
_FEW_CLUSTERS = 10


@dataclass(frozen=True, eq=False)
class ClusterRobust:
    """Fixed effects with cluster-robust standard errors.

    Attributes
    ----------
    coefficients : DataFrame
        Columns term, estimate, se, df, t, p, lower, upper.
    vcov : ndarray (p, p)
    kind : {"CR0", "CR1", "CR2"}
    cluster : str
        Level or column whose groups are the clusters.
    n_clusters : int
    notes : tuple of Note
    """

    coefficients: pd.DataFrame
    vcov: FloatArray
    kind: SandwichKind
    cluster: str
    n_clusters: int
    notes: tuple[Note, ...]


def cluster_robust(
    fit: MixedFit,
    *,
    kind: SandwichKind = "CR2",
    cluster: str | None = None,
    data: Table | None = None,
) -> ClusterRobust:
    """Return the fixed effects with standard errors that do not lean on the fitted variances.

    Parameters
    ----------
    fit : MixedFit
    kind : {"CR0", "CR1", "CR2"}
    cluster : str, optional
        The outermost level (the default), or a column of ``data`` whose groups hold whole groups of
        that level.
    data : DataFrame or any other table, optional
        The fitted rows; needed for a column that is not in the model.

    Raises
    ------
    ModelError
        An unknown kind, or clusters that lie inside the outermost groups: the residuals of two such
        clusters of one group are correlated, and no sandwich may treat them as independent.
    CrossedGroupsError
        A group of the outermost level lies in several clusters.
    OneGroupError
        There is a single cluster.
    """
    if kind not in get_args(SandwichKind):
        raise ModelError(f"The sandwich is 'CR0', 'CR1' or 'CR2', not {kind!r}.")
    outermost = fit.levels[0]
    codes = np.arange(outermost.n_groups)
    name = outermost.name
    if cluster is not None and cluster not in (name, outermost.columns[-1]):
        codes, name = _wider(fit, cluster, data), cluster
    problem, root = fit.problem, fit.at.ascent.root
    n_clusters = int(codes.max()) + 1
    scores, weights, squares = [], [], []
    for bases in cluster_bases(problem, fit.at, codes):
        own = _sandwich_parts(bases, root.inverse, kind)
        scores.append(own.scores)
        weights.append(own.weights)
        squares.append(own.squares)
    every = np.concatenate(scores)
    factor = n_clusters / (n_clusters - 1.0) if kind == "CR1" else 1.0
    vcov = fit.scale.covariance(factor * (root.inverse @ (every.T @ every) @ root.inverse))
    contrasts = fit.scale.matrix @ root.inverse
    df = _degrees_of_freedom(
        contrasts, root.inverse, np.concatenate(weights), np.concatenate(squares)
    )
    table = t_table(fit.terms, fit.beta, np.sqrt(np.diag(vcov)), df)
    notes = (_few_note(n_clusters, name),) if n_clusters < _FEW_CLUSTERS else ()
    return ClusterRobust(table, vcov, kind, name, n_clusters, notes)


@dataclass(frozen=True, eq=False, slots=True)
class _Parts:
    """For each cluster X'V^-1 A r (p,), X'A V^-1 X (p, p) and X'V^-1 A V A V^-1 X (p, p)."""

    scores: FloatArray
    weights: FloatArray
    squares: FloatArray


def _sandwich_parts(bases: ClusterBases, inverse: FloatArray, kind: SandwichKind) -> _Parts:
    v, x = bases.covariance, bases.x
    solved = np.linalg.solve(v, x)  # V^-1 X
    adjusted = solved
    if kind == "CR2":
        adjusted = _adjustment(v, v - x @ inverse @ x.swapaxes(1, 2)) @ solved
    return _Parts(
        scores=np.einsum("bdp,bd->bp", adjusted, bases.residual),
        weights=x.swapaxes(1, 2) @ adjusted,
        squares=adjusted.swapaxes(1, 2) @ v @ adjusted,
    )


def _adjustment(v: FloatArray, left: FloatArray) -> FloatArray:
    """Return the symmetric A with A left A = V, shape (B, d, d), by pseudo-inverse."""
    lower = np.linalg.cholesky(v)
    upper = lower.swapaxes(1, 2)
    inner = upper @ left @ lower
    values, vectors = np.linalg.eigh((inner + inner.swapaxes(1, 2)) / 2.0)
    is_kept = values > _NOTHING_LEFT * values[:, -1:]
    over = np.where(is_kept, 1.0 / np.sqrt(np.where(is_kept, values, 1.0)), 0.0)
    half = lower @ vectors
    return np.asarray((half * over[:, None, :]) @ half.swapaxes(1, 2))


def _degrees_of_freedom(
    contrasts: FloatArray, inverse: FloatArray, weights: FloatArray, squares: FloatArray
) -> FloatArray:
    """Return 2 E^2 / Var of the sandwich of each contrast; ``contrasts`` (rows, p) are c'M."""
    own = np.einsum("rp,jpq,rq->rj", contrasts, squares, contrasts)
    across = np.einsum("jpq,rq->rjp", weights, contrasts)
    leverage = np.einsum("rjp,pq,rjq->rj", across, inverse, across)
    expected = (own - leverage).sum(axis=1)
    spread = np.einsum("rjp,rjq->rpq", across, across) @ inverse
    variance = (own**2 - 2.0 * own * leverage).sum(axis=1)
    variance += np.einsum("rpq,rqp->r", spread, spread)
    return np.asarray(expected**2 / variance)


def _wider(fit: MixedFit, cluster: str, data: Table | None) -> IndexArray:
    """Return the cluster of every outermost group, from a column of the table."""
    outermost = fit.levels[0]
    if any(cluster in (level.name, level.columns[-1]) for level in fit.levels):
        index = find_level(fit.levels, cluster)
        raise ModelError(
            f"Clusters must hold whole groups of {outermost.name}, but {fit.levels[index].name}"
            f" lies inside: two of its groups in one {outermost.name} are correlated, and their"
            f" residuals are not independent evidence. Cluster by {outermost.name}."
        )
    if data is None:
        raise ModelError(
            f"{cluster!r} is not a level of the model: hand over the table too (data=...), so that"
            " its groups can be looked up."
        )
    table = in_memory(data, [cluster, *outermost.columns])
    values = find_column(table, cluster)
    group = group_positions(outermost, table)
    is_used = (group >= 0) & values.notna().to_numpy()
    codes, labels = pd.factorize(values[is_used], sort=True)
    found = np.full(outermost.n_groups, -1, dtype=np.intp)
    found[group[is_used]] = codes
    astray = np.flatnonzero(found[group[is_used]] != codes)
    if len(astray):
        own = group[is_used][astray[0]]
        places = [str(label) for label in labels[[codes[astray[0]], found[own]]]]
        raise CrossedGroupsError(outermost.name, cluster, str(outermost.labels()[own]), places)
    if len(labels) == 1:
        raise OneGroupError(cluster, str(labels[0]))
    if (found < 0).any():
        label = outermost.labels()[int(np.argmin(found))]
        raise ModelError(
            f"No row says in which group of {cluster!r} the group {label} of {outermost.name}"
            " lies: complete the column, or leave that group out of the fit."
        )
    return np.unique(found, return_inverse=True)[1].astype(np.intp)


def _few_note(n_clusters: int, name: str) -> Note:
    message = (
        f"There are only {n_clusters} clusters of {name}. Robust standard errors estimate a"
        " covariance from that many pieces of evidence: read them with their degrees of freedom,"
        " and prefer CR2."
    )
    return Note("few-clusters", "caution", message, {"n_clusters": n_clusters})
