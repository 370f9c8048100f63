"""What grouping costs: the design effect of a mean, and the rows it is worth.

The mean of all rows has variance

    Var = sum over levels of  variance_l * sum_g n_g^2 / N^2  +  residual variance / N,

against total variance / N if the rows were independent. Their ratio is the design effect (Kish
1965); N over it is the number of independent rows that would tell as much about the mean. With
groups of equal size n at one level it is the familiar 1 + (n - 1) ICC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlm_core.fits.groups import counts_at
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.shares import VarianceShares, icc, unconditional_icc


@dataclass(frozen=True, eq=False)
class DesignEffect:
    """The cost of grouping for the overall mean.

    Attributes
    ----------
    by_level : DataFrame
        Columns level, inflation: what each level adds to the variance of the mean, in units of the
        variance with independent rows; outermost first, the residual last. They add to
        ``design_effect``.
    design_effect : float
    n_obs : int
    effective_n : float
        Independent rows of the same worth.
    is_conditional : bool
        Whether predictors are taken out first.
    """

    by_level: pd.DataFrame
    design_effect: float
    n_obs: int
    effective_n: float
    is_conditional: bool


def design_effect(fit: MixedFit, *, conditional: bool = False) -> DesignEffect:
    """Return the design effect of the overall mean.

    Parameters
    ----------
    fit : MixedFit
    conditional : bool
        Whether the variances are those given the model's predictors; otherwise those without.
    """
    shares = icc(fit) if conditional else unconditional_icc(fit)
    return _of_shares(fit, shares)


def _of_shares(fit: MixedFit, shares: VarianceShares) -> DesignEffect:
    n = fit.n_obs
    weights = [
        float((counts_at(fit.problem.moments, level) ** 2).sum()) / n
        for level in range(len(fit.levels))
    ]
    inflation = shares.shares["share"].to_numpy() * np.array([*weights, 1.0])
    whole = float(inflation.sum())
    return DesignEffect(
        by_level=pd.DataFrame({"level": shares.shares["level"], "inflation": inflation}),
        design_effect=whole,
        n_obs=n,
        effective_n=n / whole,
        is_conditional=shares.is_conditional,
    )
