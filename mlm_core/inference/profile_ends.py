"""Where a profile crosses a given height: the ends of an interval, to the last digits.

A point of the path near the crossing is settled and moved by (z - zeta) / (d zeta / d a) until it
is there. A path that ends at its boundary below the height gives the boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.inference.profile_deviance import ProfileDeviance, stacked
from mlm_core.inference.profile_parameters import Coordinates
from mlm_core.inference.profile_paths import Path, rise_of_zeta, settle

FloatArray = NDArray[np.float64]
_NEAR = 1e-4  # what Newton's method leaves from here is its square
_MOST = 50


@dataclass(frozen=True, eq=False)
class End:
    """One end of an interval: its parameter, the path that leads there (if any), its side."""

    coordinates: Coordinates
    path: Path | None
    direction: float

    @property
    def limit(self) -> float:
        """Boundary of the held coordinate on this side."""
        return self.coordinates.limit(self.direction)

    def is_boundary(self, z: float) -> bool:
        """Whether the profile ends below the height."""
        return self.path is None or (self.path.ends_at_boundary and self.path.zeta[-1] <= z)

    @property
    def lowest(self) -> float:
        """Deviance at the estimate."""
        assert self.path is not None
        return self.path.lowest

    def guess(self, z: float) -> FloatArray:
        """Return xi near the crossing."""
        assert self.path is not None
        path, held = self.path, self.coordinates.held
        right = min(max(int(np.searchsorted(path.zeta, z)), 1), len(path.zeta) - 1)
        left = right - 1
        rise = path.zeta[right] - path.zeta[left]
        share = (z - path.zeta[left]) / rise if rise > 0.0 else 1.0
        xi: FloatArray = path.xi[left] + share * (path.xi[right] - path.xi[left])
        if 0.0 <= share <= 1.0:
            xi[held] = _hermite(path, left, share)
        return xi


def _hermite(path: Path, left: int, share: float) -> float:
    """Interpolate the held coordinate over zeta with its slopes at both points."""
    (a0, a1), rise = path.a[left : left + 2], path.zeta[left + 1] - path.zeta[left]
    chord = a1 - a0
    # Where zeta is flat (at a boundary) its inverse has no slope: none is steeper than 3 chords.
    flattest = np.abs(rise / (3.0 * chord))
    slopes = path.slope[left : left + 2]
    steep = np.where(np.abs(slopes) < flattest, 3.0 * chord, rise / np.where(slopes, slopes, 1.0))
    t, rest = share, 1.0 - share
    return float(a0 + t**2 * (3.0 - 2.0 * t) * chord + t * rest * (rest * steep[0] - t * steep[1]))


def find_ends(deviance: ProfileDeviance, ends: Sequence[End], z: float) -> FloatArray:
    """Return the held coordinate at all ends, shape (len(ends),)."""
    found = np.array([end.limit for end in ends])
    open_ends = [index for index, end in enumerate(ends) if not end.is_boundary(z)]
    if not open_ends:
        return found
    chosen = [ends[index] for index in open_ends]
    points = stacked([end.coordinates for end in chosen])
    xi = np.stack([end.guess(z) for end in chosen])
    lowest = np.array([end.lowest for end in chosen])
    limit = found[open_ends]
    direction = np.array([end.direction for end in chosen])
    rows, held = np.arange(len(chosen)), points.held
    active = rows
    for _ in range(_MOST):
        at = settle(deviance, points.chosen(active), xi[active])
        zeta = np.sqrt(np.maximum(at.value - lowest[active], 0.0))
        steep = rise_of_zeta(at, zeta)
        change = np.where(
            steep * direction[active] > 0.0, (z - zeta) / np.where(steep, steep, 1.0), 0.0
        )
        here = at.xi[np.arange(len(active)), held[active]]
        goal = here + change
        beyond = (goal - limit[active]) * direction[active] > 0.0
        # Near a boundary the profile flattens: go there by halves, never across.
        change = np.where(beyond, 0.5 * (limit[active] - here), change)
        xi[active] = at.xi + at.tangent * change[:, None]
        active = active[np.abs(z - zeta) > _NEAR]
        if not len(active):
            break
    found[open_ends] = xi[rows, held]
    return found
