"""Replicates of one level with intercepts and slopes: both walks at once, from groups' own lines.

Where a single level has a random intercept and slope, a group tells of them through its own
least-squares lines alone. With D the products of constant and slope variable z in a group, and C_c
= (intercept, slope) of its line of column c on z, slope zero where z does not vary,

    c'V^-1 d = P_cd + sum over groups of C_c' A C_d,        A = (D^-1 + Sigma)^-1,

P the products that the lines leave over, Sigma = Lambda Lambda': what a group's own line is worth,
its own error and the spread of the groups in one ("slopes as outcomes", Raudenbush & Bryk 2002).
For two effects

    A = (D + |D| adj Sigma) / a,    a = |I + D Sigma| = 1 + tr(D Sigma) + |D| |Sigma|,

in which nothing large is subtracted, and which holds for singular D and Sigma too. L is the sum of
log a, and with e = C v, v = (-beta, 1), what the root leaves of a group's line,

    d r2 / d Sigma = -sum A e e' A,    d (L + log |M_XX|) / d Sigma = sum A - A C M_XX^-1 C' A.

Replicates share their groups and predictors, so D and all lines but the outcome's are the same in
each, and most sums over groups are products of matrices.

Shapes: B replicates; entries 11, 12 and 22 of a symmetric 2 x 2 matrix for every group (3, B, G),
intercepts and slopes of lines (2, B, G).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.intercepts import Walk
from mlm_core.fits.root import Root, solve
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock
from mlm_core.inference.replicated_moments import ReplicatedMoments
from mlm_core.moments.moments import NO_VARIATION
from mlm_core.moments.packed import pairs, position

Array = NDArray[Any]
Floats = NDArray[np.float64]


def only_lines(problem: Problem) -> bool:
    """Tell whether the random effects are an intercept and a slope of one level, correlated."""
    blocks = problem.structure.blocks
    return (
        len(problem.moments.levels) == len(blocks) == 1
        and blocks[0].q == 2
        and blocks[0].indices[0] == NO_COLUMN
    )


@dataclass(frozen=True, eq=False)
class _Shared:
    """What all replicates have in common.

    Attributes
    ----------
    block : CovarianceBlock
    products : ndarray (3, G)
        D.
    determinant : ndarray (G,)
        |D|.
    lines : ndarray (2, k, G)
        Of the constant and of all columns but the outcome.
    crossed : ndarray (3, k (k + 1) / 2, G)
        Of each pair of these lines, the factors of the entries of A in C_c' A C_d.
    beyond : ndarray (k - 1, k - 1)
        P of the columns.
    """

    block: CovarianceBlock
    products: Floats
    determinant: Floats
    lines: Floats
    crossed: Floats
    beyond: Floats


@dataclass(frozen=True, eq=False)
class ReplicateLines:
    """Replicates that can be walked; see :mod:`mlm_core.inference.replicate_walks`.

    Attributes
    ----------
    problem : Problem
    moments : ReplicatedMoments
        Of all replicates there are.
    shared : _Shared
    places : ndarray (B,)
        Where these replicates stand in the moments.
    outcome : ndarray (2, B, G)
        Lines of the outcome.
    beyond : ndarray (B, k)
        P of the outcome with all columns, itself last.
    """

    problem: Problem
    moments: ReplicatedMoments
    shared: _Shared
    places: NDArray[np.intp]
    outcome: Floats
    beyond: Floats

    def chosen(self, which: NDArray[Any]) -> ReplicateLines:
        """Return some of the replicates."""
        return replace(
            self,
            places=self.places[which],
            outcome=self.outcome[:, which],
            beyond=self.beyond[which],
        )

    def alone(self, replicate: int) -> Problem:
        """Return the problem of a single replicate."""
        return replace(self.problem, moments=self.moments.one(int(self.places[replicate])))

    def walk(self, theta: Array) -> Walk:
        """Walk up and down; theta is (n_theta, B)."""
        shared = self.shared
        factor = shared.block.factor(theta)
        rise, worth = _worth(shared, factor)
        root = self._root(worth)
        bend = worth.sum(axis=-1)
        if self.problem.method == "REML":
            bend = bend - _sums_between(worth, _spread_of_lines(shared, root.spread))
        left = _times(worth, self._left(root))
        fall = -np.stack([_sums(*both) for both in combinations_with_replacement(left, 2)])
        return Walk(
            np.log1p(rise.real).sum(axis=-1),
            root,
            _by_theta(shared.block, factor, bend),
            _by_theta(shared.block, factor, fall),
        )

    def _root(self, worth: Array) -> Root:
        """Sum the groups, and solve."""
        shared = self.shared
        k = shared.lines.shape[1]
        table = np.empty((k + 1, k + 1, worth.shape[1]), worth.dtype)
        packed = (shared.crossed @ worth.swapaxes(1, 2)).sum(axis=0)
        table[:-1, :-1] = packed[position(k)]
        table[1:-1, 1:-1] += shared.beyond[..., None]
        weighed = _times(worth, self.outcome)
        right = shared.lines[0] @ weighed[0].T + shared.lines[1] @ weighed[1].T
        right[1:] += self.beyond[:, :-1].T
        table[:-1, -1] = table[-1, :-1] = right
        table[-1, -1] = self.beyond[:, -1]
        table[-1, -1] += _sums(weighed[0], self.outcome[0]) + _sums(weighed[1], self.outcome[1])
        kappa = table[0, 0]
        means = table[0, 1:] / kappa
        products = table[1:, 1:] - table[1:, :1] * means
        return solve(kappa, means, products, self.problem.moments, self.problem.fixed)

    def _left(self, root: Root) -> Array:
        """Return e, what the root's coefficients leave of each group's line."""
        return np.asarray(self.outcome + root.residual_coefficients[:-1].T @ self.shared.lines)


def replicate_lines(problem: Problem, moments: ReplicatedMoments) -> ReplicateLines:
    """Return the lines of all groups in all replicates, for a model of :func:`only_lines`."""
    shared, over = _shared(problem, moments)
    z, y = problem.structure.blocks[0].indices[1], moments.k - 1
    where = position(moments.k)
    with_y = moments.products[where[z, y]]
    slopes = with_y * over
    beyond = moments.inside[:, y].copy()
    beyond[:, :-1] -= slopes @ moments.products[where[z, :y], 0].T
    beyond[:, -1] -= _sums(slopes, with_y)
    outcome = np.stack([moments.means[:, y] - moments.means[0, z] * slopes, slopes])
    places = np.arange(len(moments.means))
    return ReplicateLines(problem, moments, shared, places, outcome, beyond)


def _shared(problem: Problem, moments: ReplicatedMoments) -> tuple[_Shared, Floats]:
    """Return what replicates have in common, and 1 / S_zz of each group, zero for S_zz zero."""
    block, k, counts = problem.structure.blocks[0], moments.k, moments.counts
    z, where = block.indices[1], position(k)
    along, middle = moments.products[where[z, z], 0], moments.means[0, z]
    varies = along > NO_VARIATION * counts
    over = np.where(varies, 1.0 / np.where(varies, along, 1.0), 0.0)
    with_z = moments.products[where[z, : k - 1], 0]
    lines = np.zeros((2, k, len(counts)))
    lines[0, 0], lines[1, 1:] = 1.0, with_z * over
    lines[0, 1:] = moments.means[0, : k - 1] - middle * lines[1, 1:]
    rows, columns = pairs(k)
    (one, slope), (other, other_slope) = lines[:, rows], lines[:, columns]
    shared = _Shared(
        block=block,
        products=np.stack([counts, counts * middle, along + counts * middle**2]),
        determinant=counts * along,
        lines=lines,
        crossed=np.stack([one * other, one * other_slope + slope * other, slope * other_slope]),
        beyond=moments.inside[0][: k - 1, : k - 1] - lines[1, 1:] @ with_z.T,
    )
    return shared, over


def _worth(shared: _Shared, factor: Array) -> tuple[Array, Array]:
    """Return a - 1, shape (B, G), and A for every group."""
    (first, _), (lower, second) = factor
    sigma = np.stack([first**2, first * lower, lower**2 + second**2])
    size = (first * second) ** 2
    known = np.stack([*shared.products, shared.determinant])
    rise = np.stack([sigma[0], 2.0 * sigma[1], sigma[2], size], axis=-1) @ known
    adjugate = np.stack([sigma[2], -sigma[1], sigma[0]])
    worth = adjugate[..., None] * shared.determinant
    worth += shared.products[:, None]
    worth /= 1.0 + rise
    return rise, worth


def _spread_of_lines(shared: _Shared, spread: Array) -> Array:
    """Return C M_XX^-1 C' of every group from M_XX^-1, shape (k, k, B)."""
    rows, columns = pairs(len(spread))
    packed = spread[rows, columns]
    packed[rows != columns] *= 2.0
    found = packed.T @ shared.crossed
    found[1] /= 2.0
    return np.asarray(found)


