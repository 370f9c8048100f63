"""Residuals of the fitted rows, as quantiles: the one thing a summary prints that needs rows.

Residuals are formed on stored columns, where neither outcome nor predictors carry a large constant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.blocks import at_once, row_blocks
from mlm_core.data.design import Design
from mlm_core.fits.curvature import Evaluation
from mlm_core.moments.moments import Moments
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
NEED_ROWS = "residuals-need-rows"
NEED_ROWS_SENTENCE = (
    "The smallest, middle and largest residuals are not given: they need the rows, and this fit was"
    " made from sums of groups."
)
_FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)
# Of fewer values two of the five could share a rank.
_FEW = 16


def five_numbers(values: FloatArray) -> FloatArray:
    """Return minimum, quartiles and maximum by R's default rule; reorders ``values``."""
    position = np.array(_FIVE) * (len(values) - 1)
    below = position.astype(np.intp)
    _, first, middle, third, _ = below
    if len(values) < _FEW:
        values.sort()
    else:  # one rank at a time, the middle first: much faster than several at once
        values.partition(middle)
        halves = [(values[:middle], first), (values[middle + 1 :], third - middle - 1)]
        at_once(lambda half: half[0].partition(half[1]), halves, len(values))
    least, largest = values.min(), values.max()
    low = np.array([least, *values[[first, middle, third]], largest])
    high = [values[rank + 1 :].min(initial=largest) for rank in below]
    return np.asarray(low + (position - below) * (high - low))


def scaled_residual_quantiles(
    design: Design | None, moments: Moments, at: Evaluation, sigma: float
) -> FloatArray:
    """Return the five numbers of residual / sigma, both in stored units, NaN without rows, (5,)."""
    if design is None:
        return np.full(len(_FIVE), np.nan)
    varies = {name for block in moments.layout.blocks for name in block.columns}
    groupwise = [name in varies for name in moments.columns]
    return five_numbers(_stored_residuals(design, moments, at.innermost, groupwise)) / sigma


def residual_quantiles(design: Design | None, moments: Moments, v: FloatArray) -> FloatArray:
    """Return the five numbers of the residuals from one line, stored units, NaN without rows."""
    if design is None:
        return np.full(len(_FIVE), np.nan)
    return five_numbers(_stored_residuals(design, moments, v, [False] * len(moments.columns)))


def residual_notes(design: Design | None) -> tuple[Note, ...]:
    """Say why there are no quantiles of residuals; nothing where there are."""
    return () if design is not None else (Note(NEED_ROWS, "note", NEED_ROWS_SENTENCE),)


def _stored_residuals(
    design: Design, moments: Moments, v: FloatArray, groupwise: list[bool]
) -> FloatArray:
    """Return the residual of every row in stored units.

    Parameters
    ----------
    v : ndarray (k + 1, G or 1)
        Minus the coefficients of each innermost group, constant first, outcome last.
    groupwise : list of bool
        Which columns' coefficients differ between groups.
    """
    residual = np.empty(design.n_rows)
    codes, shift, scale = design.hierarchy.codes, moments.shift, moments.scale
    is_one = v.shape[1] == 1
    for rows, (spare,) in row_blocks(slice(0, design.n_rows), 1):
        part, group = residual[rows], codes[rows]
        np.subtract(design.outcome[rows], shift[-1], out=part)
        part /= scale[-1]
        # numpy must clip to write in place.
        part += v[0, 0] if is_one else v[0].take(group, out=spare, mode="clip")
        for index, name in enumerate(moments.columns):
            weight = v[1 + index]
            if not weight.any():
                continue
            np.subtract(design.rows.values(name, rows), shift[index], out=spare)
            is_own = groupwise[index] and not is_one
            spare *= (weight.take(group) if is_own else weight[0]) / scale[index]
            part += spare
    return residual
