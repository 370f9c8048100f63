"""Random intercepts only, one theta: criterion, gradient and Hessian from one pass over branches.

With tau = theta^2 of a level, kappa' = kappa / (1 + tau kappa) and a as in
:mod:`mlm_core.fits.intercepts`, let A be the root's cross-products of (1, columns, outcome). What
theta does to it are sums over the groups of a level,

    dA / d tau = -Q,  Q = sum kappa'^2 a a',      dL / d tau = N = sum kappa' - kappa'^2 l,

which need nothing of the root. A pass can therefore go branch by branch, up and down while the
groups' arrays are in cache, and the groups of a level are never held at once. Derivatives of Q and
N follow in the same pass by the chain rule: tau of a level moves what is above it and, through the
parents, the level itself, so the rest of the Hessian is known by symmetry. At the root, with S =
M_XX^-1 and v = (-beta, 1),

    d r2 = v' dA v,              d^2 r2 = v' d^2A v - 2 v' dA S dA v,
    d log |M_XX| = tr S dA,      d^2 log |M_XX| = tr S d^2A - tr S dA S dA,      dS = -S dA S.

Symbols: t = n_theta; levels outermost first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.root import Root, Walk, solve
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.tree import Branch, Family

FloatArray = NDArray[np.float64]
_add = np.add.reduce
# Groups that share a logarithm.
_TOGETHER = 4
_UNKNOWN = np.empty(0)


class Bend(NamedTuple):
    """Second derivatives in theta.

    Attributes
    ----------
    log_det, r2 : ndarray (t, t)
        Hessians of L (with log |M_XX| for REML) and of r2.
    inverse : ndarray (p, p, t)
        Derivative of M_XX^-1.
    """

    log_det: FloatArray
    r2: FloatArray
    inverse: FloatArray


class _Level(NamedTuple):
    """One level of a branch: arrays over its groups."""

    entry: int | None
    tau: float
    family: Family
    pivot: FloatArray
    weight: FloatArray  # kappa'
    weight_above: FloatArray  # kappa of the parents
    deviations: FloatArray  # d
    a: FloatArray = _UNKNOWN  # both are known on the way down only
    handed: FloatArray = _UNKNOWN  # l


class _Pass:
    """What the branches add up to.

    Attributes
    ----------
    log_pivots : float
        L.
    weight, means, products : ndarray (branches,), (k, branches), (k, k)
        Weight and means of every branch; products inside them, summed.
    own, squares : ndarray (t,), (t, k + 1, k + 1)
        N and Q.
    own_change, squares_change : ndarray (t, t), (t, t, k + 1, k + 1)
        Derivatives [by tau of a level, of a level around it or itself]; zeros elsewhere.
    """

    def __init__(self, problem: Problem, theta: FloatArray) -> None:
        moments, t = problem.moments, len(theta)
        self._moments, self._theta = moments, theta
        self._entries = {block.level: block.first for block in problem.structure.blocks}
        size = moments.k + 1
        self.log_pivots = 0.0
        self.weight = np.empty(len(moments.branches))
        self.means = np.empty((moments.k, len(moments.branches)))
        self.products = moments.inside.copy()
        self.own, self.squares = np.zeros(t), np.zeros((t, size, size))
        self.own_change, self.squares_change = np.zeros((t, t)), np.zeros((t, t, size, size))

    def add(self, place: int, branch: Branch) -> list[_Level]:
        """Add one branch; return its levels, outermost first."""
        kappa = self._moments.counts[branch.groups]
        means = self._moments.means[:, branch.groups]
        levels = []
        for depth in reversed(range(len(branch.families))):
            family, entry = branch.families[depth], self._entries.get(depth)
            tau = 0.0 if entry is None else float(self._theta[entry]) ** 2
            pivot = tau * kappa
            self.log_pivots += _log_product(pivot)
            pivot += 1.0
            weight = kappa / pivot
            kappa, means, deviations = family.gathered(weight, means)
            self.products += (deviations * weight) @ deviations.T
            levels.append(_Level(entry, tau, family, pivot, weight, kappa, deviations))
        self.weight[place], self.means[:, place] = kappa[0], means[:, 0]
        return self._down(levels[::-1], means)

    def _down(self, levels: list[_Level], means: FloatArray) -> list[_Level]:
        """Hand a and l down and add up N and Q."""
        found: list[_Level] = []
        a = np.concatenate([np.ones((1, 1)), means])
        handed = np.zeros(1)
        for risen in levels:
            parent = risen.family.parent
            level = risen._replace(a=a.take(parent, -1), handed=handed.take(parent))
            level.a[1:] += level.deviations
            found.append(level)
            if level.entry is not None:
                square, weighted = level.weight * level.weight, level.a * level.weight
                self.own[level.entry] += _add(level.weight) - square @ level.handed
                self.squares[level.entry] += weighted @ weighted.T
            if len(found) < len(levels):
                a = level.a / level.pivot
                handed = (level.tau + level.handed / level.pivot) / level.pivot
        return found

    def add_changes(self, levels: list[_Level]) -> None:
        """Add how N and Q of a branch change with every tau."""
        for depth, level in enumerate(levels):
            if level.entry is not None:
                self._add_changes(level.entry, levels[: depth + 1])

    def _add_changes(self, entry: int, levels: list[_Level]) -> None:
        """Let tau of the innermost of some levels change, and follow it up and down."""
        weights, means = _changes_up(levels)
        a, handed = np.zeros((len(self.means) + 1, 1)), np.zeros(1)
        for level, weight, mean in zip(levels, weights, means, strict=True):
            a, handed = a.take(level.family.parent, -1), handed.take(level.family.parent)
            a[1:] += mean
            square, both = level.weight * level.weight, level.weight * weight
            if level.entry is not None:
                half = (level.a * both + a * square) @ level.a.T
                self.squares_change[entry, level.entry] += half + half.T
                own = _add(weight) - 2.0 * (both @ level.handed) - square @ handed
                self.own_change[entry, level.entry] += own
            if level is not levels[-1]:
                rise = level.tau * weight  # of the pivot, over its square
                a = a / level.pivot - level.a * rise
                a[1:] -= mean
                handed = handed / level.pivot**2
                handed -= rise * (level.tau + 2.0 * level.handed / level.pivot)


def _log_product(rises: FloatArray) -> float:
    """Return the sum of log (1 + rise), with one logarithm for some groups together."""
    n = len(rises) // _TOGETHER
    first, *others = rises[: n * _TOGETHER].reshape(_TOGETHER, n)
    for other in others:
        first = first + other + first * other
    return float(_add(np.log1p(first)) + _add(np.log1p(rises[n * _TOGETHER :])))


def _changes_up(levels: list[_Level]) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return the changes of kappa' and of the means of every level, outermost first."""
    own = levels[-1]
    weight, mean = -own.weight * own.weight, np.zeros((len(own.deviations), 1))
    weights, means = [weight], [mean]
    for level, above in zip(levels[:0:-1], levels[-2::-1], strict=True):
        moved = level.deviations * weight
        if level is not own:
            moved += level.weight * mean
        mean = level.family.sums(moved) / level.weight_above
        weight = level.family.sums(weight) / above.pivot**2
        weights.append(weight)
        means.append(mean)
    return weights[::-1], means[::-1]


