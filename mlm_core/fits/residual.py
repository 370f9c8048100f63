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
NEED_ROWS = "residuals-need-rows"
NEED_ROWS_SENTENCE = (
    "The smallest, middle and largest residuals are not given: they need the rows, and this fit was"
    " made from sums of groups."
)
# From this many values on, quantiles are looked for between bounds that a sample gives: so many
# values are drawn, and bounds lie so many standard deviations (at most a half) of a rank away.
_MANY, _SAMPLE, _REACH = 100_000, 16_000, 2.5
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
    ranks = below[1:-1] / len(values) * len(sample)
    reach = _REACH * np.sqrt(len(sample))
    lows = sample[np.maximum((ranks - reach).astype(np.intp), 0)]
    highs = sample[np.minimum((ranks + reach).astype(np.intp), len(sample) - 1)]
    found = np.empty((2, len(below)))
    found[:, 0], found[:, -1] = values.min(), values.max()
    for place, (n_less, inside) in enumerate(_between(values, lows, highs), start=1):
        first, last = below[place] - n_less, above[place] - n_less
        if first < 0 or last >= len(inside):  # rows in a strange order: no fair sample
            inside, first, last = values, below[place], above[place]
        inside.partition(np.unique([first, last]))
        found[:, place] = inside[first], inside[last]
    return found[0], found[1]


def _between(
    values: FloatArray, lows: FloatArray, highs: FloatArray
) -> list[tuple[int, FloatArray]]:
    """Return how many values lie below each interval, and those inside it, ends included."""
    n_less = [0] * len(lows)
    inside: list[list[FloatArray]] = [[] for _ in lows]
    for rows in row_blocks(len(values)):
        part = values[rows]
        for place, (low, high) in enumerate(zip(lows, highs, strict=True)):
            is_less = part < low
            n_less[place] += int(np.count_nonzero(is_less))
            is_inside = np.flatnonzero(is_less ^ (part <= high))
            inside[place].append(part.take(is_inside))  # twice as fast as by a mask
    return [(n, np.concatenate(parts)) for n, parts in zip(n_less, inside, strict=True)]


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
    return () if design is not None else (Note(NEED_ROWS, "note", NEED_ROWS_SENTENCE),)


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
        group = codes[rows].astype(np.intp)  # small integers are converted anew for every use
        np.subtract(design.outcome[rows], shift[-1], out=part)
        part /= scale[-1]
        part += v[0].take(group) if v.shape[1] > 1 else v[0, 0]
        for index, name in enumerate(moments.columns):
            weight = v[1 + index]
            if not weight.any():
                continue
            stored = design.rows.values(name, rows) - shift[index]
            is_own = groupwise[index] and len(weight) > 1
            stored *= (weight.take(group) if is_own else weight[0]) / scale[index]
            part += stored
    return residual
