"""Random effects as the fixed part sees them: Z'PZ from moments, P = I - X (X'X)^-1 X'.

A block with a single effect a group has a column z in Z for each group. Then Z'Z is a diagonal D of
sums of squares, A = Z'X one row a group, and

    Z'PZ = D - A C A',   C = (X'X)^-1,

whose eigenvalues and norms need no matrix with a row for every group: groups of equal D share an
eigenvalue but for at most p of them.

Shapes: G groups, k stored columns (A has the constant first, then all columns but the outcome).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import effect_products, effect_rows
from mlm_core.fits.root import solve_root
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock

FloatArray = NDArray[np.float64]
# Sums of squares that agree to this share are equal, eigenvalues below it zero.
_EQUAL = 1e-10


class Spectrum(NamedTuple):
    """Eigenvalues (m,) above zero, each once, and how often each occurs (m,)."""

    values: FloatArray
    times: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class EffectGeometry:
    """D, A and C of one block of single effects.

    Attributes
    ----------
    block : CovarianceBlock
    squares : ndarray (G,)
        D.
    crossed : ndarray (G, k)
        A.
    inverse : ndarray (k, k)
        C, zero where a column is not in X.
    """

    block: CovarianceBlock
    squares: FloatArray
    crossed: FloatArray
    inverse: FloatArray

    @property
    def trace(self) -> float:
        """Trace of Z'PZ."""
        return float(self.squares.sum() - (self.crossed @ self.inverse * self.crossed).sum())

    @property
    def n_dense(self) -> int:
        """Size of the matrix that :meth:`spectrum` has to decompose."""
        _, times = np.unique(_rounded(self.squares), return_counts=True)
        return int(np.minimum(times, len(self.inverse)).sum())

    def spectrum(self) -> Spectrum:
        """Return the eigenvalues of Z'PZ."""
        values, vectors = np.linalg.eigh(self.inverse)
        root = vectors * np.sqrt(np.clip(values, 0.0, None))
        half = self.crossed @ root  # A C A' = half half'
        rounded = _rounded(self.squares)
        order = np.argsort(rounded, kind="stable")
        distinct, first, times = np.unique(rounded[order], return_index=True, return_counts=True)
        shared = [np.linalg.qr(half[part], mode="r") for part in np.split(order, first[1:])]
        rest = np.vstack(shared)
        diagonal = np.repeat(distinct, [len(part) for part in shared])
        own = np.linalg.eigvalsh(np.diag(diagonal) - rest @ rest.T)
        plain = times - [len(part) for part in shared]
        found = np.concatenate([own, distinct])
        often = np.concatenate([np.ones(len(own), dtype=np.int64), plain])
        kept = (found > _EQUAL * found.max()) & (often > 0)
        return Spectrum(found[kept], often[kept])


def geometry_of(problem: Problem, block: CovarianceBlock) -> EffectGeometry:
    """Return the geometry of a block with a single effect a group."""
    moments = problem.moments
    state = moments.states[block.level + 1]
    rows = effect_rows(state, block)
    root = solve_root(moments.root, moments, problem.fixed)
    return EffectGeometry(
        block,
        squares=np.asarray(effect_products(rows, block)[0, 0], dtype=np.float64),
        crossed=np.asarray(rows[0, :-1].T, dtype=np.float64),
        inverse=np.asarray(root.spread, dtype=np.float64),
    )


def overlap(problem: Problem, one: EffectGeometry, other: EffectGeometry) -> float:
    """Return the squared norm of Z_a'PZ_b for two blocks of nested levels."""
    outer, inner = sorted((one, other), key=lambda each: each.block.level)
    moments = problem.moments
    rows = effect_rows(moments.states[inner.block.level + 1], outer.block)
    cross = np.zeros(rows.shape[-1])
    for index, offset in zip(inner.block.indices, inner.block.offsets, strict=True):
        cross += offset * rows[0, 0]
        if index != NO_COLUMN:
            cross += rows[0, 1 + index]
    parent = np.arange(len(cross))
    for level in range(inner.block.level, outer.block.level, -1):
        parent = moments.levels[level].parent[parent]
    c = outer.inverse
    through = (outer.crossed[parent] @ c * inner.crossed).sum(axis=1)
    squares = (outer.crossed.T @ outer.crossed) @ c @ (inner.crossed.T @ inner.crossed) @ c
    return float((cross**2).sum() - 2.0 * (cross * through).sum() + np.trace(squares))


def _rounded(values: FloatArray) -> FloatArray:
    """Return values with those that differ by rounding only made equal."""
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    is_new = np.diff(ascending, prepend=-np.inf) > _EQUAL * ascending[-1]
    found = np.empty_like(values)
    found[order] = ascending[np.flatnonzero(is_new)[np.cumsum(is_new) - 1]]
    return found
