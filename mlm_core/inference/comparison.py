"""Two fits of the same rows compared: what the larger has that the smaller has not.

REML likelihoods can be compared only where the fixed parts agree; otherwise both models are taken
at their full maximum likelihood, from their moments.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlm_core.errors import DifferentRowsError, NotNestedError
from mlm_core.fits.criterion import Method
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import least_criterion
from mlm_core.fits.pooled import PooledFit
from mlm_core.inference.boundary_mixture import (
    Covariance,
    Weights,
    covariances_of,
    n_variances,
)
from mlm_core.inference.cone_weights import weights_without_effects
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest, Pair, build_test
from mlm_core.moments.moments import Moments
from mlm_core.notes import Note

# Outcomes agree when their means and standard deviations do to this share of the latter.
_SAME_ROWS = 1e-9


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
    check_same_rows(first, second)
    small, big = in_order(first, second)
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
        criteria=(criterion_by(small, method), criterion_by(big, method)),
        counts=(small.n_parameters, big.n_parameters),
        n_obs=big.n_obs,
    )
    return build_test(
        pair,
        null=_null(added_terms, added),
        method=method,
        zero=[] if added_terms else added,
        mixture=_mixture(small, big) if not added_terms else (),
        is_refitted=is_refitted,
        notes=notes,
    )


def _mixture(small: MixedFit | PooledFit, big: MixedFit | PooledFit) -> Weights:
    """Return the mixture for a model without any random effect in one with several."""
    if isinstance(small, MixedFit) or isinstance(big, PooledFit):
        return ()
    return weights_without_effects(big.problem)


def in_order(
    first: MixedFit | PooledFit, second: MixedFit | PooledFit
) -> tuple[MixedFit | PooledFit, MixedFit | PooledFit]:
    """Return two fits, the smaller first."""
    return (first, second) if first.n_parameters <= second.n_parameters else (second, first)


def moments_of(fit: MixedFit | PooledFit) -> Moments:
    """Return the moments a fit was made from."""
    return fit.problem.moments if isinstance(fit, MixedFit) else fit.moments


def _method(*fits: MixedFit | PooledFit) -> Method:
    """Return REML unless a mixed fit among these was made by ML."""
    made_by_ml = any(isinstance(fit, MixedFit) and fit.method == "ML" for fit in fits)
    return "ML" if made_by_ml else "REML"


def _name(fit: MixedFit | PooledFit) -> str:
    model = fit.model if isinstance(fit, MixedFit) else fit.model.pooled()
    return model.formula


def criterion_by(fit: MixedFit | PooledFit, method: Method) -> float:
    """Return minus twice the log-likelihood of a fit by either method, from its moments."""
    if isinstance(fit, PooledFit):
        return -2.0 * (fit.log_likelihood if method == "ML" else fit.restricted_log_likelihood)
    if fit.method == method:
        return fit.criterion
    moments = moments_of(fit)
    return least_criterion(moments, method, moments.layout.blocks)


def covariances(fit: MixedFit | PooledFit) -> set[Covariance]:
    """Return the variances and covariances a model estimates, as (level, effect, effect)."""
    if isinstance(fit, PooledFit):
        return set()
    moments = moments_of(fit)
    return {
        covariance
        for block in moments.layout.blocks
        for covariance in covariances_of(moments.levels[block.level].columns, block.columns)
    }


def _added(
    small: MixedFit | PooledFit, big: MixedFit | PooledFit
) -> tuple[list[str], list[Covariance]]:
    """Return the fixed terms and covariances that only the larger model has."""
    terms, more_terms = (set(moments_of(fit).layout.fixed) for fit in (small, big))
    own, more = covariances(small), covariances(big)
    if not (terms <= more_terms and own <= more) or (terms, own) == (more_terms, more):
        raise NotNestedError(
            f"Neither of these models is a special case of the other: {_name(small)} and"
            f" {_name(big)}."
            " A likelihood-ratio test needs one to have everything the other has, and more. Compare"
            " their AIC or BIC instead."
        )
    return sorted(name.label for name in more_terms - terms), sorted(more - own, key=str)


def check_same_rows(first: MixedFit | PooledFit, second: MixedFit | PooledFit) -> None:
    """Refuse fits of different rows or outcomes.

    Raises
    ------
    DifferentRowsError
    """
    one, other = moments_of(first), moments_of(second)
    tolerance = _SAME_ROWS * one.scale[-1]
    same = (
        one.n_rows == other.n_rows
        and abs(one.shift[-1] - other.shift[-1]) <= tolerance
        and abs(one.scale[-1] - other.scale[-1]) <= tolerance
    )
    if not same:
        raise DifferentRowsError(
            f"The models were fitted to different rows or outcomes ({one.n_rows} rows of"
            f" {first.model.outcome_label}, {other.n_rows} rows of {second.model.outcome_label}),"
            " so their likelihoods cannot be compared. Missing values in one model's columns are"
            " the usual cause: keep the rows that are complete in both, and fit both to these."
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
