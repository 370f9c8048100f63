"""Kenward and Roger's standard errors and degrees of freedom for fixed effects.

Estimated variances make Phi = (X'V^-1X)^-1 too small a covariance of the coefficients. With P_i
and Q_ij the derivatives of X'V^-1X (:mod:`mlm_core.inference.covariance_derivatives`) and W the
covariance of the variance parameters, twice the inverse of

    tr(V^-1 G_i V^-1 G_j) - 2 tr(Phi Q_ij) + tr(Phi P_i Phi P_j),

the adjusted covariance is Phi + 2 Phi [ sum_ij W_ij (Q_ij - P_i Phi P_j) ] Phi. A hypothesis of
several coefficients is tested by a scaled F whose scale and degrees of freedom match two moments.
All are as in R's pbkrtest, here without any matrix of the size of the data.

On the boundary prefer it to Satterthwaite's degrees of freedom. Those are taken in theta (standard
deviations), in which nothing moves at first order where a variance is zero: it is counted as known.
The slope of ``mathkind ~ ses + (ses | schoolid)``, a singular fit, has 972.6 of them in lmerTest;
62.9, as here, are right. A predictor that is constant within 10 groups of 6 rows has 58 in lmerTest
when the groups' variance is estimated as zero, and 8, the groups less two coefficients, here.

References
----------
Kenward & Roger (1997), Biometrics 53(3); Halekoh & Hojsgaard (2014), Journal of Statistical
Software 59(9).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.fits.criterion import build_problem
from mlm_core.fits.curvature import Evaluation
from mlm_core.fits.estimates import t_table
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import find_optimum
from mlm_core.inference.covariance_derivatives import covariance_derivatives
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
_NO_CURVATURE = 1e-12
# As pbkrtest: what is nearer to zero than this is zero, ...
_ZERO = 1e-10
# ... and degrees of freedom this near to two have no scale.
_NO_SCALE = 1e-2


@dataclass(frozen=True, eq=False)
class KenwardRoger:
    """Adjusted covariance of the fixed coefficients, and what gives degrees of freedom.

    Attributes
    ----------
    terms : tuple of str
    beta : ndarray (p,)
        REML estimates.
    vcov : ndarray (p, p)
        The adjusted covariance.
    unadjusted : ndarray (p, p)
        sigma^2 (X'V^-1X)^-1.
    variance_covariance : ndarray (m, m)
        W, of the variances relative to sigma^2.
    gradients : ndarray (m, p, p)
        Derivatives of the unadjusted covariance, in the same parameters.
    notes : tuple of Note
    """

    terms: tuple[str, ...]
    beta: FloatArray
    vcov: FloatArray
    unadjusted: FloatArray
    variance_covariance: FloatArray
    gradients: FloatArray
    notes: tuple[Note, ...]

    @property
    def coefficients(self) -> pd.DataFrame:
        """Fixed effects. Columns: term, estimate, se, df, t, p, lower, upper."""
        units = np.eye(len(self.beta))
        df = np.array([self.reference(unit[None]).df for unit in units])
        return t_table(self.terms, self.beta, np.sqrt(np.diag(self.vcov)), df)

    def reference(self, contrasts: FloatArray) -> ScaledF:
        """Return the distribution a hypothesis is held against; contrasts (q, p) of full rank."""
        q = len(contrasts)
        theta = np.linalg.inv(contrasts @ self.unadjusted @ contrasts.T)
        moved = np.einsum("qr,ri,mij,sj->mqs", theta, contrasts, self.gradients, contrasts)
        traces = np.trace(moved, axis1=1, axis2=2)
        first = float(traces @ self.variance_covariance @ traces)
        products = np.einsum("mqr,nrq->mn", moved, moved)
        second = float((self.variance_covariance * products).sum())
        return _scaled_f(first, second, q)


@dataclass(frozen=True, slots=True)
class ScaledF:
    """F distribution of ``scale`` times a Wald statistic."""

    df: float
    scale: float


def kenward_roger(fit: MixedFit) -> KenwardRoger:
    """Return Kenward-Roger inference for the fixed effects of a mixed fit.

    The method is one for REML. A fit by ML is refitted by REML from its moments, and a note says
    so.
    """
    problem, at = fit.problem, fit.at
    notes: tuple[Note, ...] = ()
    if fit.method == "ML":
        problem = build_problem(problem.moments, "REML")
        at, notes = find_optimum(problem).at, (_refitted_note(),)
    derivatives = covariance_derivatives(problem, at)
    phi = at.ascent.root.inverse
    p_phi = derivatives.first @ phi
    squares = np.einsum("mij,njk->mnik", p_phi, derivatives.first)
    # Q enters through symmetric sums only: half of the second derivative stands for it.
    halves = derivatives.second / 2.0
    information = -derivatives.log_det
    information -= 2.0 * np.einsum("ij,mnji->mn", phi, halves)
    information += np.einsum("mnij,ji->mn", squares, phi)
    w = 2.0 * _inverse(information)
    bias = np.einsum("mn,mnij->ij", w, halves - squares)
    adjusted = phi + 2.0 * phi @ ((bias + bias.T) / 2.0) @ phi
    sigma2 = float(at.ascent.root.r2) / problem.df
    gradients = -phi @ derivatives.first @ phi
    return KenwardRoger(
        terms=fit.terms,
        beta=_beta(fit, at),
        vcov=fit.scale.covariance(sigma2 * adjusted),
        unadjusted=fit.scale.covariance(sigma2 * phi),
        variance_covariance=w,
        gradients=np.stack([fit.scale.covariance(sigma2 * part) for part in gradients]),
        notes=notes,
    )


def _beta(fit: MixedFit, at: Evaluation) -> FloatArray:
    return fit.scale.beta(at.ascent.root.beta)


def _inverse(information: FloatArray) -> FloatArray:
    """Invert on unit diagonal, leaving out directions nothing is known of."""
    root = np.sqrt(np.abs(np.diag(information)))
    root[root == 0.0] = 1.0
    values, vectors = np.linalg.eigh(information / np.outer(root, root))
    is_known = np.abs(values) > _NO_CURVATURE * np.abs(values).max()
    chosen = vectors[:, is_known]
    return np.asarray((chosen / values[is_known]) @ chosen.T / np.outer(root, root))


def _scaled_f(first: float, second: float, q: int) -> ScaledF:
    """Return scale and degrees of freedom from A1 and A2 of Kenward & Roger, section 3."""
    b = (first + 6.0 * second) / (2.0 * q)
    g = ((q + 1) * first - (q + 4) * second) / ((q + 2) * second)
    over = 3.0 * q + 2.0 * (1.0 - g)
    v0 = 1.0 + g / over * b
    v1 = 1.0 - (q - g) / over * b
    v2 = 1.0 - (q + 2 - g) / over * b
    v0 = 0.0 if abs(v0) < _ZERO else v0
    rest = 1.0 - second / q
    ratio = 1.0 if abs(rest) < _ZERO and abs(v1) < _ZERO else rest / v1
    rho = ratio**2 * v0 / v2 / q
    df = 4.0 + (q + 2) / (q * rho - 1.0)
    scale = 1.0 if abs(df - 2.0) < _NO_SCALE else df * rest / (df - 2.0)
    return ScaledF(df, scale)


def _refitted_note() -> Note:
    message = (
        "Kenward-Roger standard errors are made for REML: estimates and standard errors here are"
        " those of the same model refitted by REML."
    )
    return Note("refitted-by-reml", "note", message)
