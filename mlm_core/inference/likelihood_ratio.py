"""Likelihood-ratio tests of nested models, with what the boundary does to their p-values.

Where a variance is tested the plain p-value, which is then too large, is shown beside the corrected
one of :mod:`mlm_core.inference.boundary_mixture`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlm_core.errors import DifferentRowsError, NotNestedError
from mlm_core.fits.criterion import Method
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import least_criterion
from mlm_core.fits.pooled import PooledFit
from mlm_core.inference.boundary_mixture import (
    Covariance,
    boundary_weights,
    chi_square_tail,
    covariances_of,
    mixture_tail,
    n_variances,
)
from mlm_core.moments.moments import Moments
from mlm_core.notes import Note

# Outcomes agree when their means and standard deviations do to this share of the latter.
_SAME_ROWS = 1e-9
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
        Likelihood used for both models.
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
    is_refitted: bool
    table: pd.DataFrame
    notes: tuple[Note, ...]


def compare(first: MixedFit | PooledFit, second: MixedFit | PooledFit) -> LikelihoodRatioTest:
    """Test the smaller of two nested models within the larger.

    REML likelihoods are compared only when the fixed parts agree; otherwise both models are taken
    at their full maximum likelihood, from their moments, and a note says so.

    Raises
    ------
    DifferentRowsError
        The models were fitted to different rows or outcomes.
    NotNestedError
        Neither model is a special case of the other.
    """
    _check_same_rows(first, second)
    small, big = sorted((first, second), key=lambda fit: fit.n_parameters)
    added_terms, added = _added(small, big)
    method: Method = "ML"
    if not added_terms and _method(small, big) == "REML":
        method = "REML"
    asked = {_method(fit, fit) for fit in (small, big) if isinstance(fit, MixedFit)}
    is_refitted = bool(asked - {method})
    notes = [_refit_note(bool(added_terms))] if is_refitted else []
    if added_terms and n_variances(added):
        notes.append(_joint_note())
    pair = Pair(
        names=(_name(small), _name(big)),
        criteria=(_criterion(small, method), _criterion(big, method)),
        counts=(small.n_parameters, big.n_parameters),
        n_obs=big.n_obs,
    )
    return build_test(
        pair,
        null=_null(added_terms, added),
        method=method,
        zero=[] if added_terms else added,
        is_refitted=is_refitted,
        notes=notes,
    )


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
    is_refitted: bool = False,
    notes: Sequence[Note] = (),
) -> LikelihoodRatioTest:
    """Assemble a test; ``zero`` lists the variances and covariances the null puts at zero."""
    weights = boundary_weights(zero)
    several = [_several_note(bool(weights))] if n_variances(zero) > 1 else []
    p = float(chi_square_tail(pair.statistic, pair.df))
    return LikelihoodRatioTest(
        null_hypothesis=null,
        statistic=pair.statistic,
        df=pair.df,
        p=p,
        p_boundary=float(mixture_tail(pair.statistic, weights)) if weights else None,
        weights=weights,
        method=method,
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


def _moments(fit: MixedFit | PooledFit) -> Moments:
    return fit.problem.moments if isinstance(fit, MixedFit) else fit.moments


def _method(*fits: MixedFit | PooledFit) -> Method:
    """Return REML unless a mixed fit among these was made by ML."""
    made_by_ml = any(isinstance(fit, MixedFit) and fit.method == "ML" for fit in fits)
    return "ML" if made_by_ml else "REML"


def _name(fit: MixedFit | PooledFit) -> str:
    model = fit.model if isinstance(fit, MixedFit) else fit.model.pooled()
    return model.formula


def _criterion(fit: MixedFit | PooledFit, method: Method) -> float:
    if isinstance(fit, PooledFit):
        return -2.0 * (fit.log_likelihood if method == "ML" else fit.restricted_log_likelihood)
    if fit.method == method:
        return fit.criterion
    moments = _moments(fit)
    return least_criterion(moments, method, moments.layout.blocks)


def covariances(fit: MixedFit | PooledFit) -> set[Covariance]:
    """Return the variances and covariances a model estimates, as (level, effect, effect)."""
    if isinstance(fit, PooledFit):
        return set()
    moments = _moments(fit)
    return {
        covariance
        for block in moments.layout.blocks
        for covariance in covariances_of(moments.levels[block.level].columns, block.columns)
    }


def _added(
    small: MixedFit | PooledFit, big: MixedFit | PooledFit
) -> tuple[list[str], list[Covariance]]:
    """Return the fixed terms and covariances that only the larger model has."""
    terms, more_terms = (set(_moments(fit).layout.fixed) for fit in (small, big))
    own, more = covariances(small), covariances(big)
    if not (terms <= more_terms and own <= more) or (terms, own) == (more_terms, more):
        raise NotNestedError(
            f"Neither of these models is a special case of the other: {_name(small)} and"
            f" {_name(big)}."
            " A likelihood-ratio test needs one to have everything the other has, and more. Compare"
            " their AIC or BIC instead."
        )
    return sorted(name.label for name in more_terms - terms), sorted(more - own, key=str)


def _check_same_rows(first: MixedFit | PooledFit, second: MixedFit | PooledFit) -> None:
    one, other = _moments(first), _moments(second)
    tolerance = _SAME_ROWS * one.scale[-1]
    same = (
        one.n_rows == other.n_rows
        and abs(one.shift[-1] - other.shift[-1]) <= tolerance
        and abs(one.scale[-1] - other.scale[-1]) <= tolerance
    )
    if not same:
        raise DifferentRowsError(
            f"The models were fitted to different rows or outcomes ({one.n_rows} rows of"
            f" {one.layout.model.outcome}, {other.n_rows} rows of {other.layout.model.outcome}), so"
            " their likelihoods cannot be compared. Missing values in one model's columns are the"
            " usual cause: keep the rows that are complete in both, and fit both to these."
        )


def _null(terms: Sequence[str], added: Sequence[Covariance]) -> str:
    parts = [f"the coefficient of {term} is zero" for term in terms]
    for columns, first, second in added:
        if first == second:
            effect = "the intercept" if not first.factors else f"the slope of {first.label}"
            parts.append(f"{effect} does not vary between {':'.join(reversed(columns))}")
    if not parts:
        parts = ["the covariances that only the larger model has are zero"]
    return " and ".join(parts)


def _refit_note(fixed_differ: bool) -> Note:
    reason = (
        "The models differ in their fixed part, and restricted likelihoods of different fixed parts"
        " cannot be compared"
        if fixed_differ
        else "One model was fitted by ML, the other by REML"
    )
    return Note(
        "refitted", "note", f"{reason}: both are taken at their full maximum likelihood (ML)."
    )


def _joint_note() -> Note:
    message = (
        "Predictors and variances are tested together, for which no simple reference distribution"
        " exists on the boundary. The plain p-value is an upper bound; test one at a time for more."
    )
    return Note("no-mixture", "note", message)


def _several_note(is_known: bool) -> Note:
    if is_known:
        message = (
            "Several variances are tested at once. The corrected p-value takes their estimates as"
            " independent; testing one at a time needs no such assumption."
        )
        return Note("several-variances", "note", message)
    message = (
        "Several variances and covariances are tested at once; no simple reference distribution"
        " exists on the boundary. The plain p-value is an upper bound: the evidence is at least"
        " this strong."
    )
    return Note("no-mixture", "note", message)
