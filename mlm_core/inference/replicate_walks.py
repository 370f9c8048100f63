"""Up and down the hierarchy for many replicates side by side, by the walk that fits their model.

Intercepts alone, and an intercept with a slope of a single level, have walks of their own, several
times as fast as the general ones (:mod:`mlm_core.fits.criterion`, :mod:`mlm_core.fits.descent`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem, ascend
from mlm_core.fits.descent import descend
from mlm_core.fits.intercepts import Walk, only_intercepts, walk
from mlm_core.inference.replicate_lines import only_lines, replicate_lines
from mlm_core.inference.replicated_moments import ReplicatedMoments

Array = NDArray[Any]


class ReplicateWalks(Protocol):
    """Replicates of one model that can be evaluated together."""

    def chosen(self, which: NDArray[Any]) -> ReplicateWalks:
        """Return some of the replicates, by their places or a mask."""

    def alone(self, replicate: int) -> Problem:
        """Return the problem of a single replicate."""

    def walk(self, theta: Array) -> Walk:
        """Return criterion parts and gradients at a theta of each replicate, (n_theta, B)."""


@dataclass(frozen=True, eq=False)
class _Whole:
    """Replicates walked with the products of every group."""

    problem: Problem
    moments: ReplicatedMoments

    def chosen(self, which: NDArray[Any]) -> _Whole:
        return replace(self, moments=self.moments.chosen(which))

    def alone(self, replicate: int) -> Problem:
        return replace(self.problem, moments=self.moments.one(replicate))

    def walk(self, theta: Array) -> Walk:
        problem = replace(self.problem, moments=self.moments)
        if only_intercepts(problem):
            return walk(problem, theta)
        up = ascend(problem, theta)
        down = descend(problem, up, theta.shape[1:])
        return Walk(up.log_pivots, up.root, down.log_det_gradient, down.r2_gradient)


def replicate_walks(problem: Problem, moments: ReplicatedMoments) -> ReplicateWalks:
    """Return the replicates of a model ready to be walked."""
    if only_lines(problem):
        return replicate_lines(problem, moments)
    return _Whole(problem, moments)
