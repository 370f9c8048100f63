"""X'V^-1X and log |V| with their first and second derivatives in the variances and covariances.

V = sigma^2 I + sum gamma_i G_i is linear in its parameters (the residual variance, and for each
block every variance and covariance of its effects), so that with C any columns

    d (C'V^-1C) / d gamma_i            = -C'V^-1 G_i V^-1 C,
    d^2 (C'V^-1C) / d gamma_i d gamma_j =  C'V^-1 (G_i V^-1 G_j + G_j V^-1 G_i) V^-1 C,
    d^2 log |V| / d gamma_i d gamma_j   = -tr(V^-1 G_i V^-1 G_j):

everything Kenward & Roger (1997) ask for. The derivatives climb the hierarchy with the moments.
With N = C'V^-1C of a group after its level's effects are taken out, F_i = E_i N[z,:] (E_i the
symmetric unit of a parameter) and T = I - z W'/A, W = M z, A = 1 + z'Mz of an eliminated effect,

    own parameters:    dN_i = -N[:,z] F_i,   d^2 N_ij = F_i' N[z,z] F_j + its transpose,
    inner parameters:  dN = T'dM T,          d^2 N_ij = T'd^2M T - (b_i b_j' + b_j b_i') / A,
                       b_i = T'dM_i z,

and the residual variance follows from homogeneity (Euler): V doubles when all parameters do.
Parameters are relative to sigma^2, which is set to one here.

Shapes: K = k columns, the constant first and without the outcome; r parameters so far.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.layout import INTERCEPT
from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import Evaluation, effect_products, effect_rows
from mlm_core.fits.elimination import Elimination
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock
from mlm_core.inference.elimination_maps import elimination_map
from mlm_core.moments.tree import Family

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CovarianceDerivatives:
    """Derivatives at one theta; parameters innermost level first, the residual variance last.

    Attributes
    ----------
    information : ndarray (p, p)
        X'V^-1X.
    first : ndarray (m, p, p)
        Its first derivatives.
    second : ndarray (m, m, p, p)
        Its second derivatives.
    log_det : ndarray (m, m)
        Second derivatives of log |V|.
    """

    information: FloatArray
    first: FloatArray
    second: FloatArray
    log_det: FloatArray


@dataclass(eq=False)
class _Climb:
    """Derivatives of C'V^-1C for all groups of one level, and of log |V| summed so far."""

    first: list[FloatArray] = field(default_factory=list)
    second: dict[tuple[int, int], FloatArray] = field(default_factory=dict)
    log_first: list[float] = field(default_factory=list)
    log_second: dict[tuple[int, int], float] = field(default_factory=dict)


def covariance_derivatives(problem: Problem, at: Evaluation) -> CovarianceDerivatives:
    """Return the derivatives at an evaluated theta."""
    climb = _Climb()
    values: list[float] = []
    for level in reversed(range(len(problem.moments.levels))):
        for _, _, record in at.ascent.steps[level]:
            _through(climb, record)
        blocks = problem.structure.at_level(level)
        _own(climb, at, level, blocks, problem.moments.families[level])
        for block in blocks:
            factor = block.factor(at.theta)
            relative = factor @ factor.T
            values += [relative[a, b] for a in range(block.q) for b in range(a + 1)]
    return _at_root(problem, at, climb, np.array(values))


def _through(climb: _Climb, record: Elimination) -> None:
    """Take the derivatives of inner parameters through one eliminated effect of their parents."""
    if not climb.first:
        return
    z, transform = elimination_map(record)
    images, quadratics = [], []
    for index, change in enumerate(climb.first):
        image = np.einsum("ijg,jg->ig", change, z)
        quadratics.append(np.einsum("ig,ig->g", image, z) / record.pivot)
        images.append(np.einsum("ijg,ig->jg", transform, image))
        climb.log_first[index] += float(quadratics[-1].sum())
        climb.first[index] = _congruent(change, transform)
    for (i, j), change in climb.second.items():
        inner = np.einsum("ig,ijg,jg->g", z, change, z) / record.pivot
        climb.log_second[i, j] += float((inner - quadratics[i] * quadratics[j]).sum())
        product = images[i][:, None] * (images[j] / record.pivot)
        moved = _congruent(change, transform)
        climb.second[i, j] = moved - product - product.swapaxes(0, 1)


def _congruent(change: FloatArray, transform: FloatArray) -> FloatArray:
    half = np.einsum("ijg,jbg->ibg", change, transform)
    return np.asarray(np.einsum("iag,ibg->abg", transform, half))


def _own(
    climb: _Climb, at: Evaluation, level: int, blocks: list[CovarianceBlock], family: Family
) -> None:
    """Add the parameters of one level and sum everything over the groups of each parent."""
    state = at.ascent.outputs[level]
    n_inner = len(climb.first)
    gathered = _Climb([_sum(change, family) for change in climb.first])
    gathered.second = {pair: _sum(change, family) for pair, change in climb.second.items()}
    gathered.log_first, gathered.log_second = climb.log_first, climb.log_second
    if blocks:
        all_rows = [effect_rows(state, block) for block in blocks]
        stacked = np.concatenate(all_rows)
        products = np.concatenate([effect_products(stacked, block) for block in blocks], axis=1)
        known = stacked[:, :-1]
        units = _units(blocks)
        entering = _entering(blocks, state.k)
        inner = [np.tensordot(entering, change, axes=1) for change in climb.first]
        for a, b in units:
            _add_own(gathered, (a, b), known, products, family)
            position = len(gathered.first) - 1
            for index, rows in enumerate(inner):
                _add_cross(gathered, (index, position), (a, b), rows, known, entering, family)
        _add_pairs(gathered, n_inner, units, known, products, family)
    climb.first, climb.second = gathered.first, gathered.second


