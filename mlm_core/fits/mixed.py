"""The mixed model: fixed effects, variances between groups, and the groups' own effects.

``fit_mixed`` names the steps: prepare, set up the criterion, search, settle, and collect. A
:class:`MixedFit` holds moments, never rows; tables are made when they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.grouping import Level
from mlm_core.data.model import Model
from mlm_core.data.tables import Table
from mlm_core.errors import ModelError
from mlm_core.fits import printing
from mlm_core.fits.boundary import is_singular_block, singular_notes
from mlm_core.fits.covariances import variance_table
from mlm_core.fits.criterion import Method, Problem, build_problem
from mlm_core.fits.curvature import Curvature, Evaluation
from mlm_core.fits.effects import level_effects, level_modes
from mlm_core.fits.estimates import UserScale, estimate_of, t_table, user_scale
from mlm_core.fits.groups import effects_table, find_level, group_lines, group_sizes, group_values
from mlm_core.fits.optimum import find_optimum
from mlm_core.fits.preparation import Preparation, check_outcome_inside, prepare
from mlm_core.fits.residual import residual_notes, scaled_residual_quantiles
from mlm_core.fits.satterthwaite import VarianceInformation, variance_information
from mlm_core.fits.structure import lower_factor
from mlm_core.moments.moments import Moments
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MixedFit:
    """A fitted mixed model.

    Attributes
    ----------
    model : Model
        What was asked for.
    method : {"REML", "ML"}
    problem : Problem
        The moments and the criterion made of them.
    at : Evaluation
        The criterion at the estimate.
    curvature : Curvature
        Its exact second derivatives.
    evaluations : int
        Evaluations of the criterion during the search.
    residual_quantiles : ndarray (5,)
        Minimum, quartiles and maximum of the residuals divided by sigma (fixed and group effects
        removed).
    dropped : tuple of str
        Fixed columns left out because they carry no information of their own.
    notes : tuple of Note
    """

    model: Model
    method: Method
    problem: Problem
    at: Evaluation
    curvature: Curvature
    evaluations: int
    residual_quantiles: FloatArray
    dropped: tuple[str, ...]
    notes: tuple[Note, ...]

    # --- size -------------------------------------------------------------------------------------

    @property
    def levels(self) -> tuple[Level, ...]:
        """Grouping levels, outermost first."""
        return self.problem.moments.levels

    @property
    def n_obs(self) -> int:
        """Number of rows used."""
        return self.problem.moments.n_rows

    @property
    def n_groups(self) -> dict[str, int]:
        """Number of groups by level, outermost first."""
        return {level.name: level.n_groups for level in self.levels}

    @property
    def n_parameters(self) -> int:
        """Number of parameters: fixed coefficients, theta and sigma."""
        return self.problem.p + self.problem.structure.n_theta + 1

    @cached_property
    def group_sizes(self) -> pd.DataFrame:
        """Rows a group. Columns: level, groups, min, mean, max; outermost level first."""
        return group_sizes(self.problem.moments)

    # --- likelihood -------------------------------------------------------------------------------

    @property
    def converged(self) -> bool:
        """Always true: a search without its certificate raises instead."""
        return True

    @property
    def criterion(self) -> float:
        """REML criterion, or deviance for ML, at the estimate."""
        return self.at.value

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood (restricted for REML)."""
        return -0.5 * self.criterion

    @property
    def aic(self) -> float:
        """Akaike's criterion from ``criterion`` and ``n_parameters``."""
        return self.criterion + 2.0 * self.n_parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion with n the number of rows, as lme4 counts."""
        return self.criterion + float(np.log(self.n_obs)) * self.n_parameters

    # --- variances --------------------------------------------------------------------------------

    @cached_property
    def theta(self) -> FloatArray:
        """Free entries of Lambda on the user's columns, innermost level first."""
        scale = [
            block.entries(lower_factor(block.relative_covariance(self.at.theta)))
            for block in self.problem.structure.blocks
        ]
        return np.concatenate(scale) if scale else np.zeros(0)

    @property
    def sigma(self) -> float:
        """Residual standard deviation."""
        r2 = float(self.at.root.r2)
        return float(np.sqrt(r2 / self.problem.df) * self.problem.moments.scale[-1])

    @property
    def is_singular(self) -> bool:
        """Whether a variance is zero or a correlation one, by lme4's tolerance on unit columns."""
        return any(
            is_singular_block(block, self.at.theta) for block in self.problem.structure.blocks
        )

    @cached_property
    def variances(self) -> pd.DataFrame:
        """Variances and covariances. Columns: level, term, other, variance, sd, corr.

        Outermost level first, a covariance has its second effect in ``other`` and its value in
        ``variance``; the residual stands last.
        """
        return variance_table(self.problem, self.at.theta, self.sigma)

    # --- fixed effects ----------------------------------------------------------------------------

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the fixed coefficients."""
        return tuple(name.label for name in self.problem.moments.layout.fixed)

    @cached_property
    def scale(self) -> UserScale:
        """The map from stored coefficients to the user's."""
        return user_scale(self.problem.moments)

    @cached_property
    def beta(self) -> FloatArray:
        """Fixed coefficients, shape (p,)."""
        return self.scale.beta(self.at.root.beta)

    @cached_property
    def information(self) -> VarianceInformation:
        """What is known of the variance parameters; gives degrees of freedom of any contrast."""
        return variance_information(self.problem, self.at, self.curvature, self.scale)

    @property
    def vcov(self) -> FloatArray:
        """Covariance of the fixed coefficients, sigma^2 (X'V^-1 X)^-1, shape (p, p)."""
        return self.information.vcov

    @cached_property
    def correlations(self) -> FloatArray:
        """Correlations of the fixed coefficients, shape (p, p)."""
        root = np.sqrt(np.diag(self.vcov))
        return np.asarray(self.vcov / np.outer(root, root))

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """Fixed effects with Satterthwaite's degrees of freedom and 95% intervals.

        Columns: term, estimate, se, df, t, p, lower, upper.
        """
        df = self.information.degrees_of_freedom(np.eye(self.problem.p))
        return t_table(self.terms, self.beta, np.sqrt(np.diag(self.vcov)), df)

    def estimate(self, term: str) -> float:
        """Return the estimate of one fixed coefficient; NaN where the model does not have it."""
        return estimate_of(self.terms, self.beta, term)

    # --- groups -----------------------------------------------------------------------------------

    def effects(self, level: str) -> pd.DataFrame:
        """Return the conditional modes (BLUPs) of a level, by its name or its innermost column.

        Columns: those of its key, group, n, term, mode, sd; a row for each group and effect.
        """
        index = find_level(self.levels, level)
        return effects_table(
            self.problem.moments, index, level_effects(self.problem, self.at, index)
        )

    def group_coefficients(self, level: str) -> pd.DataFrame:
        """Return each group's own coefficients: fixed effects plus modes, outer levels included.

        Columns: group, n, term, estimate.
        """
        index = find_level(self.levels, level)
        return group_lines(self.problem.moments, index, self.group_values(level))

    def group_values(self, level: str) -> dict[str, FloatArray]:
        """Return the same by term, with the value of every group, shape (n_groups,)."""
        index = find_level(self.levels, level)
        modes = [level_modes(self.problem, self.at, outer) for outer in range(index + 1)]
        return group_values(self.problem.moments, self.terms, self.beta, modes)

    def summary(self) -> str:
        """Return a text laid out as R's summary of an lmer fit."""
        return printing.mixed_summary(self)


