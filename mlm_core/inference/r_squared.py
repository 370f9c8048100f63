"""How much a model explains: marginal and conditional R2 of a mixed model.

Of the variance of the outcome as the model has it,

    marginal:     Var(X beta) / (Var(X beta) + V_random + sigma^2),
    conditional:  (Var(X beta) + V_random) / (the same),

Var(X beta) over the rows and V_random the mean over the rows of z' Cov(b) z, all levels together
(Nakagawa & Schielzeth 2013; Johnson 2014 for slopes). A slope counts however it is written. R's
performance (0.10) leaves slopes of ``||`` terms out: for ``Reaction ~ Days + (Days || Subject)`` of
sleepstudy it prints 0.415 and 0.702 where 0.283 and 0.797 are right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import effect_products, effect_rows
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.packed import unpack
from mlm_core.notes import Note


@dataclass(frozen=True, slots=True)
class RSquared:
    """Shares of variance a model accounts for.

    Attributes
    ----------
    marginal : float
        Share of the fixed part.
    conditional : float
        Share of fixed part and groups together.
    fixed_variance, random_variance, residual_variance : float
        The three parts, in squared units of the outcome.
    notes : tuple of Note
        Where R prints another figure.
    """

    marginal: float
    conditional: float
    fixed_variance: float
    random_variance: float
    residual_variance: float
    notes: tuple[Note, ...]


def r_squared(fit: MixedFit) -> RSquared:
    """Return Nakagawa's marginal and conditional R2."""
    moments, problem = fit.problem.moments, fit.problem
    root, unit = fit.at.ascent.root, float(fit.problem.moments.scale[-1]) ** 2
    whole = moments.root
    slopes = [(b, i) for b, i in zip(root.beta, problem.fixed, strict=True) if i != NO_COLUMN]
    beta, columns = np.array([b for b, _ in slopes]), [i for _, i in slopes]
    cross = unpack(whole.products, moments.k)[..., 0][columns][:, columns]
    fixed = unit * float(beta @ cross @ beta) / (moments.n_rows - 1)
    residual = fit.sigma**2
    varying = 0.0
    for block in problem.structure.blocks:
        factor = block.factor(fit.at.theta)
        products = effect_products(effect_rows(whole, block), block)[..., 0]
        varying += residual * float((factor @ factor.T * products).sum()) / moments.n_rows
    total = fixed + varying + residual
    notes = (_uncorrelated_note(),) if _has_uncorrelated_slopes(problem) else ()
    return RSquared(fixed / total, (fixed + varying) / total, fixed, varying, residual, notes)


def _has_uncorrelated_slopes(problem: Problem) -> bool:
    return any(len(problem.structure.at_level(i)) > 1 for i in range(len(problem.moments.levels)))


def _uncorrelated_note() -> Note:
    message = (
        "The slopes of this model are uncorrelated with its intercepts (||). They count in R\u00b2"
        " here; R's package performance (0.10) leaves such slopes out, in R\u00b2 and in the ICC,"
        " and prints other figures."
    )
    return Note("uncorrelated-slopes-in-r", "note", message)
