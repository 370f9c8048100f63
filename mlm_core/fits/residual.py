"""Residuals of the fitted rows, as quantiles: the one thing a summary prints that needs rows.

Residuals are formed on stored columns, where neither outcome nor predictors carry a large constant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.design import Design
from mlm_core.fits.curvature import Evaluation
from mlm_core.moments.moments import Moments, row_blocks
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
NEED_ROWS = (
    "The smallest, middle and largest residuals are not given: they need the rows, and this fit was"
    " made from sums of groups."
)
# From this many values on, quantiles are looked for between bounds that a sample gives: so many
# values are drawn, and bounds lie so many standard deviations (at most a half) of a rank away.
_MANY, _SAMPLE, _REACH = 100_000, 4_000, 2.5
_FIVE = (0.0, 0.25, 0.5, 0.75, 1.0)


def five_numbers(values: FloatArray) -> FloatArray:
    """Return minimum, quartiles and maximum by R's default rule; reorders ``values``."""
    position = np.array(_FIVE) * (len(values) - 1)
    below = position.astype(np.intp)
    above = np.minimum(below + 1, len(values) - 1)
    if len(values) >= _MANY:
        low, high = _ordered(values, below, above)
    else:
        values.partition(np.unique([below, above]))
        low, high = values[below], values[above]
    return np.asarray(low + (position - below) * (high - low))


def _ordered(
    values: FloatArray, below: NDArray[np.intp], above: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Return two neighbouring order statistics around each of the five, of very many values.

    A sample tells between which bounds each pair must lie; only what lies there is put in order.
    """
    sample = np.sort(values[:: len(values) // _SAMPLE])
    found = np.empty((2, len(below)))
    found[:, 0], found[:, -1] = values.min(), values.max()
    for place in range(1, len(below) - 1):
        rank = below[place] / len(values) * len(sample)
        reach = _REACH * np.sqrt(len(sample))
        low = sample[max(int(rank - reach), 0)]
        high = sample[min(int(rank + reach), len(sample) - 1)]
        is_less, is_reached = values < low, values <= high
        n_less = int(np.count_nonzero(is_less))
        inside = values[is_less ^ is_reached]
        first, last = below[place] - n_less, above[place] - n_less
        if first < 0 or last >= len(inside):  # rows in a strange order: no fair sample
            inside, first, last = values, below[place], above[place]
        inside.partition(np.unique([first, last]))
        found[:, place] = inside[first], inside[last]
    return found[0], found[1]


def scaled_residual_quantiles(
    design: Design | None, moments: Moments, at: Evaluation, sigma: float
) -> FloatArray:
    """Return the five numbers of residual / sigma, both in stored units, NaN without rows, (5,)."""
    if design is None:
        return np.full(len(_FIVE), np.nan)
    varies = {name for block in moments.layout.blocks for name in block.columns}
    groupwise = [name in varies for name in moments.columns]
    return five_numbers(stored_residuals(design, moments, at.innermost, groupwise)) / sigma


def residual_quantiles(design: Design | None, moments: Moments, v: FloatArray) -> FloatArray:
    """Return the five numbers of the residuals from one line, stored units, NaN without rows."""
    if design is None:
        return np.full(len(_FIVE), np.nan)
    return five_numbers(stored_residuals(design, moments, v, [False] * len(moments.columns)))


def residual_notes(design: Design | None) -> tuple[Note, ...]:
    """Say why there are no quantiles of residuals; nothing where there are."""
    return () if design is not None else (Note("residuals-need-rows", "note", NEED_ROWS),)


def stored_residuals(
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
    for rows in row_blocks(design.n_rows):
        part = residual[rows]
        group = codes[rows]
        np.subtract(design.outcome[rows], shift[-1], out=part)
        part /= scale[-1]
        part += v[0][group] if v.shape[1] > 1 else v[0, 0]
        for index, name in enumerate(moments.columns):
            weight = v[1 + index]
            if not weight.any():
                continue
            stored = design.rows.values(name, rows) - shift[index]
            is_own = groupwise[index] and len(weight) > 1
            stored *= (weight[group] if is_own else weight[0]) / scale[index]
            part += stored
    return residual
