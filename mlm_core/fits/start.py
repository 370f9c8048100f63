"""Where the search starts.

Starting values are relative standard deviations that are right within a factor of a few for most data;
the search does not depend on them (its certificate rules out false zeros).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.structure import NO_COLUMN

FloatArray = NDArray[np.float64]
_INTERCEPT_SD = 0.5
_SLOPE_SD = 0.25


def starting_theta(problem: Problem) -> FloatArray:
    """Return the first theta, shape (n_theta,)."""
    theta = np.zeros(problem.structure.n_theta)
    for block in problem.structure.blocks:
        for row, index in enumerate(block.indices):
            theta[block.entry(row, row)] = _INTERCEPT_SD if index == NO_COLUMN else _SLOPE_SD
    return theta
