"""Many replicates of one model side by side, walked as a single table would be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.lines import GroupLines
from mlm_core.fits.root import Walk
from mlm_core.fits.walks import walk_beside
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
        return walk_beside(replace(self.problem, moments=self.moments), theta)


@dataclass(frozen=True, eq=False)
class _Lines:
    """Replicates walked by the lines of every group.

    ``moments`` are those of all replicates there are; ``places`` tells where these stand in them.
    """

    problem: Problem
    moments: ReplicatedMoments
    lines: GroupLines
    places: NDArray[np.intp]

    def chosen(self, which: NDArray[Any]) -> _Lines:
        return replace(self, lines=self.lines.chosen(which), places=self.places[which])

    def alone(self, replicate: int) -> Problem:
        return replace(self.problem, moments=self.moments.one(int(self.places[replicate])))

    def walk(self, theta: Array) -> Walk:
        is_restricted = self.problem.method == "REML"
        return self.lines.walk(theta, self.problem.fixed, is_restricted=is_restricted)


def replicate_walks(problem: Problem, moments: ReplicatedMoments) -> ReplicateWalks:
    """Return the replicates of a model ready to be walked."""
    lines = replace(problem, moments=moments).lines
    if lines is not None:
        return _Lines(problem, moments, lines, np.arange(len(moments.means)))
    return _Whole(problem, moments)
