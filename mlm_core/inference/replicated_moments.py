"""Moments of outcomes drawn from a model, many at a time, without ever making a row.

Given the predictors of a group, an outcome y = X c + e enters its moments only through

    mean(y)  = (1, m)'c + e_mean,     e_mean ~ N(0, sigma^2 / n),
    S_xy     = S_xx c + s,            s ~ N(0, sigma^2 S_xx),
    S_yy     = c'S_xx c + 2 c's + s'S_xx^- s + sigma^2 chi2(n - 1 - rank S_xx),

e_mean, s and the chi-square independent, c the group's own coefficients: fixed ones plus all random
effects drawn for the group and those around it. With s = sigma F z for a factor F F' = S_xx the
third term is sigma^2 z'z. Where only intercepts vary the products are needed in sum alone.

Shapes: B replicates; means (B, k, G); products (k (k + 1) / 2, B, G), or summed over groups and
kept with the first one; inside (B, k, k) their sum.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.root import Root
from mlm_core.moments.moments import NO_VARIATION, Moments
from mlm_core.moments.packed import pairs, position, unpack
from mlm_core.moments.tree import State

FloatArray = NDArray[np.float64]
# A pivot below this share of a column's variation inside a group is rounding.
_NO_RANK = 1e-9


@dataclass(frozen=True, eq=False)
class ReplicatedMoments(Moments):
    """Moments of B outcomes over the same predictors and groups.

    ``means`` has shape (B, k, G); ``products`` (k (k + 1) / 2, B, G), or (..., 1) where they stand
    for all groups together.
    """

    def initial_state(self, n_parallel_axes: int = 0) -> State:
        """Return the innermost groups of all replicates."""
        products = self.products
        n_groups = self.counts.shape[-1]
        if (
            products.shape[-1] != n_groups
        ):  # sums only: no effect touches them, so any group will do
            products = np.zeros((*products.shape[:-1], n_groups))
            products[..., :1] = self.products
        return State(self.counts[None, :], np.moveaxis(self.means, 1, 0), products)

    @cached_property
    def inside(self) -> FloatArray:
        """Products inside the innermost groups, summed over all of them, shape (B, k, k)."""
        return np.asarray(np.moveaxis(unpack(self.products.sum(axis=-1), self.k), -1, 0))

    @property
    def k(self) -> int:
        """Number of stored columns, the outcome included."""
        return len(self.shift)

    def chosen(self, which: NDArray[Any]) -> ReplicatedMoments:
        """Return some of the replicates."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        parts["means"], parts["products"] = self.means[which], self.products[:, which]
        return ReplicatedMoments(**parts)

    def one(self, replicate: int) -> Moments:
        """Return a single replicate as plain moments; with products summed, in the first group."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        state = self.chosen(np.array([replicate])).initial_state(1)
        parts["means"], parts["products"] = self.means[replicate], state.products[:, 0]
        return Moments(**parts)


@dataclass(frozen=True, eq=False)
class Truth:
    """What outcomes are drawn from, in stored units.

    Attributes
    ----------
    coefficients : ndarray (k,)
        The constant first, then one for each stored column but the outcome.
    sigma : float
    theta : ndarray (n_theta,)
    unmodelled : ndarray (G,) or None
        What each innermost group has in addition, unknown to the model.
    """

    coefficients: FloatArray
    sigma: float
    theta: FloatArray
    unmodelled: FloatArray | None = None


def truth_at(problem: Problem, theta: FloatArray, root: Root) -> Truth:
    """Return a model at an estimate as a truth; ``root`` is the solution at theta."""
    sigma = float(np.sqrt(float(root.r2) / problem.df))
    return Truth(-np.asarray(root.residual_coefficients[:-1], dtype=np.float64), sigma, theta)


class MomentDraws:
    """Draws moments of outcomes from a truth.

    Parameters
    ----------
    problem : Problem
        The model, over the moments of the data.
    truth : Truth
    summed : bool
        Whether the products inside groups are needed in sum alone.
    """

    def __init__(self, problem: Problem, truth: Truth, *, summed: bool) -> None:
        self._truth = truth
        self._problem, self._moments = problem, problem.moments
        products, inside = self._moments.products, self._moments.counts - 1.0
        if summed:
            products = products.sum(axis=-1, keepdims=True)
            inside = inside.sum(keepdims=True)
        self._x_products = np.moveaxis(unpack(products, self._moments.k)[:-1, :-1], -1, 0)
        self._factor, rank = _factors(self._x_products, inside)
        self._df = inside - rank

    @property
    def n_groups(self) -> int:
        """Number of innermost groups."""
        return len(self._moments.counts)

    def draw(self, rng: np.random.Generator, n: int) -> ReplicatedMoments:
        """Draw the moments of n outcomes."""
        moments, sigma = self._moments, self._truth.sigma
        constant, slopes = self._group_coefficients(rng, n)
        x_means = moments.means[:-1]
        means = np.empty((n, *moments.means.shape))
        means[:, :-1] = x_means
        y = means[:, -1]
        y[...] = constant
        for column, slope in enumerate(slopes):
            y += slope * x_means[column]
        y += rng.standard_normal(y.shape) * (sigma / np.sqrt(moments.counts))
        products = self._products(rng, n, slopes)
        parts = {field.name: getattr(moments, field.name) for field in fields(moments)}
        return ReplicatedMoments(**{**parts, "means": means, "products": products})

    def _group_coefficients(self, rng: np.random.Generator, n: int) -> tuple[Any, list[Any]]:
        """Return constant and slopes of every innermost group: numbers, or arrays (n, G)."""
        truth, levels = self._truth, self._moments.levels
        found: list[Any] = list(truth.coefficients)
        ancestors = np.arange(levels[-1].n_groups)
        for level in reversed(range(len(levels))):
            for block in self._problem.structure.at_level(level):
                for loading in block.loadings(truth.theta):
                    u = truth.sigma * rng.standard_normal((n, levels[level].n_groups))
                    u = u if level == len(levels) - 1 else u.take(ancestors, axis=1)
                    if np.any(loading.constant):
                        found[0] = found[0] + loading.constant * u
                    for index, weight in loading.columns:
                        found[1 + index] = found[1 + index] + weight * u
            ancestors = levels[level].parent[ancestors]
        if truth.unmodelled is not None:
            found[0] = found[0] + truth.unmodelled
        return found[0], found[1:]

    def _products(self, rng: np.random.Generator, n: int, slopes: list[Any]) -> FloatArray:
        """Return the packed products of all replicates."""
        k, sigma = self._moments.k, self._truth.sigma
        n_sets = len(self._x_products)
        z = rng.standard_normal((n, n_sets, k - 1))
        noise = sigma * (self._factor @ z[..., None])[..., 0]  # s, shape (n, sets, k - 1)
        used = np.any(self._factor != 0.0, axis=1)
        rest = sigma**2 * (
            (z**2 * used).sum(axis=-1) + 2.0 * rng.standard_gamma(self._df / 2.0, (n, n_sets))
        )
        where, found = position(k), np.empty((len(pairs(k)[0]), n, n_sets))
        found[where[:-1, :-1].ravel()] = np.moveaxis(self._x_products, 0, -1).reshape(-1, 1, n_sets)
        outcome = rest
        for row, slope in enumerate(slopes):
            fitted: Any = 0.0
            for column, other in enumerate(slopes):
                fitted = fitted + self._x_products[:, row, column] * other
            found[where[row, k - 1]] = fitted + noise[..., row]
            outcome = outcome + slope * (fitted + 2.0 * noise[..., row])
        found[where[k - 1, k - 1]] = outcome
        return found


def _factors(products: FloatArray, most: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return F with F F' = S for positive semidefinite S (sets, m, m), and the ranks (sets,).

    A column of F that S does not need is zero; no rank exceeds ``most``.
    """
    n_sets, m = products.shape[:2]
    left, factor = products.copy(), np.zeros_like(products)
    rank = np.zeros(n_sets)
    rows = np.arange(m)
    least = np.maximum(_NO_RANK * products[:, rows, rows], NO_VARIATION * most[:, None])
    for column in range(m):
        pivot = left[:, column, column]
        needed = (pivot > least[:, column]) & (rank < most)
        root = np.sqrt(np.where(needed, pivot, 1.0))
        part = np.where(needed[:, None], left[:, :, column] / root[:, None], 0.0)
        factor[:, :, column] = part
        left = left - part[:, :, None] * part[:, None, :]
        rank += needed
    return factor, rank


def draws_of(problem: Problem, theta: FloatArray, root: Root, *others: Problem) -> MomentDraws:
    """Return draws from a model that can also be fitted by other models on the same moments."""
    fitted = [one for one in (problem, *others) if one.structure.blocks]
    summed = all(one.structure.has_only_intercepts for one in fitted)
    return MomentDraws(problem, truth_at(problem, theta, root), summed=summed)
