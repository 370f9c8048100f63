"""Variances at zero and correlations at one: found, set exactly, and named.

A block is singular when its Lambda, on columns of unit standard deviation, has a singular value
below lme4's tolerance; that measure is free of every unit. Singular directions are set to exactly
zero when the criterion agrees, and the component concerned is named in a note. A singular fit is
an answer: the data are best described without that variation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.grouping import Level
from mlm_core.data.layout import INTERCEPT
from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import Evaluation, evaluate
from mlm_core.fits.structure import CovarianceBlock, least_deviation, lower_factor
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
SINGULAR = 1e-4  # lme4's isSingular tolerance, on the relative standard deviation
_SAME_CRITERION = 1e-7


def settle(problem: Problem, at: Evaluation) -> tuple[Evaluation, int]:
    """Set nearly singular directions to zero; return the settled point and evaluations used."""
    theta = at.theta.copy()
    for block in problem.structure.blocks:
        factor = block.factor(theta)
        if np.diag(factor).min() < SINGULAR or least_deviation(factor) < SINGULAR:
            theta[block.first : block.first + block.size] = block.entries(_without_small(factor))
    if np.array_equal(theta, at.theta):
        return at, 0
    settled = evaluate(problem, theta)
    return (settled if settled.value <= at.value + _SAME_CRITERION else at), 1


def _without_small(factor: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(factor @ factor.T)
    is_small = values < SINGULAR**2
    if not is_small.any():
        signs = np.where(np.diag(factor) < 0.0, -1.0, 1.0)
        return factor * signs
    kept = vectors[:, ~is_small] * np.sqrt(values[~is_small])
    return lower_factor(kept @ kept.T)


def is_singular_block(block: CovarianceBlock, theta: FloatArray) -> bool:
    """Tell whether a block's covariance has lost a dimension."""
    return least_deviation(block.factor(theta)) < SINGULAR


def singular_notes(
    problem: Problem, theta: FloatArray, levels: tuple[Level, ...]
) -> tuple[Note, ...]:
    """Name every component that is at its boundary."""
    notes: list[Note] = []
    for block in problem.structure.blocks:
        if is_singular_block(block, theta):
            notes += _block_notes(block, theta, levels[block.level].name)
    return tuple(notes)


def _block_notes(block: CovarianceBlock, theta: FloatArray, level: str) -> list[Note]:
    covariance = block.relative_covariance(theta)
    labels = [_effect(name.label) for name in block.columns]
    # Compare variances as they act on the outcome: columns of unit standard deviation.
    factor = block.factor(theta)
    is_zero = np.diag(factor @ factor.T) < SINGULAR**2
    notes = [_zero_note(label, level) for label, zero in zip(labels, is_zero, strict=True) if zero]
    for i in range(block.q):
        for j in range(i):
            if is_zero[i] or is_zero[j]:
                continue
            correlation = covariance[i, j] / np.sqrt(covariance[i, i] * covariance[j, j])
            if abs(correlation) > 1.0 - SINGULAR**2:
                notes.append(_one_note(labels[j], labels[i], level, float(correlation)))
    return notes or [_combination_note(labels, level)]


def _effect(label: str) -> str:
    return "intercept" if label == INTERCEPT.label else f"slope of {label}"


def _zero_note(effect: str, level: str) -> Note:
    message = (
        f"The variance of the {effect} between groups of {level} is estimated as zero: beyond what"
        f" chance and the rest of the model produce, the {effect} does not differ between"
        " these groups."
        " The fit is valid (R calls it singular); the same model without this component gives the"
        " same estimates."
    )
    return Note("singular-zero", "caution", message, {"effect": effect, "level": level})


def _one_note(first: str, second: str, level: str, correlation: float) -> Note:
    sign = "plus" if correlation > 0 else "minus"
    message = (
        f"The correlation of {first} and {second} between groups of {level} is estimated"
        f" as {sign} one:"
        " the data do not hold enough to tell the two apart. Consider an uncorrelated"
        " slope, or none."
    )
    numbers = {"first": first, "second": second, "level": level, "correlation": correlation}
    return Note("singular-correlation", "caution", message, numbers)


def _combination_note(effects: list[str], level: str) -> Note:
    message = (
        f"The covariance of {', '.join(effects)} between groups of {level} has lost a"
        " dimension: one of"
        " them is a combination of the others. Consider fewer random slopes."
    )
    return Note("singular-combination", "caution", message, {"effects": effects, "level": level})
