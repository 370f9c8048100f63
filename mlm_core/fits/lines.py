"""One level with intercepts and slopes: both walks at once, from the groups' own lines.

Where a single level has a random intercept and slope, a group tells of them through its own
least-squares lines alone. With D the products of constant and slope variable z in a group, and C_c
= (intercept, slope) of its line of column c on z, slope zero where z does not vary,

    c'V^-1 d = P_cd + sum over groups of C_c' A C_d,        A = (D^-1 + Sigma)^-1,

P the products that the lines leave over, Sigma = Lambda Lambda'. A is the precision of a group's
own line: its own error and the spread of the groups in one. For two effects

    A = (D + |D| adj Sigma) / a,    a = |I + D Sigma| = 1 + tr(D Sigma) + |D| |Sigma|,

in which nothing large is subtracted, and which holds for singular D and Sigma too. L is the sum of
log a, and with e = C v, v = (-beta, 1), what the root leaves of a group's line,

    d r2 / d Sigma = -sum A e e' A,    d (L + log |M_XX|) / d Sigma = sum A - A C M_XX^-1 C' A.

No theta changes D and C, and most sums over groups are products of matrices. Several outcomes over
the same predictors (:mod:`mlm_core.inference.replicate_walks`) share all lines but their own. The
general walks (:mod:`mlm_core.fits.criterion`, :mod:`mlm_core.fits.descent`) give the same numbers
for any random effects.

Shapes: B outcomes, or B theta for one outcome, or both; entries 11, 12 and 22 of a symmetric 2 x 2
matrix for every group (3, B, G), intercepts and slopes of lines (2, B, G).

References
----------
Raudenbush & Bryk (2002), Hierarchical Linear Models, chapter 3: coefficients as outcomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.root import Root, Walk, solve
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock
from mlm_core.moments.moments import NO_VARIATION, Moments
from mlm_core.moments.packed import pairs, position

Array = NDArray[Any]
Floats = NDArray[np.float64]


def has_lines(moments: Moments, blocks: Sequence[CovarianceBlock]) -> bool:
    """Tell whether the random effects are an intercept and a slope of one level, correlated."""
    return (
        len(moments.levels) == len(blocks) == 1
        and blocks[0].q == 2
        and blocks[0].indices[0] == NO_COLUMN
    )


@dataclass(frozen=True, eq=False)
class GroupLines:
    """The groups' own lines, and all else that no theta changes.

    Attributes
    ----------
    moments : Moments
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
    outcome : ndarray (2, B, G)
        Lines of the outcome.
    beyond_outcome : ndarray (B, k)
        P of the outcome with all columns, itself last.
    """

    moments: Moments
    block: CovarianceBlock
    products: Floats
    determinant: Floats
    lines: Floats
    crossed: Floats
    beyond: Floats
    outcome: Floats
    beyond_outcome: Floats

    def chosen(self, which: NDArray[Any]) -> GroupLines:
        """Return the same with some of the outcomes."""
        return replace(
            self,
            outcome=self.outcome[:, which],
            beyond_outcome=self.beyond_outcome[which],
        )

    def walk(self, theta: Array, fixed: tuple[int, ...], *, is_restricted: bool) -> Walk:
        """Walk up and down.

        Parameters
        ----------
        theta : ndarray (3, B)
        fixed : tuple of int
            As :attr:`mlm_core.fits.criterion.Problem.fixed`.
        is_restricted : bool
            Whether the gradient of L has that of log |M_XX| (REML).
        """
        factor = self.block.factor(theta)
        rise, precision = self._precisions(factor)
        root = self._root(precision, fixed)
        log_det = precision.sum(axis=-1)
        if is_restricted:
            log_det = log_det - _sums_between(precision, self._spread(root.spread))
        weighed = _times(precision, self._residual(root.residual_coefficients))
        r2 = -np.stack([_sums(*both) for both in combinations_with_replacement(weighed, 2)])
        return Walk(
            np.log1p(rise.real).sum(axis=-1),
            root,
            _by_theta(self.block, factor, log_det),
            _by_theta(self.block, factor, r2),
        )

    def innermost(self, theta: Floats, v: Floats) -> Floats:
        """Return v of every group with its own effects, (k + 1, G), for one theta and outcome."""
        factor = self.block.factor(theta[:, None])
        _, precision = self._precisions(factor)
        weighed = _times(precision, self._residual(v[:, None]))
        constant, slope = _times(_square(factor)[..., None], weighed)
        found = np.repeat(v[:, None], self.determinant.size, axis=1)
        found[0] -= constant[0]
        found[1 + self.block.indices[1]] -= slope[0]
        return found

    def _precisions(self, factor: Array) -> tuple[Array, Array]:
        """Return a - 1, shape (B, G), and A for every group."""
        sigma, size = _square(factor), (factor[0, 0] * factor[1, 1]) ** 2
        rise = np.stack([sigma[0], 2.0 * sigma[1], sigma[2]], axis=-1) @ self.products
        rise += size[:, None] * self.determinant
        precision = np.stack([sigma[2], -sigma[1], sigma[0]])[..., None] * self.determinant
        precision += self.products[:, None]
        precision /= 1.0 + rise
        return rise, precision

    def _root(self, precision: Array, fixed: tuple[int, ...]) -> Root:
        """Sum the groups, and solve."""
        k = self.lines.shape[1]
        table = np.empty((k + 1, k + 1, precision.shape[1]), precision.dtype)
        packed = _dot(self.crossed, precision.swapaxes(1, 2)).sum(axis=0)
        table[:-1, :-1] = packed[position(k)]
        table[1:-1, 1:-1] += self.beyond[..., None]
        weighed = _times(precision, self.outcome)
        right = _dot(self.lines[0], weighed[0].T) + _dot(self.lines[1], weighed[1].T)
        right[1:] += self.beyond_outcome[:, :-1].T
        table[:-1, -1] = table[-1, :-1] = right
        table[-1, -1] = self.beyond_outcome[:, -1]
        table[-1, -1] += _sums(weighed[0], self.outcome[0]) + _sums(weighed[1], self.outcome[1])
        kappa = table[0, 0]
        means = table[0, 1:] / kappa
        products = table[1:, 1:] - table[1:, :1] * means
        return solve(kappa, means, products, self.moments, fixed)

    def _residual(self, v: Array) -> Array:
        """Return e, what coefficients leave of each group's line."""
        return np.asarray(self.outcome + _dot(v[:-1].T, self.lines))

    def _spread(self, spread: Array) -> Array:
        """Return C M_XX^-1 C' of every group from M_XX^-1, shape (k, k, B)."""
        rows, columns = pairs(len(spread))
        packed = spread[rows, columns]
        packed[rows != columns] *= 2.0
        found = _dot(packed.T, self.crossed)
        found[1] /= 2.0
        return found


