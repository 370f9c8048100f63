"""Where the variation is: shares of variance by level, and intraclass correlations.

With random intercepts the variance of an outcome, given the predictors, is a sum over levels; each
level's part of it is its share, and the correlation of two rows of the same group is the sum of
the shares of that group's level and of all levels around it (Raudenbush & Bryk 2002, ch. 8). With
random slopes a level's variance depends on the predictor; shares are then taken at the predictor's
overall mean and the result says at which values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.expressions import level_columns
from mlm_core.data.layout import INTERCEPT, Block
from mlm_core.fits.covariances import RESIDUAL
from mlm_core.fits.criterion import Problem, build_problem
from mlm_core.fits.curvature import Evaluation
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import find_optimum
from mlm_core.fits.structure import CovarianceBlock
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class VarianceShares:
    """Variance by level and the correlations it implies.

    Attributes
    ----------
    shares : DataFrame
        Columns level, variance, share; outermost level first, the residual last. Shares add to one.
    correlations : DataFrame
        Columns level, members (in words), icc: the correlation of two rows of one group, given the
        predictors; outermost level first.
    total_variance : float
        Sum of all variances, in squared units of the outcome.
    is_conditional : bool
        Whether the model has predictors, so that variation they explain is already taken out.
    at : Mapping[str, float]
        Values of the slope variables at which the variances hold; empty without slopes.
    notes : tuple of Note
    """

    shares: pd.DataFrame
    correlations: pd.DataFrame
    total_variance: float
    is_conditional: bool
    at: Mapping[str, float]
    notes: tuple[Note, ...]


def icc(fit: MixedFit) -> VarianceShares:
    """Return variance shares and intraclass correlations of a mixed fit."""
    return shares_of(fit.problem, fit.at)


def unconditional_icc(fit: MixedFit) -> VarianceShares:
    """Return the shares without predictors, on the very rows of a fit.

    The model has an intercept, fixed and varying at every level of the fit, and is fitted by the
    same method from the same moments.
    """
    return shares_of(*without_predictors(fit))


def without_predictors(fit: MixedFit) -> tuple[Problem, Evaluation]:
    """Return the model with nothing but intercepts on the rows of a fit, and its optimum."""
    moments = fit.problem.moments
    blocks = tuple(Block(level, (INTERCEPT,)) for level in reversed(range(len(fit.levels))))
    layout = replace(moments.layout, fixed=(INTERCEPT,), blocks=blocks)
    problem = build_problem(replace(moments, layout=layout), fit.method)
    return problem, find_optimum(problem).at


def shares_of(problem: Problem, at: Evaluation) -> VarianceShares:
    """Return the shares of a criterion at its optimum."""
    moments = problem.moments
    sigma2 = float(at.root.r2) / problem.df * float(moments.scale[-1]) ** 2
    variances, means = [], {}
    for index in range(len(moments.levels)):
        total = 0.0
        for block in problem.structure.at_level(index):
            total += sigma2 * _variance_at_means(block, at.theta)
            means.update(_means_of(block, moments.shift))
        variances.append(total)
    variances.append(sigma2)
    whole = float(sum(variances))
    names = [level.name for level in moments.levels]
    shares = np.array(variances) / whole
    return VarianceShares(
        shares=pd.DataFrame({"level": [*names, RESIDUAL], "variance": variances, "share": shares}),
        correlations=pd.DataFrame(
            {
                "level": names,
                "members": [f"two rows of the same {_words(name)}" for name in names],
                "icc": np.cumsum(shares[:-1]),
            }
        ),
        total_variance=whole,
        is_conditional=set(moments.layout.fixed) != {INTERCEPT},
        at=means,
        notes=(_at_note(means),) if means else (),
    )


def _words(level: str) -> str:
    return " within ".join(level_columns(level))


def _variance_at_means(block: CovarianceBlock, theta: FloatArray) -> float:
    """Return the variance (relative to sigma^2) a block gives rows at the columns' means.

    Stored columns are centred, so the value of an effect's column at the mean is its offset.
    """
    loaded = block.offsets @ block.factor(theta)
    return float(loaded @ loaded)


def _means_of(block: CovarianceBlock, shift: FloatArray) -> dict[str, float]:
    return {
        name.label: float(shift[index])
        for name, index in zip(block.columns, block.indices, strict=True)
        if index >= 0
    }


def _at_note(at: Mapping[str, float]) -> Note:
    values = ", ".join(f"{name} = {value:.3g}" for name, value in at.items())
    message = (
        "With random slopes the variance between groups depends on the predictor. The shares hold"
        f" at the overall mean ({values}); elsewhere they differ."
    )
    return Note("shares-at-means", "note", message, dict(at))
