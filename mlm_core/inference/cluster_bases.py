"""Clusters of rows in few dimensions: what a sandwich needs of V, X and the residuals.

Inside a cluster V / sigma^2 = I + F F' with F the columns of its random effects, so V, and whatever
is made of V and X, leave every direction outside span[Z, X] as it is. Each cluster is therefore
taken to an orthonormal basis of that span, found from the cross-products [Z X r]'[Z X r], which
come from the moments: no row is needed, and a cluster of a thousand rows is as small as one of ten.

Clusters of like size are handled side by side, padded with directions in which nothing happens.

Symbols: d directions, p coefficients, B clusters at a time; coordinates are the constant, the
stored columns and the outcome (k + 1 of them).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import Evaluation
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.packed import unpack
from mlm_core.moments.tree import State

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
# Share of its length that a column must add to those before it to be a direction of its own.
_NEW_DIRECTION = 1e-10
# Clusters whose padded sizes differ by less than this factor stand side by side.
_ALIKE = 1.5
# Entries of padded matrices at a time.
_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class ClusterBases:
    """Some clusters in their bases, in units of the stored columns and of sigma.

    Attributes
    ----------
    covariance : ndarray (B, d, d)
        V / sigma^2.
    x : ndarray (B, d, p)
        X.
    residual : ndarray (B, d)
        y - X beta, as far as it lies in the span.
    """

    covariance: FloatArray
    x: FloatArray
    residual: FloatArray


@dataclass(frozen=True, eq=False)
class _LevelPart:
    """One level's groups, sorted into clusters."""

    level: int
    entering: FloatArray  # (q, k + 1): how the effects enter the coordinates
    factor: FloatArray  # (q, q): Lambda of all blocks of the level
    cluster: IndexArray  # (G,)
    slot: IndexArray  # (G,): running number inside the cluster


def cluster_bases(problem: Problem, at: Evaluation, cluster: IndexArray) -> Iterator[ClusterBases]:
    """Yield all clusters, a few at a time.

    Parameters
    ----------
    problem : Problem
    at : Evaluation
    cluster : ndarray of int (G,)
        Cluster of every group of the outermost level, from zero without gaps.
    """
    parts = _level_parts(problem, at, cluster)
    target = np.vstack([_fixed_coordinates(problem), at.ascent.root.residual_coefficients])
    n_clusters = int(cluster.max()) + 1
    counts = np.stack([np.bincount(part.cluster, minlength=n_clusters) for part in parts])
    width = np.array([len(part.factor) for part in parts]) @ counts
    for chosen in _alike(width, problem.p):
        position = np.full(n_clusters, -1)
        position[chosen] = np.arange(len(chosen))
        sizes = counts[:, chosen].max(axis=1)
        yield _bases(problem, parts, target, position, sizes, len(chosen))


def _alike(width: IndexArray, p: int) -> Iterator[IndexArray]:
    """Cut the clusters into lots of like size that fit into memory."""
    order = np.argsort(width, kind="stable")
    first = 0
    while first < len(order):
        most = _ALIKE * (width[order[first]] + p)
        last = int(np.searchsorted(width[order] + p, most, side="right"))
        at_once = max(1, int(_AT_ONCE / most**2))
        last = min(max(last, first + 1), first + at_once)
        yield order[first:last]
        first = last


def _level_parts(problem: Problem, at: Evaluation, cluster: IndexArray) -> list[_LevelPart]:
    found = []
    moments = problem.moments
    for level in range(len(moments.levels)):
        if level:
            cluster = cluster[moments.families[level].parent]
        blocks = problem.structure.at_level(level)
        rows, total = [], sum(block.q for block in blocks)
        factor, first = np.zeros((total, total)), 0
        for block in blocks:
            rows += [
                _coordinates(moments.k, index, offset)
                for index, offset in zip(block.indices, block.offsets, strict=True)
            ]
            inside = slice(first, first + block.q)
            factor[inside, inside] = block.factor(at.theta)
            first += block.q
        entering = np.array(rows).reshape(total, moments.k + 1)
        found.append(_LevelPart(level, entering, factor, cluster, _slots(cluster)))
    return found


def _slots(cluster: IndexArray) -> IndexArray:
    """Return a running number, from zero, of the members of each cluster."""
    order = np.argsort(cluster, kind="stable")
    starts = np.searchsorted(cluster[order], np.arange(int(cluster.max()) + 1))
    slot = np.empty(len(cluster), dtype=np.intp)
    slot[order] = np.arange(len(cluster)) - starts[cluster[order]]
    return slot


def _coordinates(k: int, index: int, offset: float) -> FloatArray:
    row = np.zeros(k + 1)
    row[0] = offset
    if index != NO_COLUMN:
        row[1 + index] = 1.0
    return row


