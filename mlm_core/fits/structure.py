"""Covariance parameters: from theta to what each spherical effect loads on, and back to variances.

Cov(b) = sigma^2 Lambda Lambda' for each block of random effects, Lambda lower triangular with its
free entries in theta, column by column, innermost level first (lme4's order). Inside, columns are
centred and scaled. A block with an intercept and an unstructured covariance does not care where
its columns are centred, so it uses them as they are stored; any other block keeps the user's
origin, because a shift would change the model, and says so by an ``offset`` on the constant.

Symbols: q effects in a block, D = Lambda Lambda' (relative to sigma^2), T the map from stored to
user's coefficients, b_user = T b.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.fits.elimination import Loading
from mlm_core.moments.moments import Moments

FloatArray = NDArray[np.float64]
NO_COLUMN = -1
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class CovarianceBlock:
    """One block of random effects in stored columns.

    Attributes
    ----------
    level : int
        Index into the levels, outermost 0.
    columns : tuple of Column
        The block's q columns, as the user names them.
    indices : tuple of int
        Stored column of each effect, ``NO_COLUMN`` for the intercept.
    offsets : ndarray, shape (q,)
        Weight of each effect on the constant.
    first : int
        Position of the block's first entry in theta; q (q + 1) / 2 entries follow.
    to_user : ndarray, shape (q, q)
        T.
    """

    level: int
    columns: tuple[Column, ...]
    indices: tuple[int, ...]
    offsets: FloatArray
    first: int
    to_user: FloatArray

    @property
    def q(self) -> int:
        """Number of effects."""
        return len(self.columns)

    @property
    def size(self) -> int:
        """Number of free entries."""
        return self.q * (self.q + 1) // 2

    def entry(self, row: int, column: int) -> int:
        """Return the position in theta of Lambda[row, column], row >= column."""
        return self.first + column * self.q - column * (column - 1) // 2 + row - column

    def factor(self, theta: NDArray[Any]) -> NDArray[Any]:
        """Return Lambda in stored columns, shape (q, q, ...) for theta of shape (n_theta, ...)."""
        found = np.zeros((self.q, self.q, *theta.shape[1:]), dtype=theta.dtype)
        for column in range(self.q):
            for row in range(column, self.q):
                found[row, column] = theta[self.entry(row, column)]
        return found

    def entries(self, factor: FloatArray) -> FloatArray:
        """Return theta's entries for a lower triangular Lambda."""
        return np.concatenate([factor[column:, column] for column in range(self.q)])

    def relative_covariance(self, theta: FloatArray) -> FloatArray:
        """Return D in the user's columns, shape (q, q), relative to the residual variance."""
        factor = self.to_user @ self.factor(theta)
        return np.asarray(factor @ factor.T)

    def loadings(self, theta: NDArray[Any]) -> list[Loading]:
        """Return the loading of each spherical effect; theta has shape (n_theta, ...)."""
        return [self._loading(theta, column) for column in range(self.q)]

    def _loading(self, theta: NDArray[Any], column: int) -> Loading:
        constant: Any = 0.0
        weights = []
        for row in range(column, self.q):
            weight = theta[self.entry(row, column)]
            if theta.ndim > 1:  # a trailing axis lets parallel weights broadcast over groups
                weight = weight[..., None]
            if self.offsets[row]:
                constant = constant + self.offsets[row] * weight
            if self.indices[row] != NO_COLUMN:
                weights.append((self.indices[row], weight))
        return Loading(constant, tuple(weights))


@dataclass(frozen=True, eq=False)
class Structure:
    """All blocks of a model over its moments.

    Attributes
    ----------
    blocks : tuple of CovarianceBlock
        Innermost level first.
    n_theta : int
        Number of covariance parameters.
    """

    blocks: tuple[CovarianceBlock, ...]
    n_theta: int

    @cached_property
    def has_only_intercepts(self) -> bool:
        """Whether every random effect is an intercept, at most one a level."""
        levels = {block.level for block in self.blocks}
        return 0 < len(self.blocks) == len(levels) and all(
            block.indices == (NO_COLUMN,) for block in self.blocks
        )

    def at_level(self, level: int) -> list[CovarianceBlock]:
        """Return the blocks of one level in order."""
        return [block for block in self.blocks if block.level == level]


def build_structure(moments: Moments) -> Structure:
    """Lay out the covariance parameters of a model over its moments."""
    blocks: list[CovarianceBlock] = []
    first = 0
    for block in moments.layout.blocks:
        made = _block(moments, block.level, block.columns, first)
        blocks.append(made)
        first += made.size
    return Structure(tuple(blocks), first)


def _block(moments: Moments, level: int, columns: Sequence[Column], first: int) -> CovarianceBlock:
    q = len(columns)
    indices = tuple(
        NO_COLUMN if name == INTERCEPT else moments.columns.index(name) for name in columns
    )
    to_user = np.eye(q)
    offsets = np.zeros(q)
    centred = INTERCEPT in columns
    for row, index in enumerate(indices):
        if index == NO_COLUMN:
            offsets[row] = 1.0
            continue
        to_user[row, row] = 1.0 / moments.scale[index]
        if centred:
            to_user[columns.index(INTERCEPT), row] = -moments.shift[index] / moments.scale[index]
        else:
            offsets[row] = moments.shift[index] / moments.scale[index]
    return CovarianceBlock(level, tuple(columns), indices, offsets, first, to_user)


def least_deviation(factor: FloatArray) -> float:
    """Return the smallest singular value of Lambda: the least relative standard deviation."""
    if len(factor) == 1:
        return abs(float(factor[0, 0]))
    return float(np.linalg.svd(factor, compute_uv=False)[-1])


def lower_factor(matrix: FloatArray) -> FloatArray:
    """Return a lower triangular L with L L' = matrix for any positive semidefinite matrix.

    The diagonal is not negative; a singular matrix gives zeros where a Cholesky factor would fail.
    """
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    triangular = np.asarray(np.linalg.qr(root.T, mode="r")).T
    triangular[np.abs(triangular) < _ROUNDING * np.abs(triangular).max(initial=0.0)] = 0.0
    signs = np.where(np.diag(triangular) < 0.0, -1.0, 1.0)
    return np.asarray(triangular * signs)