def _units(blocks: list[CovarianceBlock]) -> list[tuple[int, int]]:
    """Return the positions (row, column) of every parameter among all effects of a level."""
    found, first = [], 0
    for block in blocks:
        found += [(first + a, first + b) for a in range(block.q) for b in range(a + 1)]
        first += block.q
    return found


def _entering(blocks: list[CovarianceBlock], k: int) -> FloatArray:
    """Return how each effect enters the columns, shape (q, K)."""
    rows = []
    for block in blocks:
        for index, offset in zip(block.indices, block.offsets, strict=True):
            row = np.zeros(k)
            row[0] = offset
            if index != NO_COLUMN:
                row[1 + index] = 1.0
            rows.append(row)
    return np.array(rows)


def _sum(values: FloatArray, family: Family) -> FloatArray:
    return np.asarray(np.add.reduceat(values, family.starts, axis=-1))


def _unit_rows(unit: tuple[int, int]) -> list[tuple[int, int]]:
    """Return which row of N[z,:] an E_i puts where: (to, from)."""
    a, b = unit
    return [(a, a)] if a == b else [(a, b), (b, a)]


def _outer(unit: tuple[int, int], left: FloatArray, right: FloatArray) -> FloatArray:
    """Return the products of the rows that E_i brings together, shape (K, K, groups)."""
    products = [left[to][:, None] * right[source] for to, source in _unit_rows(unit)]
    return np.asarray(sum(products))


def _keep(
    climb: _Climb, pair: tuple[int, int], half: FloatArray, log_change: float, family: Family
) -> None:
    """Keep a second derivative, of which ``half`` is one half of a symmetric sum."""
    climb.second[pair] = _sum(half + half.swapaxes(0, 1), family)
    climb.log_second[pair] = log_change


def _add_own(
    climb: _Climb,
    unit: tuple[int, int],
    known: FloatArray,
    products: FloatArray,
    family: Family,
) -> None:
    climb.first.append(_sum(-_outer(unit, known, known), family))
    climb.log_first.append(
        sum(float(products[to, source].sum()) for to, source in _unit_rows(unit))
    )


def _add_cross(
    climb: _Climb,
    pair: tuple[int, int],
    unit: tuple[int, int],
    rows: FloatArray,
    known: FloatArray,
    entering: FloatArray,
    family: Family,
) -> None:
    """Add the second derivative in an inner parameter, whose dN[z,:] is ``rows``, and an own."""
    log_change = sum(float((entering[source] @ rows[to]).sum()) for to, source in _unit_rows(unit))
    _keep(climb, pair, -_outer(unit, rows, known), log_change, family)


def _add_pairs(
    climb: _Climb,
    first: int,
    units: list[tuple[int, int]],
    known: FloatArray,
    products: FloatArray,
    family: Family,
) -> None:
    """Add the second derivatives in two parameters of one level."""
    for j, unit in enumerate(units):
        for i in range(j + 1):
            half: FloatArray = np.zeros(1)
            log_change = 0.0
            for to, source in _unit_rows(units[i]):
                for other, other_source in _unit_rows(unit):
                    # F_i' N[z,z] F_j, and tr(E_i N[z,z] E_j N[z,z]).
                    inner = products[to, other]
                    half = half + known[source][:, None] * (inner * known[other_source])
                    log_change -= float((inner * products[other_source, source]).sum())
            _keep(climb, (first + i, first + j), half, log_change, family)


def _at_root(
    problem: Problem, at: Evaluation, climb: _Climb, values: FloatArray
) -> CovarianceDerivatives:
    """Keep the fixed columns, and complete by homogeneity in all parameters."""
    enter = _fixed_columns(problem)
    p, m = problem.p, len(values) + 1
    information = np.linalg.inv(at.ascent.root.inverse)
    first, second = np.zeros((m, p, p)), np.zeros((m, m, p, p))
    log_first, log_second = np.zeros(m), np.zeros((m, m))
    for i, change in enumerate(climb.first):
        first[i] = enter @ change[..., 0] @ enter.T
        log_first[i] = climb.log_first[i]
    for (i, j), change in climb.second.items():
        second[i, j] = second[j, i] = enter @ change[..., 0] @ enter.T
        log_second[i, j] = log_second[j, i] = climb.log_second[i, j]
    first[-1] = -information - np.tensordot(values, first[:-1], axes=1)
    log_first[-1] = problem.moments.n_rows - values @ log_first[:-1]
    for i in range(m):
        second[-1, i] = second[i, -1] = -2.0 * first[i] - np.tensordot(
            values, second[:-1, i], axes=1
        )
        log_second[-1, i] = log_second[i, -1] = -log_first[i] - values @ log_second[:-1, i]
    return CovarianceDerivatives(information, first, second, log_second)


def _fixed_columns(problem: Problem) -> FloatArray:
    """Return how the fixed coefficients enter the columns, shape (p, K)."""
    moments = problem.moments
    enter = np.zeros((problem.p, moments.k))
    starts_from_origin = INTERCEPT not in moments.layout.fixed
    for row, index in enumerate(problem.fixed):
        if index == NO_COLUMN:
            enter[row, 0] = 1.0
            continue
        enter[row, 1 + index] = 1.0
        if starts_from_origin:
            enter[row, 0] = moments.shift[index] / moments.scale[index]
    return enter