def walk_once(problem: Problem, theta: FloatArray) -> Walk:
    """Return what :func:`mlm_core.fits.intercepts.walk` does for one real theta, (t,)."""
    found = _Pass(problem, theta)
    for place, branch in enumerate(problem.moments.branches):
        found.add(place, branch)
    return _at_root(problem, theta, found)


def walk_twice(problem: Problem, theta: FloatArray) -> tuple[Walk, Bend]:
    """Return the same with the second derivatives, for about half as much again."""
    found = _Pass(problem, theta)
    for place, branch in enumerate(problem.moments.branches):
        found.add_changes(found.add(place, branch))
    walk = _at_root(problem, theta, found)
    return walk, _bend(problem, theta, found, walk.root)


def remainders(problem: Problem, theta: FloatArray, root: Root) -> FloatArray:
    """Return v' (1, m) of every innermost group, v with the group's own effects, shape (G,)."""
    found, v = _Pass(problem, theta), root.residual_coefficients
    parts = []
    for place, branch in enumerate(problem.moments.branches):
        innermost = found.add(place, branch)[-1]
        parts.append((v @ innermost.a) / innermost.pivot)
    return np.concatenate(parts)


def _at_root(problem: Problem, theta: FloatArray, found: _Pass) -> Walk:
    """Bring the branches together and solve for the fixed coefficients."""
    kappa = _add(found.weight)
    means = found.means @ found.weight / kappa
    deviations = found.means - means[:, None]
    products = found.products + (deviations * found.weight) @ deviations.T
    root = solve(kappa, means, products, problem.moments, problem.fixed)
    log_det, r2 = _slopes(problem, found, root)
    return Walk(found.log_pivots, root, 2.0 * theta * log_det, 2.0 * theta * r2)


def _slopes(problem: Problem, found: _Pass, root: Root) -> tuple[FloatArray, FloatArray]:
    """Return the gradients of L (with log |M_XX| for REML) and of r2 by tau."""
    v = root.residual_coefficients
    log_det = found.own
    if problem.method == "REML":
        log_det = log_det - _traces(root.spread, found.squares)
    return log_det, -(found.squares @ v @ v)


def _bend(problem: Problem, theta: FloatArray, found: _Pass, root: Root) -> Bend:
    """Return second derivatives by theta from those by tau."""
    spread, v, k = root.spread, root.residual_coefficients, problem.moments.k
    through = spread @ found.squares[:, :k, :k]  # S Q
    along = (found.squares @ v)[:, :k]
    r2 = -_whole(found.squares_change @ v @ v) - 2.0 * along @ spread @ along.T
    log_det = _whole(found.own_change)
    if problem.method == "REML":
        log_det -= _whole(_traces(spread, found.squares_change))
        log_det -= np.einsum("iab,jba->ij", through, through)
    of_log_det, of_r2 = _slopes(problem, found, root)
    places = [0 if index == NO_COLUMN else 1 + index for index in problem.fixed]
    inverse = (through @ spread)[:, places][:, :, places]
    bent = 4.0 * theta[:, None] * theta
    return Bend(
        log_det=bent * log_det + np.diag(2.0 * of_log_det),
        r2=bent * r2 + np.diag(2.0 * of_r2),
        inverse=np.moveaxis(2.0 * theta[:, None, None] * inverse, 0, -1),
    )


def _traces(spread: FloatArray, squares: FloatArray) -> FloatArray:
    """Return tr S Q for every Q of shape (k + 1, k + 1), the outcome left out."""
    k = len(spread)
    return np.asarray(np.einsum("ab,...ab->...", spread, squares[..., :k, :k]))


def _whole(half: FloatArray) -> FloatArray:
    """Return a symmetric matrix from one triangle."""
    return half + half.T - np.diag(np.diag(half))