def _fixed_coordinates(problem: Problem) -> FloatArray:
    """Return how the columns of X enter the coordinates, shape (p, k + 1)."""
    moments = problem.moments
    starts_from_origin = NO_COLUMN not in problem.fixed
    offsets = moments.shift / moments.scale if starts_from_origin else np.zeros(moments.k)
    rows = [
        _coordinates(moments.k, index, 1.0 if index == NO_COLUMN else float(offsets[index]))
        for index in problem.fixed
    ]
    return np.array(rows)


def _bases(
    problem: Problem,
    parts: list[_LevelPart],
    target: FloatArray,
    position: IndexArray,
    sizes: IndexArray,
    n: int,
) -> ClusterBases:
    widths = [len(part.factor) for part in parts]
    firsts = np.concatenate([[0], np.cumsum(sizes * widths)])
    d = int(firsts[-1]) + problem.p
    gram = np.zeros((n, d + 1, d + 1))
    fixed = slice(int(firsts[-1]), d + 1)
    for inner, part in enumerate(parts):
        mine = np.flatnonzero(position[part.cluster] >= 0)
        state = _chosen(problem.moments.states[part.level + 1], mine)
        where = position[part.cluster[mine]]
        own = _places(part, mine, firsts[inner], widths[inner])
        across = _cross(state, part.entering, target)
        columns = np.broadcast_to(np.arange(fixed.start, fixed.stop), (len(mine), problem.p + 1))
        _put(gram, where, own, columns, across)
        ancestor = mine
        for outer in range(inner, -1, -1):
            if outer < inner:
                ancestor = problem.moments.families[outer + 1].parent[ancestor]
            other = parts[outer]
            places = _places(other, ancestor, firsts[outer], widths[outer])
            _put(gram, where, own, places, _cross(state, part.entering, other.entering))
        if inner == 0:
            block = np.moveaxis(_cross(state, target, target), -1, 0)
            np.add.at(gram[:, fixed, fixed], where, block)
    factors = [part.factor for part in parts]
    return _in_bases(gram, factors, firsts, sizes)


def _chosen(state: State, groups: IndexArray) -> State:
    return State(*(values.take(groups, axis=-1) for values in state))


def _places(part: _LevelPart, groups: IndexArray, first: int, width: int) -> IndexArray:
    """Return the columns of the effects of some groups, shape (groups, q)."""
    return np.asarray(first + part.slot[groups][:, None] * width + np.arange(width))


def _cross(state: State, left: FloatArray, right: FloatArray) -> FloatArray:
    """Return the cross-products of two sets of columns in every group, shape (a, b, G)."""
    k = state.k
    at_left = left[:, :1] + left[:, 1:] @ state.means
    at_right = right[:, :1] + right[:, 1:] @ state.means
    inside = np.tensordot(right[:, 1:], unpack(state.products, k), axes=(1, 1))
    inside = np.tensordot(left[:, 1:], inside, axes=(1, 1))
    return np.asarray(inside + state.weight * at_left[:, None] * at_right)


def _put(
    gram: FloatArray, where: IndexArray, rows: IndexArray, columns: IndexArray, values: FloatArray
) -> None:
    """Write cross-products and their transposes into the matrices of their clusters."""
    block = np.moveaxis(values, -1, 0)
    gram[where[:, None, None], rows[:, :, None], columns[:, None, :]] = block
    gram[where[:, None, None], columns[:, :, None], rows[:, None, :]] = block.swapaxes(1, 2)


def _in_bases(
    gram: FloatArray, factors: list[FloatArray], firsts: IndexArray, sizes: IndexArray
) -> ClusterBases:
    """Take cross-products to an orthonormal basis of the first d columns."""
    d = gram.shape[1] - 1
    length = np.sqrt(np.diagonal(gram, axis1=1, axis2=2)[:, :d])
    unit = np.where(length > 0.0, length, 1.0)
    scaled = gram[:, :d, :d] / (unit[:, :, None] * unit[:, None, :])
    values, vectors = np.linalg.eigh(scaled)
    is_kept = values > _NEW_DIRECTION * values[:, -1:]
    root = np.sqrt(np.where(is_kept, values, 0.0))
    columns = root[:, :, None] * vectors.swapaxes(1, 2) * unit[:, None, :]
    over = np.where(is_kept, 1.0, 0.0) / np.where(is_kept, root, 1.0)
    residual = over * np.einsum("bij,bi->bj", vectors, gram[:, :d, d] / unit)
    covariance = np.broadcast_to(np.eye(d), (len(gram), d, d)).copy()
    for factor, first, size in zip(factors, firsts, sizes, strict=False):
        q = len(factor)
        effects = columns[:, :, first : first + size * q].reshape(len(gram), d, size, q)
        loaded = (effects @ factor).reshape(len(gram), d, size * q)
        covariance += loaded @ loaded.swapaxes(1, 2)
    return ClusterBases(covariance, columns[:, :, firsts[-1] :], residual)