def fit_mixed(model: Model, data: Table | Moments, *, method: Method = "REML") -> MixedFit:
    """Fit a mixed model.

    Parameters
    ----------
    model : Model
        With at least one random term.
    data : DataFrame, any other table, or Moments
        One row an observation; rows with a missing value in a column of the model are left out.
    method : {"REML", "ML"}
        Restricted or full maximum likelihood.

    Raises
    ------
    ModelError
        The model has no random part.
    TableError
        The table cannot carry the model.
    FitError
        No estimate exists (a perfect fit).

    References
    ----------
    Bates, Maechler, Bolker & Walker (2015), Journal of Statistical Software 67(1).
    """
    if not model.random:
        raise ModelError(
            "The model has no random part, so there is nothing mixed about it: add a"
            " grouping level,"
            " or use fit_pooled."
        )
    if method not in ("REML", "ML"):
        raise ModelError(f"The method must be 'REML' or 'ML', not {method!r}.")
    return mixed_from(prepare(model, data), method)


def mixed_from(preparation: Preparation, method: Method) -> MixedFit:
    """Fit a model whose moments are already there; see :func:`fit_mixed`."""
    moments = preparation.moments
    check_outcome_inside(moments)
    problem = build_problem(moments, method)
    found = find_optimum(problem)
    at = found.at
    sigma = float(np.sqrt(float(at.root.r2) / problem.df))
    return MixedFit(
        model=moments.layout.model,
        method=method,
        problem=problem,
        at=at,
        curvature=found.curvature,
        evaluations=found.evaluations,
        residual_quantiles=scaled_residual_quantiles(preparation.design, moments, at, sigma),
        dropped=preparation.dropped,
        notes=(
            *preparation.notes,
            *singular_notes(problem, at.theta, moments.levels),
            *residual_notes(preparation.design),
        ),
    )
