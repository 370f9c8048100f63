"""Tests of random terms: each dropped in turn, and all of them against the pooled model.

``drop_random_terms`` is the table of lmerTest's ``ranova``: a term with a random intercept only is
removed, a random slope is removed from its term. Reduced models are fitted from the moments of the
full one. ``compare_with_pooled`` gives the mixed-against-linear test twice: as R prints it when a
REML fit is held against an ``lm`` (whose likelihood is not restricted), and like against like.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from mlm_core.data.layout import INTERCEPT, Block, Column
from mlm_core.fits.criterion import Method
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import least_criterion
from mlm_core.inference.boundary_mixture import (
    Covariance,
    boundary_weights,
    chi_square_tail,
    covariances_of,
    mixture_tail,
)
from mlm_core.inference.cone_weights import weights_without_effects
from mlm_core.inference.likelihood_ratio import (
    LikelihoodRatioTest,
    Pair,
    build_test,
    likelihood_ratio,
)
from mlm_core.notes import Note


@dataclass(frozen=True, eq=False)
class RandomTermTests:
    """Likelihood-ratio tests of single random terms.

    Attributes
    ----------
    table : DataFrame
        Columns term, n_parameters, log_likelihood, aic, statistic, df, p, p_boundary; the full
        model first, as ``<none>``.
    method : {"REML", "ML"}
    notes : tuple of Note
    """

    table: pd.DataFrame
    method: Method
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class PooledComparison:
    """A mixed fit against the linear model with the same fixed part.

    Attributes
    ----------
    as_printed : LikelihoodRatioTest
        The mixed fit's own criterion against the full likelihood of the linear model, as R's
        ``anova(fit, lm, refit = FALSE)`` prints it.
    like_with_like : LikelihoodRatioTest
        Both by the mixed fit's method.
    note : Note
        Why the two differ, or that they do not.
    """

    as_printed: LikelihoodRatioTest
    like_with_like: LikelihoodRatioTest
    note: Note


@dataclass(frozen=True, eq=False, slots=True)
class Reduction:
    """A model with one random term less.

    Attributes
    ----------
    label : str
        The term, as lmerTest's ``ranova`` writes it.
    blocks : tuple of Block
        Random effects that stay.
    removed : tuple of Covariance
        Variances and covariances that go.
    """

    label: str
    blocks: tuple[Block, ...]
    removed: tuple[Covariance, ...]


def drop_random_terms(fit: MixedFit) -> RandomTermTests:
    """Test every random term by leaving it out."""
    moments = fit.problem.moments
    unknown = float("nan")
    full = ("<none>", fit.n_parameters, fit.log_likelihood, fit.aic)
    records: list[tuple[str, int, float, float, float, float, float, float]] = [
        (*full, unknown, unknown, unknown, unknown)
    ]
    several = False
    for reduction in reductions(fit):
        criterion = least_criterion(moments, fit.method, reduction.blocks)
        df = len(reduction.removed)
        n_parameters = fit.n_parameters - df
        statistic = max(likelihood_ratio(criterion, fit.criterion), 0.0)
        weights = boundary_weights(reduction.removed)
        several |= not weights
        records.append(
            (
                reduction.label,
                n_parameters,
                -0.5 * criterion,
                criterion + 2.0 * n_parameters,
                statistic,
                df,
                float(chi_square_tail(statistic, df)),
                float(mixture_tail(statistic, weights)) if weights else unknown,
            )
        )
    columns = [
        "term",
        "n_parameters",
        "log_likelihood",
        "aic",
        "statistic",
        "df",
        "p",
        "p_boundary",
    ]
    notes = (_unknown_mixture(),) if several else ()
    return RandomTermTests(pd.DataFrame.from_records(records, columns=columns), fit.method, notes)


def compare_with_pooled(fit: MixedFit) -> PooledComparison:
    """Test all random terms of a mixed fit together."""
    moments = fit.problem.moments
    p, n_theta = fit.problem.p, fit.problem.structure.n_theta
    zero = [
        covariance for block in moments.layout.blocks for covariance in _covariances(fit, block)
    ]
    mixture = weights_without_effects(fit.problem)
    tests: dict[Method, LikelihoodRatioTest] = {}
    methods: tuple[Method, ...] = ("ML", "REML")
    for method in methods:
        pair = Pair(
            names=(fit.model.pooled().formula, fit.model.formula),
            criteria=(least_criterion(moments, method, ()), fit.criterion),
            counts=(p + 1, p + n_theta + 1),
            n_obs=fit.n_obs,
        )
        null = "nothing varies between groups"
        tests[method] = build_test(
            pair, null=null, method=fit.method, small_method=method, zero=zero, mixture=mixture
        )
    printed, alike = tests["ML"], tests[fit.method]
    return PooledComparison(printed, alike, _printed_note(fit.method, printed, alike))


def reductions(fit: MixedFit) -> list[Reduction]:
    """Return the models with one random term less, intercepts before slopes."""
    blocks = fit.problem.moments.layout.blocks
    found = []
    for position, block in enumerate(blocks):
        rest = (blocks[:position], blocks[position + 1 :])
        slopes = _droppable(fit, block)
        if INTERCEPT not in block.columns or not slopes:
            label = _block_label(fit, block)
            removed = _covariances(fit, block)
            found.append(Reduction(label, (*rest[0], *rest[1]), removed))
            continue
        for name, columns in slopes:
            kept = tuple(column for column in block.columns if column not in columns)
            removed = tuple(
                item for item in _covariances(fit, block) if set(item[1:]) & set(columns)
            )
            smaller = replace(block, columns=kept)
            label = f"{name} in {_inside(fit, block)}"
            found.append(Reduction(label, (*rest[0], smaller, *rest[1]), removed))
    return sorted(found, key=lambda reduction: reduction.label.startswith("(") is False)


def _droppable(fit: MixedFit, block: Block) -> list[tuple[str, tuple[Column, ...]]]:
    """Return the slopes of a block by term, as (name, columns), those inside interactions aside."""
    by_term: dict[tuple[object, ...], list[Column]] = {}
    for column in block.columns:
        if column != INTERCEPT:
            by_term.setdefault(tuple(f.expression for f in column.factors), []).append(column)
    found = []
    for term, columns in by_term.items():
        if any(set(term) < set(other) for other in by_term):
            continue
        name = ":".join(str(expression) for expression in term)
        found.append((name, tuple(columns)))
    return found


def _covariances(fit: MixedFit, block: Block) -> tuple[Covariance, ...]:
    return covariances_of(fit.levels[block.level].columns, block.columns)


def _inside(fit: MixedFit, block: Block) -> str:
    """Write a block as R does, level named innermost first."""
    level = fit.levels[block.level].name
    names = list(
        dict.fromkeys(
            ":".join(str(f.expression) for f in column.factors)
            for column in block.columns
            if column != INTERCEPT
        )
    )
    if not names:
        return f"(1 | {level})"
    head = [] if INTERCEPT in block.columns else ["0"]
    return f"({' + '.join([*head, *names])} | {level})"


def _block_label(fit: MixedFit, block: Block) -> str:
    inside = _inside(fit, block)
    slopes = _droppable(fit, block)
    return f"{slopes[0][0]} in {inside}" if slopes else inside


def _unknown_mixture() -> Note:
    message = (
        "For a term with several variances and covariances no simple reference distribution"
        " exists on the boundary; its plain p-value is an upper bound, and the parametric"
        " bootstrap gives the p-value itself."
    )
    return Note("no-mixture", "note", message)


def _printed_note(method: Method, printed: LikelihoodRatioTest, alike: LikelihoodRatioTest) -> Note:
    numbers = {"printed": printed.statistic, "alike": alike.statistic}
    if method == "ML":
        message = "Both models are compared by full maximum likelihood, so R prints the same test."
        return Note("printed-comparison", "note", message, numbers)
    message = (
        "R's anova of a REML fit against lm, without refitting, sets the restricted likelihood"
        f" of the one against the full likelihood of the other and prints {printed.statistic:.2f}."
        " These are likelihoods of different things; with both restricted the statistic is"
        f" {alike.statistic:.2f}."
    )
    return Note("printed-comparison", "note", message, numbers)
