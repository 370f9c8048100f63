"""Likelihood-ratio tests of nested models, with what the boundary does to their p-values.

Where a variance is tested the plain p-value, which is then too large, is shown beside the corrected
one of :mod:`mlm_core.inference.boundary_mixture`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlm_core.fits.criterion import Method
from mlm_core.inference.boundary_mixture import (
    Covariance,
    Weights,
    boundary_weights,
    chi_square_tail,
    mixture_tail,
    n_variances,
)
from mlm_core.notes import Note

_ROUNDING = 1e-6
# Two criteria nearer than this are one: what is left between them is rounding.
_EQUAL = 1e-7


@dataclass(frozen=True, eq=False)
class LikelihoodRatioTest:
    """A test of a smaller model within a larger one.

    Attributes
    ----------
    null_hypothesis : str
        What the smaller model claims, in words.
    statistic : float
        Twice the difference of log-likelihoods, not below zero.
    df : int
        Difference of parameter counts.
    p : float
        From chi-square with ``df`` degrees of freedom.
    p_boundary : float or None
        From the mixture that respects the boundary; None where no variance is tested, or where the
        mixture is not known (a note says so).
    weights : tuple of (int, float)
        The mixture as (degrees of freedom, weight); empty where there is none.
    method : {"REML", "ML"}
        Likelihood of the larger model.
    small_method : {"REML", "ML"}
        Likelihood of the smaller one; the same, but in the comparison that R prints.
    is_refitted : bool
        Whether a model was refitted by that method for this test.
    table : DataFrame
        Columns model, n_parameters, aic, bic, log_likelihood, deviance, statistic, df, p.
    notes : tuple of Note
    """

    null_hypothesis: str
    statistic: float
    df: int
    p: float
    p_boundary: float | None
    weights: tuple[tuple[int, float], ...]
    method: Method
    small_method: Method
    is_refitted: bool
    table: pd.DataFrame
    notes: tuple[Note, ...]


def likelihood_ratio(small: float, big: float) -> float:
    """Return the statistic of two criteria; exactly zero where only rounding parts them."""
    difference = small - big
    return 0.0 if -_ROUNDING < difference < _EQUAL else difference


@dataclass(frozen=True, slots=True)
class Pair:
    """Two nested models as a test sees them, the smaller first.

    Attributes
    ----------
    names : tuple of str
    criteria : tuple of float
        Minus twice the log-likelihoods.
    counts : tuple of int
        Numbers of parameters.
    n_obs : int
    """

    names: tuple[str, str]
    criteria: tuple[float, float]
    counts: tuple[int, int]
    n_obs: int

    @property
    def statistic(self) -> float:
        """Twice the difference of log-likelihoods, without rounding around zero."""
        return likelihood_ratio(*self.criteria)

    @property
    def df(self) -> int:
        """Difference of parameter counts."""
        return self.counts[1] - self.counts[0]


def build_test(
    pair: Pair,
    *,
    null: str,
    method: Method,
    zero: Sequence[Covariance],
    mixture: Weights = (),
    small_method: Method | None = None,
    is_refitted: bool = False,
    notes: Sequence[Note] = (),
) -> LikelihoodRatioTest:
    """Assemble a test; ``zero`` lists the variances and covariances the null puts at zero.

    ``mixture`` is the reference distribution where it is known better than from their number.
    """
    weights = mixture or boundary_weights(zero)
    several = [_several_note(weights, bool(mixture))] if n_variances(zero) > 1 else []
    p = float(chi_square_tail(pair.statistic, pair.df))
    return LikelihoodRatioTest(
        null_hypothesis=null,
        statistic=pair.statistic,
        df=pair.df,
        p=p,
        p_boundary=float(mixture_tail(pair.statistic, weights)) if weights else None,
        weights=weights,
        method=method,
        small_method=small_method or method,
        is_refitted=is_refitted,
        table=_table(pair, p),
        notes=(*notes, *several),
    )


def _table(pair: Pair, p: float) -> pd.DataFrame:
    criteria, counts = np.array(pair.criteria), np.array(pair.counts)
    return pd.DataFrame(
        {
            "model": list(pair.names),
            "n_parameters": counts,
            "aic": criteria + 2.0 * counts,
            "bic": criteria + np.log(pair.n_obs) * counts,
            "log_likelihood": -0.5 * criteria,
            "deviance": criteria,
            "statistic": [np.nan, pair.statistic],
            "df": [np.nan, pair.df],
            "p": [np.nan, p],
        }
    )


def _several_note(weights: Weights, is_derived: bool) -> Note:
    if is_derived:
        shares = ", ".join(f"{weight:.2f}" for _, weight in weights)
        message = (
            f"Several variances are tested at once. The corrected p-value weights 0 to"
            f" {weights[-1][0]} degrees of freedom by {shares}, as these groups' sizes and nesting"
            " have it."
        )
        return Note(
            "several-variances", "note", message, {str(df): weight for df, weight in weights}
        )
    if weights:
        message = (
            "Several variances are tested at once. The corrected p-value takes their estimates as"
            " independent; the parametric bootstrap needs no such assumption."
        )
        return Note("several-variances", "note", message)
    message = (
        "Several variances and covariances are tested at once; no simple reference distribution"
        " exists on the boundary. The plain p-value is an upper bound; the parametric bootstrap"
        " gives the p-value itself."
    )
    return Note("no-mixture", "note", message)
