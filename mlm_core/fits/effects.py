"""Conditional modes of the random effects and their conditional standard deviations.

The modes (BLUPs) follow from the descent: b = Lambda u. Given theta and beta, the effects of a
group have covariance sigma^2 Lambda (A^-1 + U G U') Lambda' with A = Lambda'M[z,z] Lambda + I, U =
A^-1 Lambda'M[z,:], M what reaches the level, and G the covariance of what the outer levels hand
down (zero at the outermost; lme4's condVar likewise takes beta as known).

Shapes inside this module: groups first, (G, q, q), for the batched solvers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.layout import Column
from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import Evaluation, effect_products, effect_rows
from mlm_core.fits.structure import NO_COLUMN

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LevelEffects:
    """Modes and covariances of all effects of one level, on the user's scale.

    Attributes
    ----------
    columns : tuple of Column
        What varies, block after block.
    modes : ndarray (q, G)
    covariances : ndarray (G, q, q)
    """

    columns: tuple[Column, ...]
    modes: FloatArray
    covariances: FloatArray


def level_modes(
    problem: Problem, at: Evaluation, level: int
) -> tuple[tuple[Column, ...], FloatArray]:
    """Return what varies at a level and the conditional modes, shape (q, G)."""
    scale = float(problem.moments.scale[-1])
    columns: list[Column] = []
    modes = []
    for block in problem.structure.at_level(level):
        u = {column: values for owner, column, values in at.descent.modes[level] if owner is block}
        spherical = np.stack([u[column] for column in range(block.q)])
        columns += block.columns
        modes.append(scale * (block.to_user @ block.factor(at.theta) @ spherical))
    return tuple(columns), np.concatenate(modes)


def level_effects(problem: Problem, at: Evaluation, level: int) -> LevelEffects:
    """Return modes and conditional covariances at one level (0 the outermost)."""
    handed = _handed_down(problem, at, level)
    columns, modes = level_modes(problem, at, level)
    factor, to_user, rows, products = _level_parts(problem, at, level)
    inverse, u = _posterior(factor, rows, products)
    covariance = inverse + u @ handed @ np.swapaxes(u, 1, 2)
    root = to_user @ factor
    sigma2 = float(at.root.r2) / problem.df * float(problem.moments.scale[-1]) ** 2
    return LevelEffects(columns, modes, sigma2 * (root @ covariance @ root.T))


def _handed_down(problem: Problem, at: Evaluation, level: int) -> FloatArray:
    """Return the covariance of the outer levels' coefficients, shape (G or 1, k, k), beta known."""
    k = problem.moments.k
    spread = np.zeros((1, k, k))
    for outer in range(level):
        factor, _, rows, products = _level_parts(problem, at, outer)
        inverse, u = _posterior(factor, rows, products)
        blocks = problem.structure.at_level(outer)
        enter = np.zeros((k, len(factor)))  # from effects to coefficients of constant and columns
        row = 0
        for block in blocks:
            for index, offset in zip(block.indices, block.offsets, strict=True):
                enter[0, row] += offset
                if index != NO_COLUMN:
                    enter[1 + index, row] += 1.0
                row += 1
        change = enter @ factor
        through = np.eye(k) - change @ u
        spread = through @ spread @ np.swapaxes(through, 1, 2) + change @ inverse @ change.T
        spread = spread[problem.moments.families[outer + 1].parent]
    return spread


def _level_parts(
    problem: Problem, at: Evaluation, level: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return Lambda, T (both block diagonal), M[z, constant and columns] and M[z, z] of a level."""
    blocks = problem.structure.at_level(level)
    state = at.ascent.steps[level][0][2].before
    rows = np.concatenate([effect_rows(state, block) for block in blocks])
    products = np.concatenate([effect_products(rows, block) for block in blocks], axis=1)
    return (
        _diagonal([block.factor(at.theta) for block in blocks]),
        _diagonal([block.to_user for block in blocks]),
        np.moveaxis(rows[:, :-1], -1, 0),
        np.moveaxis(products, -1, 0),
    )


def _posterior(
    factor: FloatArray, rows: FloatArray, products: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return A^-1 (G, q, q) and U (G, q, k)."""
    a = factor.T @ products @ factor + np.eye(len(factor))
    inverse = np.asarray(np.linalg.inv(a), dtype=np.float64)
    return inverse, inverse @ (factor.T @ rows)


def _diagonal(blocks: list[FloatArray]) -> FloatArray:
    size = sum(len(block) for block in blocks)
    found = np.zeros((size, size))
    first = 0
    for block in blocks:
        last = first + len(block)
        found[first:last, first:last] = block
        first = last
    return found
