"""The full deviance at many points side by side, with first and second derivatives.

With the loadings of all spherical effects linear in y
(:mod:`mlm_core.inference.profile_parameters`)

    f(y, lam, delta) = L(y) + n (log 2 pi + 2 lam) + r2(y, delta) exp(-2 lam),

the deviance of full maximum likelihood before sigma is profiled out, in units of the stored
outcome. Holding a coefficient c'beta at delta adds (delta - c'beta^)^2 / c'Cc to r2, C = M_XX^-1,
and moves the other coefficients along C c; the walk down from these gives the gradient by the
envelope theorem. Second derivatives in y come by complex step, all others in closed form. The chain
rule then takes them to the coordinates xi.

Shapes: W points side by side, last axis of y (n_theta, W) inside, first axis of all results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem, ascend
from mlm_core.fits.descent import descend
from mlm_core.fits.intercepts import walk
from mlm_core.fits.root import Root
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.inference.profile_parameters import Coordinates, free_loadings

FloatArray = NDArray[np.float64]
Array = NDArray[Any]
_STEP = 1e-20
# Groups times evaluations handled at a time, to bound memory.
_PARALLEL_GROUPS = 60_000


class Derivatives(NamedTuple):
    """Value (W,), gradient (W, m) and Hessian (W, m, m) in some coordinates."""

    value: FloatArray
    gradient: FloatArray
    hessian: FloatArray


@dataclass(frozen=True, eq=False)
class Points:
    """Coordinates of W points stacked.

    Attributes
    ----------
    held, partner : ndarray (W,)
    is_deviation, is_fixed : ndarray (W,)
        Whether the held coordinate is a standard deviation or a coefficient.
    basis : ndarray (W, n_loadings, n_theta)
    contrast : ndarray (W, p)
    """

    held: NDArray[np.intp]
    partner: NDArray[np.intp]
    is_deviation: NDArray[np.bool_]
    is_fixed: NDArray[np.bool_]
    basis: FloatArray
    contrast: FloatArray

    def chosen(self, which: NDArray[Any] | slice) -> Points:
        """Return some of the points."""
        return Points(
            self.held[which],
            self.partner[which],
            self.is_deviation[which],
            self.is_fixed[which],
            self.basis[which],
            self.contrast[which],
        )


def stacked(coordinates: Sequence[Coordinates]) -> Points:
    """Stack the coordinates of several points."""
    kinds = np.array([one.parameter.kind for one in coordinates])
    return Points(
        held=np.array([one.held for one in coordinates]),
        partner=np.array([one.partner for one in coordinates]),
        is_deviation=kinds == "sd",
        is_fixed=kinds == "fixed",
        basis=np.stack([one.basis for one in coordinates]),
        contrast=np.stack([one.contrast for one in coordinates]),
    )


class ProfileDeviance:
    """The deviance of a model as a function of xi, for any coordinates."""

    def __init__(self, problem: Problem) -> None:
        self._problem = replace(problem, structure=free_loadings(problem.structure))
        self._n_theta = problem.structure.n_theta
        self._n = problem.moments.n_rows
        self._enter = _coefficients_of_columns(problem)
        groups = len(problem.moments.counts) * max(self._n_theta, 1)
        self._at_once = max(1, _PARALLEL_GROUPS // groups)

    def __call__(self, points: Points, xi: FloatArray) -> Derivatives:
        """Return the derivatives in xi, shape (W, n_theta + 2)."""
        parts = []
        for first in range(0, len(xi), self._at_once):
            some = slice(first, first + self._at_once)
            parts.append(self._derivatives(points.chosen(some), xi[some]))
        return Derivatives(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def _derivatives(self, points: Points, xi: FloatArray) -> Derivatives:
        w = _natural(points, xi, self._n_theta)
        return _chained(points, xi, w, self._of_natural(points, w), self._n_theta)

    def _of_natural(self, points: Points, w: FloatArray) -> Derivatives:
        """Return value, gradient and Hessian in w = (y, lam, delta)."""
        m, width = self._n_theta, len(w)
        loadings = np.einsum("wlt,wt->lw", points.basis, w[:, :m])
        steps = 1j * _STEP * np.moveaxis(points.basis, 1, 0)
        holding = _Holding(self._enter, points, w[:, m + 1], m)
        log_pivots, parts = self._walked(loadings[..., None] + steps, holding)
        r2, slope, bend = holding.r2, holding.slope, holding.bend
        gradients = [np.einsum("wlt,lwd->wtd", points.basis, part) for part in parts]
        shrink = np.exp(-2.0 * w[:, m])
        residual = r2[:, 0].real * shrink
        of_r2 = gradients[1][..., 0].real * shrink[:, None]
        value = log_pivots.real + residual
        value += self._n * (np.log(2.0 * np.pi) + 2.0 * w[:, m])
        gradient = np.empty((width, m + 2))
        gradient[:, :m] = gradients[0][..., 0].real + of_r2
        gradient[:, m] = 2.0 * (self._n - residual)
        gradient[:, m + 1] = slope[:, 0].real * shrink
        hessian = np.zeros((width, m + 2, m + 2))
        second = (gradients[0].imag + gradients[1].imag * shrink[:, None, None]) / _STEP
        hessian[:, :m, :m] = (second + second.swapaxes(1, 2)) / 2.0
        _set(hessian, m, slice(0, m), -2.0 * of_r2)
        hessian[:, m, m] = 4.0 * residual
        _set(hessian, m + 1, slice(0, m), slope.imag / _STEP * shrink[:, None])
        _set(hessian, m + 1, m, -2.0 * gradient[:, m + 1])
        hessian[:, m + 1, m + 1] = bend * shrink
        return Derivatives(value, gradient, hessian)

    def _walked(self, theta: Array, holding: _Holding) -> tuple[Array, tuple[Array, Array]]:
        """Return L (W,) and the gradients of L and r2 for theta of shape (n_loadings, W, m)."""
        problem, shape = self._problem, theta.shape
        if problem.structure.has_only_intercepts:
            found = walk(problem, theta.reshape(shape[0], -1), hold=holding)
            gradients = found.log_det_gradient, found.r2_gradient
            one, other = (part.reshape(shape) for part in gradients)
            return np.reshape(found.log_pivots, shape[1:])[:, 0], (one, other)
        ascent = ascend(problem, theta)
        ascent = ascent._replace(root=holding(ascent.root))
        descent = descend(problem, ascent, shape[1:])
        log_pivots = np.broadcast_to(ascent.log_pivots, shape[1:])[:, 0]
        return log_pivots, (descent.log_det_gradient, descent.r2_gradient)


class _Holding:
    """Holds the coefficients concerned at the root, and keeps r2 with its derivatives by delta.

    Attributes
    ----------
    r2, slope : ndarray (W, m)
        r2 and its first derivative, complex.
    bend : ndarray (W,)
        Its second derivative.
    """

    r2: Array
    slope: Array
    bend: FloatArray

    def __init__(self, enter: FloatArray, points: Points, delta: FloatArray, m: int) -> None:
        self._enter, self._points, self._delta = enter, points, delta
        self._shape = (len(delta), m)

    def __call__(self, root: Root) -> Root:
        """Return the root with the coefficients held."""
        c, is_fixed, shape = self._points.contrast, self._points.is_fixed[:, None], self._shape
        inverse = self._spread(root.inverse, 2)
        along = np.einsum("ijwd,wj->iwd", inverse, c)
        variance = np.where(is_fixed, np.einsum("iwd,wi->wd", along, c), 1.0)
        estimate = np.einsum("iwd,wi->wd", self._spread(root.beta, 1), c)
        miss = np.where(is_fixed, self._delta[:, None] - estimate, 0.0)
        self.r2 = np.reshape(root.r2, shape) + miss**2 / variance
        self.slope = 2.0 * miss / variance
        self.bend = np.where(self._points.is_fixed, 2.0 / variance[:, 0].real, 0.0)
        v = self._spread(root.residual_coefficients, 1).copy()
        v[:-1] -= np.tensordot(self._enter, along * (miss / variance), axes=1)
        behind = root.residual_coefficients.shape[1:]
        return root._replace(residual_coefficients=v.reshape(len(v), *behind))

    def _spread(self, values: Array, axes: int) -> Array:
        """Return values of the root with the points on two axes."""
        first = values.shape[:axes]
        behind = values.shape[axes:]
        flat = behind if behind == self._shape else (int(np.prod(self._shape)),)
        return np.broadcast_to(values, (*first, *flat)).reshape(*first, *self._shape)


def _coefficients_of_columns(problem: Problem) -> FloatArray:
    """Return how stored coefficients enter the constant and the columns, shape (k, p)."""
    moments = problem.moments
    found = np.zeros((moments.k, problem.p))
    has_intercept = NO_COLUMN in problem.fixed
    for position, index in enumerate(problem.fixed):
        found[1 + index if index != NO_COLUMN else 0, position] = 1.0
        if not has_intercept:  # the root then keeps columns at the user's origin
            found[0, position] = moments.shift[index] / moments.scale[index]
    return found


def _set(hessian: FloatArray, row: int, columns: slice | int, values: FloatArray) -> None:
    hessian[:, row, columns] = hessian[:, columns, row] = values


def _natural(points: Points, xi: FloatArray, n_theta: int) -> FloatArray:
    """Return w at xi."""
    w = xi.copy()
    rows = np.flatnonzero(points.is_deviation)
    held = points.held[rows]
    w[rows, held] = xi[rows, held] * np.exp(-xi[rows, n_theta])
    rows = np.flatnonzero(points.partner >= 0)
    s, alpha = xi[rows, points.partner[rows]], xi[rows, points.held[rows]]
    w[rows, points.partner[rows]] = s * np.sin(alpha)
    w[rows, points.held[rows]] = s * np.cos(alpha)
    return w


def _chained(
    points: Points, xi: FloatArray, w: FloatArray, at: Derivatives, n_theta: int
) -> Derivatives:
    """Take derivatives in w to derivatives in xi."""
    width, size = xi.shape
    jacobian = np.broadcast_to(np.eye(size), (width, size, size)).copy()  # d w / d xi
    bend = np.zeros((width, size, size))
    rows = np.flatnonzero(points.is_deviation)
    held, shrink = points.held[rows], np.exp(-xi[rows, n_theta])
    slope = at.gradient[rows, held]
    jacobian[rows, held, held] = shrink
    jacobian[rows, held, n_theta] = -w[rows, held]
    bend[rows, held, n_theta] = bend[rows, n_theta, held] = -slope * shrink
    bend[rows, n_theta, n_theta] = slope * w[rows, held]
    rows = np.flatnonzero(points.partner >= 0)
    held, partner = points.held[rows], points.partner[rows]
    s, sine, cosine = xi[rows, partner], np.sin(xi[rows, held]), np.cos(xi[rows, held])
    by_sine, by_cosine = at.gradient[rows, partner], at.gradient[rows, held]
    jacobian[rows, partner, partner], jacobian[rows, partner, held] = sine, s * cosine
    jacobian[rows, held, partner], jacobian[rows, held, held] = cosine, -s * sine
    mixed = by_sine * cosine - by_cosine * sine
    bend[rows, partner, held] = bend[rows, held, partner] = mixed
    bend[rows, held, held] = -s * (by_sine * sine + by_cosine * cosine)
    turned = np.swapaxes(jacobian, 1, 2)
    gradient = (turned @ at.gradient[..., None])[..., 0]
    return Derivatives(at.value, gradient, turned @ at.hessian @ jacobian + bend)
