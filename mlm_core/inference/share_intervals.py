"""Variance shares and intraclass correlations with intervals from the parametric bootstrap.

A share is a ratio of variances, bounded at zero and skewed; its percentile interval respects both.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.bootstrap import Bootstrap, Progress, bootstrap_problem
from mlm_core.inference.replicates import icc_of, residual_share, share_of
from mlm_core.inference.shares import VarianceShares, shares_of, without_predictors
from mlm_core.notes import Note


@dataclass(frozen=True, eq=False)
class ShareIntervals:
    """Shares and correlations with bootstrap intervals.

    Attributes
    ----------
    estimate : VarianceShares
        The shares themselves.
    shares : DataFrame
        Columns level, variance, share, lower, upper (of the share); residual last.
    correlations : DataFrame
        Columns level, members, icc, lower, upper.
    bootstrap : Bootstrap
        The replicates behind the intervals.
    confidence : float
    notes : tuple of Note
    """

    estimate: VarianceShares
    shares: pd.DataFrame
    correlations: pd.DataFrame
    bootstrap: Bootstrap
    confidence: float
    notes: tuple[Note, ...]


def share_intervals(
    fit: MixedFit,
    n: int = 1000,
    *,
    seed: int,
    conditional: bool = True,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> ShareIntervals:
    """Return variance shares and intraclass correlations with percentile intervals.

    Parameters
    ----------
    fit : MixedFit
    n, seed, progress
        As :func:`~mlm_core.inference.bootstrap.bootstrap`.
    conditional : bool
        Given the predictors of the fit, or of a model with intercepts alone on the same rows.
    confidence : float

    Raises
    ------
    ModelError
        Too few replicates are asked for, or a level that is no share.
    """
    problem, at = (fit.problem, fit.at) if conditional else without_predictors(fit)
    found = bootstrap_problem(problem, at, n, seed=seed, progress=progress)
    estimate = shares_of(problem, at)
    levels = range(len(fit.levels))
    of_shares = [found.statistic(share_of(level)) for level in levels]
    of_shares.append(found.statistic(residual_share))
    shares = [one.interval(confidence) for one in of_shares]
    correlations = [found.statistic(icc_of(level)).interval(confidence) for level in levels]
    return ShareIntervals(
        estimate=estimate,
        shares=estimate.shares.assign(
            lower=[lower for lower, _ in shares], upper=[upper for _, upper in shares]
        ),
        correlations=estimate.correlations.assign(
            lower=[lower for lower, _ in correlations], upper=[upper for _, upper in correlations]
        ),
        bootstrap=found,
        confidence=confidence,
        notes=(*estimate.notes, *found.notes),
    )