def group_lines(moments: Moments, block: CovarianceBlock) -> GroupLines:
    """Return the lines of all groups, for a model of :func:`has_lines`.

    ``moments`` may be those of several outcomes
    (:class:`mlm_core.inference.replicated_moments.ReplicatedMoments`).
    """
    k, counts, where = len(moments.shift), moments.counts, position(len(moments.shift))
    means = moments.means.reshape(-1, k, len(counts))
    products = moments.products.reshape(len(moments.products), -1, len(counts))
    inside = moments.inside.reshape(-1, k, k)
    z, y = block.indices[1], k - 1
    along, middle = products[where[z, z], 0], means[0, z]
    varies = along > NO_VARIATION * counts
    over = np.where(varies, 1.0 / np.where(varies, along, 1.0), 0.0)
    with_z, with_y = products[where[z, :y], 0], products[where[z, y]]
    lines = np.zeros((2, k, len(counts)))
    lines[0, 0], lines[1, 1:] = 1.0, with_z * over
    lines[0, 1:] = means[0, :y] - middle * lines[1, 1:]
    slopes = with_y * over
    beyond = inside[:, y].copy()
    beyond[:, :-1] -= slopes @ with_z.T
    beyond[:, -1] -= _sums(slopes, with_y)
    return GroupLines(
        moments=moments,
        block=block,
        products=np.stack([counts, counts * middle, along + counts * middle**2]),
        determinant=counts * along,
        lines=lines,
        crossed=_crossed(lines),
        beyond=inside[0, :y, :y] - lines[1, 1:] @ with_z.T,
        outcome=np.stack([means[:, y] - middle * slopes, slopes]),
        beyond_outcome=beyond,
    )


def _crossed(lines: Floats) -> Floats:
    rows, columns = pairs(lines.shape[1])
    (one, slope), (other, other_slope) = lines[:, rows], lines[:, columns]
    return np.stack([one * other, one * other_slope + slope * other, slope * other_slope])


def _square(factor: Array) -> Array:
    """Return Sigma, shape (3, B)."""
    (first, _), (lower, second) = factor
    return np.stack([first**2, first * lower, lower**2 + second**2])


def _dot(left: Array, right: Array) -> Array:
    """Return left @ right, one of them real: faster than to make it complex."""
    if np.isrealobj(left) and np.isrealobj(right):
        return np.asarray(left @ right)
    found = np.empty(
        (*np.broadcast_shapes(left.shape[:-2], right.shape[:-2]), left.shape[-2], right.shape[-1]),
        np.complex128,
    )
    found.real = left.real @ right.real
    found.imag = left @ right.imag if np.isrealobj(left) else left.imag @ right
    return found


def _times(matrix: Array, line: Array | tuple[Array, Array]) -> tuple[Array, Array]:
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
