"""The parameters that are profiled, and coordinates in which holding one of them is easy.

Every parameter is held by fixing one coordinate of a vector xi while all others stay free:

    standard deviation of effect i   effect i comes first in its block; with the block's covariance
                                     sigma^2 L L', xi holds sigma L[0,0] in place of L[0,0];
    correlation of effects i and j   these two come first; s and alpha stand for the second row,
                                     L[1,0] = s sin(alpha), L[1,1] = s cos(alpha);
    residual standard deviation      log sigma;
    fixed coefficient                delta, its value; the others are solved for.

So no constraint has to be kept during a search, and boundaries (0, a correlation of one) are
points like any other: the deviance is even around them.

Symbols: y the entries of all L in the order chosen, lam = log sigma, w = (y, lam, delta) what the
deviance is a function of, T the map from stored to user's coefficients of a block. sigma and delta
are in units of the stored outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.elimination import Loading
from mlm_core.fits.structure import CovarianceBlock, Structure, lower_factor
from mlm_core.inference.parameters import Parameter, find_parameters

FloatArray = NDArray[np.float64]
_NONE = -1
_ROUNDING = 1e-6  # angles this near a right one are a correlation of one


@dataclass(frozen=True, eq=False)
class Coordinates:
    """The coordinates that hold one parameter.

    Attributes
    ----------
    parameter : Parameter
    held : int
        Position in xi of the coordinate that is fixed.
    partner : int
        Position of s where alpha is held, else -1.
    basis : ndarray (n_loadings, n_theta)
        From y to the loadings of all spherical effects on stored columns.
    contrast : ndarray (p,)
        The coefficient in stored units, as weights on the stored ones; zeros for others.
    start : ndarray (n_theta + 2,)
        xi at the estimate.
    least, most : float
        Bounds of the held coordinate.
    """

    parameter: Parameter
    held: int
    partner: int
    basis: FloatArray
    contrast: FloatArray
    start: FloatArray
    least: float
    most: float

    def limit(self, direction: float) -> float:
        """Return the boundary of the held coordinate below (-1) or above (1)."""
        return self.least if direction < 0.0 else self.most

    def has_side(self, direction: float) -> bool:
        """Tell whether there is anything between the estimate and the boundary."""
        return bool((self.limit(direction) - self.start[self.held]) * direction > 0.0)


class LoadingBlock(CovarianceBlock):
    """One spherical effect with free loadings on all columns of a block: q entries."""

    @property
    def size(self) -> int:
        """Number of free entries."""
        return self.q

    def loadings(self, theta: NDArray[Any]) -> list[Loading]:
        """Return the one loading."""
        return [self._loading(theta, 0)]


def free_loadings(structure: Structure) -> Structure:
    """Return the structure with q spherical effects of q free loadings for each block."""
    blocks: list[CovarianceBlock] = []
    first = 0
    for block in structure.blocks:
        for _ in range(block.q):
            blocks.append(
                LoadingBlock(
                    block.level, block.columns, block.indices, block.offsets, first, block.to_user
                )
            )
            first += block.q
    return Structure(tuple(blocks), first)


def all_coordinates(
    problem: Problem, theta: FloatArray, sigma: float, map_of_beta: FloatArray, beta: FloatArray
) -> list[Coordinates]:
    """Return coordinates for every parameter: outermost level first, sigma, then coefficients.

    Parameters
    ----------
    problem : Problem
    theta : ndarray (n_theta,)
        The estimate.
    sigma : float
        In units of the stored outcome.
    map_of_beta : ndarray (p, p)
        A, from stored coefficients to the user's, both in units of the stored outcome.
    beta : ndarray (p,)
        Stored coefficients.
    """
    basis, y = _ordered(problem.structure, theta, None, ())
    none, n_theta = np.zeros(problem.p), problem.structure.n_theta
    found = []
    for one in find_parameters(problem):
        start = np.concatenate([y, [np.log(sigma), 0.0]])
        if one.kind == "sd":
            found.append(_deviation(problem, theta, sigma, one))
        elif one.kind == "correlation":
            found.append(_correlation(problem, theta, sigma, one))
        elif one.kind == "sigma":
            found.append(Coordinates(one, n_theta, _NONE, basis, none, start, -np.inf, np.inf))
        else:
            contrast = map_of_beta[one.positions[0]]
            start[-1] = contrast @ beta
            found.append(
                Coordinates(one, n_theta + 1, _NONE, basis, contrast, start, -np.inf, np.inf)
            )
    return found


def _deviation(
    problem: Problem, theta: FloatArray, sigma: float, parameter: Parameter
) -> Coordinates:
    block = problem.structure.blocks[parameter.block]
    basis, y = _ordered(problem.structure, theta, block, parameter.positions)
    start = np.concatenate([y, [np.log(sigma), 0.0]])
    start[block.first] *= sigma
    none = np.zeros(problem.p)
    return Coordinates(parameter, block.first, _NONE, basis, none, start, 0.0, np.inf)


def _correlation(
    problem: Problem, theta: FloatArray, sigma: float, parameter: Parameter
) -> Coordinates:
    block = problem.structure.blocks[parameter.block]
    basis, y = _ordered(problem.structure, theta, block, parameter.positions)
    partner, held = block.entry(1, 0), block.entry(1, 1)
    start = np.concatenate([y, [np.log(sigma), 0.0]])
    s = float(np.hypot(y[partner], y[held]))
    defined = y[block.first] > 0.0 and s > 0.0
    start[partner] = s
    quarter = np.pi / 2.0
    alpha = np.arctan2(y[partner], y[held])
    if abs(alpha) > quarter - _ROUNDING:
        alpha = np.copysign(quarter, alpha)
    start[held] = alpha if defined else np.nan
    none = np.zeros(problem.p)
    return Coordinates(parameter, held, partner, basis, none, start, -quarter, quarter)


def _ordered(
    structure: Structure,
    theta: FloatArray,
    chosen: CovarianceBlock | None,
    effects: Sequence[int],
) -> tuple[FloatArray, FloatArray]:
    """Return the basis and y at ``theta``, with some effects of one block brought first."""
    n_loadings = sum(block.q**2 for block in structure.blocks)
    basis = np.zeros((n_loadings, structure.n_theta))
    y = np.empty(structure.n_theta)
    first = 0
    for block in structure.blocks:
        ahead = tuple(effects) if block is chosen else ()
        order = [*ahead, *(i for i in range(block.q) if i not in ahead)]
        covariance = block.relative_covariance(theta)[np.ix_(order, order)]
        y[block.first : block.first + block.size] = block.entries(lower_factor(covariance))
        back = np.linalg.inv(block.to_user)[:, order]
        for column in range(block.q):
            rows = slice(first + column * block.q, first + (column + 1) * block.q)
            for row in range(column, block.q):
                basis[rows, block.entry(row, column)] = back[:, row]
        first += block.q**2
    return basis, y
