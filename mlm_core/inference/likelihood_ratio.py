"""Likelihood-ratio tests of nested models, with what the boundary does to their p-values.

A variance cannot be negative, so under a null hypothesis that puts one at zero the statistic does
not follow the chi-square its parameter count suggests. For one variance and c covariances with it
the right reference is the mixture 1/2 chi2(c) + 1/2 chi2(c + 1) (Self & Liang 1987; Stram & Lee
1994); for several uncorrelated variances the binomial mixture, which takes their estimates as
independent. The plain p-value is always shown beside it; it is too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from mlm_core.data.layout import Column
from mlm_core.errors import DifferentRowsError, NotNestedError
from mlm_core.fits.criterion import Method
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import least_criterion
from mlm_core.fits.pooled import PooledFit
from mlm_core.moments.moments import Moments
from mlm_core.notes import Note

# Outcomes agree when their means and standard deviations do to this share of the latter.
_SAME_ROWS = 1e-9
_ROUNDING = 1e-6

Covariance = tuple[tuple[str, ...], Column, Column]


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
    small, big = sorted((first, second), key=lambda fit: _n_parameters(fit))
    added_terms, added = _added(small, big)
    method: Method = "ML"
    if not added_terms and _method(small, big) == "REML":
        method = "REML"
    asked = {_method(fit, fit) for fit in (small, big) if isinstance(fit, MixedFit)}
    is_refitted = asked != {method}
    notes = [_refit_note(bool(added_terms))] if is_refitted else []
    criteria = [_criterion(fit, method) for fit in (small, big)]
    names = [_name(small), _name(big)]
    counts = [_n_parameters(small), _n_parameters(big)]
    null = _null(added_terms, added)
    return build_test(
        null,
        names,
        criteria,
        counts,
        first.n_obs,
        method,
        is_refitted,
        [] if added_terms else added,
        notes,
    )


def build_test(
    null_hypothesis: str,
    names: Sequence[str],
    criteria: Sequence[float],
    counts: Sequence[int],
    n_obs: int,
    method: Method,
    is_refitted: bool,
    added: Sequence[Covariance],
    notes: Sequence[Note],
) -> LikelihoodRatioTest:
    """Assemble a test from two criteria, the smaller model's first.

    ``added`` lists the variances and covariances that the null hypothesis puts at zero.
    """
    statistic = criteria[0] - criteria[1]
    if -_ROUNDING < statistic < 0.0:
        statistic = 0.0
    df = counts[1] - counts[0]
    weights = boundary_weights(added)
    all_notes = list(notes)
    if _n_variances(added) > 1:
        all_notes.append(_several_note(bool(weights)))
    p = chi_square_tail(statistic, df)
    table = pd.DataFrame(
        {
            "model": list(names),
            "n_parameters": list(counts),
            "aic": [c + 2.0 * k for c, k in zip(criteria, counts, strict=True)],
            "bic": [c + np.log(n_obs) * k for c, k in zip(criteria, counts, strict=True)],
            "log_likelihood": [-0.5 * c for c in criteria],
            "deviance": list(criteria),
            "statistic": [np.nan, statistic],
            "df": [np.nan, df],
            "p": [np.nan, p],
        }
    )
    return LikelihoodRatioTest(
        null_hypothesis=null_hypothesis,
        statistic=statistic,
        df=df,
        p=p,
        p_boundary=mixture_tail(statistic, weights) if weights else None,
        weights=weights,
        method=method,
        is_refitted=is_refitted,
        table=table,
        notes=tuple(all_notes),
    )


def chi_square_tail(statistic: float, df: int) -> float:
    """Return P(chi2(df) >= statistic); with no degrees of freedom all mass is at zero."""
    if df == 0:
        return 1.0 if statistic <= 0.0 else 0.0
    return float(special.chdtrc(df, max(statistic, 0.0)))


def mixture_tail(statistic: float, weights: Sequence[tuple[int, float]]) -> float:
    """Return the tail probability of a mixture of chi-squares."""
    return float(sum(weight * chi_square_tail(statistic, df) for df, weight in weights))


def boundary_weights(added: Sequence[Covariance]) -> tuple[tuple[int, float], ...]:
    """Return the reference mixture for covariances put at zero; empty if none is known."""
    n_variances = _n_variances(added)
    n_covariances = len(added) - n_variances
    if n_variances == 1:
        return ((n_covariances, 0.5), (n_covariances + 1, 0.5))
    if n_variances > 1 and n_covariances == 0:
        return tuple(
            (j, float(special.binom(n_variances, j)) / 2.0**n_variances)
            for j in range(n_variances + 1)
        )
    return ()


def _n_variances(added: Sequence[Covariance]) -> int:
    return sum(first == second for _, first, second in added)


# --- what two models share ------------------------------------------------------------------------


def _moments(fit: MixedFit | PooledFit) -> Moments:
    return fit.problem.moments if isinstance(fit, MixedFit) else fit.moments


def _method(*fits: MixedFit | PooledFit) -> Method:
    """Return REML unless a mixed fit among these was made by ML."""
    made_by_ml = any(isinstance(fit, MixedFit) and fit.method == "ML" for fit in fits)
    return "ML" if made_by_ml else "REML"


def _n_parameters(fit: MixedFit | PooledFit) -> int:
    return fit.n_parameters


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
    found = set()
    for block in moments.layout.blocks:
        columns = moments.levels[block.level].columns
        for i, first in enumerate(block.columns):
            found |= {(columns, second, first) for second in block.columns[: i + 1]}
    return found


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
            " their likelihoods cannot be compared. Missing values in one model's"
            " columns are the usual"
            " cause: keep the rows that are complete in both, and fit both to these."
        )


# --- words ----------------------------------------------------------------------------------------


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


def _several_note(is_known: bool) -> Note:
    if is_known:
        message = (
            "Several variances are tested at once. The corrected p-value takes their estimates as"
            " independent; testing one at a time needs no such assumption."
        )
        return Note("several-variances", "note", message)
    message = (
        "Several variances and covariances are tested at once; no simple reference"
        " distribution exists"
        " on the boundary. The plain p-value is an upper bound: the evidence is at least"
        " this strong."
    )
    return Note("no-mixture", "note", message)