def _times(matrix: Array, line: Array) -> tuple[Array, Array]:
    """Return matrix times line."""
    one, both, other = matrix
    return one * line[0] + both * line[1], both * line[0] + other * line[1]


def _sums(values: Array, others: Array) -> Array:
    """Return the sums over groups of the products of values."""
    return np.asarray(np.einsum("bg,bg->b", values, others))


def _sums_between(outer: Array, inner: Array) -> Array:
    """Return the sums over groups of outer inner outer, shape (3, B)."""
    one, both, other = outer
    upper, lower = _times(outer, inner[:2]), _times(outer, inner[1:])
    return np.stack(
        [
            _sums(upper[0], one) + _sums(lower[0], both),
            _sums(upper[0], both) + _sums(lower[0], other),
            _sums(upper[1], both) + _sums(lower[1], other),
        ]
    )


def _by_theta(block: CovarianceBlock, factor: Array, gradient: Array) -> Array:
    """Turn derivatives by Sigma, (3, B), into derivatives by theta: 2 (d / d Sigma) Lambda."""
    (first, _), (lower, second) = factor
    one, both, other = gradient
    found = np.empty((block.size, *first.shape), first.dtype)
    for (row, column), value in (
        ((0, 0), one * first + both * lower),
        ((1, 0), both * first + other * lower),
        ((1, 1), other * second),
    ):
        found[block.entry(row, column) - block.first] = 2.0 * value
    return found
