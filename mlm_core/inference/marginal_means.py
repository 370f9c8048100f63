"""Marginal means: what the fixed part predicts for each category, everything else held level.

Of the factors not asked for every category counts the same, however often it occurs; numeric
predictors stand at their overall means, or at the values given. These are the "estimated marginal"
or "least-squares" means of R's emmeans and lmerTest. Differences between two of them come with the
same degrees of freedom as any contrast, and with Holm's correction for their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.expressions import Expression, measured
from mlm_core.data.layout import Column, Factor
from mlm_core.errors import ModelError, UnknownColumnError
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.fixed_tests import DfMethod, FixedInference
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MarginalMeans:
    """Means of some factors' categories and their differences.

    Attributes
    ----------
    table : DataFrame
        One column a factor with its category, then estimate, se, df, lower, upper.
    differences : DataFrame
        Columns first, second (labels), estimate, se, df, t, p, lower, upper, p_holm.
    at : Mapping[str, float]
        Where the numeric predictors stand.
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}
    notes : tuple of Note
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    at: Mapping[str, float]
    method: DfMethod
    notes: tuple[Note, ...]


def marginal_means(
    fit: MixedFit,
    factors: Sequence[str],
    *,
    at: Mapping[str, float] | None = None,
    method: DfMethod = "Satterthwaite",
) -> MarginalMeans:
    """Predict the outcome for every combination of some factors' categories.

    Parameters
    ----------
    fit : MixedFit
    factors : sequence of str
        Categorical predictors.
    at : Mapping[str, float], optional
        Values of numeric predictors, by name; others stand at their means.
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}

    Raises
    ------
    UnknownColumnError
        A factor is not a categorical predictor of the model.
    ModelError
        A numeric predictor occurs in products only and has no value in ``at``.
    """
    known = _categories(fit)
    for name in factors:
        if name not in known:
            raise UnknownColumnError(name, list(known))
    if not factors:
        raise ModelError("Marginal means need at least one categorical predictor.")
    values = _numeric_values(fit, dict(at or {}))
    cells = list(product(*(known[name] for name in factors)))
    rows = np.array([_row(fit, dict(zip(factors, cell, strict=True)), values) for cell in cells])
    inference = FixedInference(fit, method)
    labels = [", ".join(cell) for cell in cells]
    estimates = inference.table(labels, rows)[["estimate", "se", "df", "lower", "upper"]]
    names = pd.DataFrame(cells, columns=list(factors))
    return MarginalMeans(
        table=pd.concat([names, estimates], axis=1),
        differences=_differences(inference, labels, rows),
        at={str(expression): value for expression, value in values.items()},
        method=method,
        notes=inference.notes,
    )


def categorical_predictors(fit: MixedFit) -> tuple[str, ...]:
    """Return the categorical predictors of the fixed part."""
    return tuple(_categories(fit))


def _categories(fit: MixedFit) -> dict[str, tuple[str, ...]]:
    """Return the categories of every categorical predictor of the fixed part, reference first."""
    layout = fit.problem.moments.layout
    names = [
        measured(factor.expression)
        for column in layout.fixed
        for factor in column.factors
        if factor.category is not None
    ]
    return {name: layout.encoder.categories[name] for name in dict.fromkeys(names)}


def _numeric_values(fit: MixedFit, at: dict[str, float]) -> dict[Expression, float]:
    """Return the value of every numeric expression of the fixed part."""
    moments = fit.problem.moments
    found: dict[Expression, float] = {}
    for column in moments.layout.fixed:
        for factor in column.factors:
            expression = factor.expression
            if factor.category is not None or expression in found:
                continue
            alone = Column((Factor(expression),))
            if str(expression) in at:
                found[expression] = float(at[str(expression)])
            elif alone in moments.columns:
                found[expression] = float(moments.shift[moments.columns.index(alone)])
            else:
                raise ModelError(
                    f"{str(expression)!r} occurs in products only, so its mean is not kept: say at"
                    " which value of it the marginal means are wanted (at={...})."
                )
    return found


def _row(fit: MixedFit, cell: Mapping[str, str], values: Mapping[Expression, float]) -> FloatArray:
    """Return what each coefficient counts in the mean of one cell, shape (p,)."""
    layout = fit.problem.moments.layout
    row = np.ones(len(layout.fixed))
    for position, column in enumerate(layout.fixed):
        for factor in column.factors:
            name = measured(factor.expression)
            if factor.category is None:
                row[position] *= values[factor.expression]
            elif name in cell:
                row[position] *= factor.category == cell[name]
            else:
                row[position] /= len(layout.encoder.categories[name])
    return row


def _differences(
    inference: FixedInference, labels: Sequence[str], rows: FloatArray
) -> pd.DataFrame:
    pairs = list(combinations(range(len(labels)), 2))
    first, second = ([labels[pair[side]] for pair in pairs] for side in (0, 1))
    contrasts = np.array([rows[i] - rows[j] for i, j in pairs])
    table = inference.table(first, contrasts).rename(columns={"term": "first"})
    table.insert(1, "second", second)
    return table.assign(p_holm=holm(table["p"].to_numpy()))


def holm(p: FloatArray) -> FloatArray:
    """Return p-values corrected for their number by Holm's step-down method."""
    order = np.argsort(p)
    steps = p[order] * np.arange(len(p), 0, -1)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected
