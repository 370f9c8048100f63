"""Profiles followed outwards from the estimate, all parameters and both sides at once.

A path holds one coordinate at a value, settles all others there by Newton's method with exact
second derivatives, and goes on. With zeta the signed root of the rise of the deviance,

    d zeta / d a = (d f / d a) / (2 zeta)

at the settled point (envelope theorem), which gives the next value to hold, and the tangent of the
other coordinates, -H^-1 (d^2 f / d others d a), where to start from. A path ends where zeta has
reached far enough, or at a boundary.

Symbols: a the held coordinate, f the deviance, zeta not negative in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import NotConvergedError
from mlm_core.inference.profile_deviance import Derivatives, Points, ProfileDeviance

FloatArray = NDArray[np.float64]
_STEP = 0.6  # aimed rise of zeta from one point of a path to the next
_GROWTH = 4.0  # how much longer a step may be than the one before
_FIRST = 0.2  # first step where the deviance is flat, in units of the stored outcome
_MOST_POINTS = 60
_MOST_STEPS = 80
# Expected falls of the deviance: below the first a last Newton step settles a point; what it leaves
# is of the order of its root cubed.
_SETTLED = 1e-6
_FLAT = 1e-9
_NEGATIVE = -1e-6
_KICK = 0.1


class Settled(NamedTuple):
    """Points with all free coordinates at their best.

    Attributes
    ----------
    xi : ndarray (W, m)
    value : ndarray (W,)
        Deviance.
    slope : ndarray (W,)
        Its derivative by the held coordinate.
    bend : ndarray (W,)
        Its second derivative along the profile.
    tangent : ndarray (W, m)
        Derivative of xi along the profile; one for the held coordinate.
    """

    xi: FloatArray
    value: FloatArray
    slope: FloatArray
    bend: FloatArray
    tangent: FloatArray


@dataclass(frozen=True, eq=False)
class Path:
    """One side of a profile, outwards from the estimate.

    Attributes
    ----------
    a, zeta, slope : ndarray (points,)
        Held coordinate, zeta >= 0, and d zeta / d a (signed).
    xi : ndarray (points, m)
    lowest : float
        Deviance at the estimate.
    ends_at_boundary : bool
    """

    a: FloatArray
    zeta: FloatArray
    slope: FloatArray
    xi: FloatArray
    lowest: float
    ends_at_boundary: bool


def settle(deviance: ProfileDeviance, points: Points, xi: FloatArray) -> Settled:
    """Bring the free coordinates of all points to their best."""
    xi = xi.copy()
    at = deviance(points, xi)
    share = np.ones(len(xi))
    move = _newton(points, at)
    active = np.flatnonzero(move.fall > _SETTLED)
    for _ in range(_MOST_STEPS):
        if not len(active):
            break
        chosen = points.chosen(active)
        trial_xi = xi[active] + share[active, None] * move.step[active]
        trial = deviance(chosen, trial_xi)
        better = trial.value <= at.value[active] + 1e-12 * np.abs(at.value[active])
        share[active] = np.where(better, 1.0, 0.25 * share[active])
        taken = active[better]
        xi[taken] = trial_xi[better]
        for all_of, new in zip(at, trial, strict=True):
            all_of[taken] = new[better]
        move = _newton(points, at)
        active = np.flatnonzero((move.fall > _SETTLED) & (share > 1e-12))
    else:
        raise NotConvergedError(
            "A profile of the likelihood could not be followed to its end. Please report this with"
            " the model and, if you can, the table."
        )
    return _finished(points, xi, at, move)


class _Move(NamedTuple):
    """Newton steps (W, m), their expected falls (W,), and -H^-1 of the held column (W, m)."""

    step: FloatArray
    fall: FloatArray
    tangent: FloatArray


def _newton(points: Points, at: Derivatives) -> _Move:
    """Return Newton steps in the free coordinates, downhill where the deviance bends down."""
    width, size = at.gradient.shape
    rows = np.arange(width)
    fixed = np.zeros((width, size), dtype=bool)
    fixed[rows, points.held] = fixed[:, -1] = True
    gradient = np.where(fixed, 0.0, at.gradient)
    of_held = np.where(fixed, 0.0, at.hessian[rows, points.held])
    hessian = np.where(fixed[:, :, None] | fixed[:, None, :], 0.0, at.hessian)
    scale = np.sqrt(np.abs(np.diagonal(hessian, axis1=1, axis2=2)))
    scale[scale == 0.0] = 1.0
    hessian = hessian / (scale[:, :, None] * scale[:, None, :])
    hessian[:, np.arange(size), np.arange(size)] += fixed
    values, vectors = np.linalg.eigh(hessian)
    bent = np.maximum(np.abs(values), _FLAT)
    turned = np.swapaxes(vectors, 1, 2)

    def solved(right: FloatArray) -> tuple[FloatArray, FloatArray]:
        parts = (turned @ (right / scale)[..., None])[..., 0]
        return (vectors @ (parts / bent)[..., None])[..., 0] / scale, (parts**2 / bent).sum(axis=1)

    step, fall = solved(-gradient)
    tangent, _ = solved(-of_held)
    # Where nothing pulls but the deviance bends down, as at a false zero, leave along that bend.
    stuck = (fall <= _SETTLED) & (values[:, 0] < _NEGATIVE)
    step = np.where(stuck[:, None], _KICK * vectors[:, :, 0] / scale, step)
    fall = np.where(stuck, -values[:, 0], fall)
    return _Move(step, fall, tangent)


def _finished(points: Points, xi: FloatArray, at: Derivatives, move: _Move) -> Settled:
    """Take the last, tiny, Newton step in what is returned."""
    rows = np.arange(len(xi))
    small = np.where(move.fall <= _SETTLED, 1.0, 0.0)
    step = move.step * small[:, None]
    of_held = at.hessian[rows, points.held]
    slope = at.gradient[rows, points.held] + (of_held * step).sum(axis=1)
    tangent = move.tangent
    tangent[rows, points.held] = 1.0
    bend = (of_held * tangent).sum(axis=1)
    return Settled(xi + step, at.value - 0.5 * move.fall * small, slope, bend, tangent)


@dataclass(frozen=True, eq=False)
class Sides:
    """Which paths are to be followed.

    Attributes
    ----------
    points : Points
        One for each path.
    start : ndarray (W, m)
        xi at the estimate.
    direction : ndarray (W,)
        Plus or minus one.
    limit : ndarray (W,)
        Where the held coordinate has its boundary on that side; infinite where it has none.
    """

    points: Points
    start: FloatArray
    direction: FloatArray
    limit: FloatArray

    def chosen(self, which: NDArray[np.intp]) -> Sides:
        """Return some of the paths."""
        return Sides(
            self.points.chosen(which), self.start[which], self.direction[which], self.limit[which]
        )


def follow(deviance: ProfileDeviance, sides: Sides, *, reach: float) -> list[Path]:
    """Follow all paths until zeta reaches ``reach`` or the boundary."""
    width, held = len(sides.start), sides.points.held
    first = settle(deviance, sides.points, sides.start)
    lowest = first.value
    slope = np.sqrt(np.maximum(first.bend, 0.0) / 2.0)
    a = first.xi[np.arange(width), held]
    records = [[(a[w], 0.0, sides.direction[w] * slope[w], first.xi[w])] for w in range(width)]
    xi, tangent = first.xi.copy(), first.tangent
    longest = np.where(slope > 0.0, np.inf, _FIRST)
    ended = np.zeros(width, dtype=bool)
    active = np.arange(width)
    for _ in range(_MOST_POINTS):
        length = np.minimum(_STEP / np.maximum(slope, 1e-300), longest)
        goal = a + sides.direction * length
        beyond = (goal - sides.limit) * sides.direction >= 0.0
        goal = np.where(beyond, sides.limit, goal)
        start = xi[active] + tangent[active] * (goal - a)[active, None]
        start[np.arange(len(active)), held[active]] = goal[active]
        found = settle(deviance, sides.points.chosen(active), start)
        zeta = np.sqrt(np.maximum(found.value - lowest[active], 0.0))
        steep = rise_of_zeta(found, zeta)
        longest[active] = _GROWTH * np.abs(goal - a)[active]
        xi[active], tangent[active], a[active] = found.xi, found.tangent, goal[active]
        slope[active] = steep * sides.direction[active]
        for place, w in enumerate(active):
            records[w].append((a[w], zeta[place], steep[place], found.xi[place]))
        ended[active] = beyond[active]
        active = active[~beyond[active] & (zeta < reach)]
        if not len(active):
            break
    return [
        _path(record, float(low), bool(end))
        for record, low, end in zip(records, lowest, ended, strict=True)
    ]


def rise_of_zeta(found: Settled, zeta: FloatArray) -> FloatArray:
    """Return d zeta / d a of settled points."""
    away = zeta > 1e-6
    return np.where(away, found.slope / (2.0 * np.where(away, zeta, 1.0)), 0.0)


def _path(record: list[tuple[float, float, float, FloatArray]], lowest: float, ends: bool) -> Path:
    a, zeta, slope, xi = zip(*record, strict=True)
    # Where the deviance is flat, as for a correlation with an effect at zero, rounding goes up and
    # down.
    rising = np.maximum.accumulate(zeta)
    return Path(np.array(a), rising, np.array(slope), np.array(xi), lowest, ends)
