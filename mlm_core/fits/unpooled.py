"""The unpooled model: a regression of its own in every group (no pooling).

All groups are solved at once from their moments. A group that cannot carry its line (too few rows,
or a predictor that does not vary inside it) is missing, counted and listed; a group whose line
passes through all its rows has an estimate but no standard error. Predictors that are constant
within every group are left out with a note: no group can show their slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.data.layout import INTERCEPT
from mlm_core.data.model import Model
from mlm_core.data.tables import Table
from mlm_core.errors import ModelError
from mlm_core.fits import printing
from mlm_core.fits.estimates import CONFIDENCE
from mlm_core.fits.groups import find_level
from mlm_core.fits.preparation import Preparation, prepare
from mlm_core.moments.moments import NO_VARIATION, Moments
from mlm_core.moments.packed import unpack
from mlm_core.moments.tree import State
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
# Smallest eigenvalue of the correlations of a group's predictors that still carries slopes.
_CARRIES = 1e-10
# Residual share of a group's variation that is rounding: its line meets all its rows.
_EXACT = 1e-24


@dataclass(frozen=True, eq=False)
class UnpooledFit:
    """A regression in every group of one level.

    Attributes
    ----------
    model : Model
    level : str
        Level whose groups are fitted.
    terms : tuple of str
        Names of the coefficients, the intercept first.
    labels : ndarray of str (G,)
        Groups.
    sizes : ndarray (G,)
        Rows in each group.
    estimates, errors : ndarray (p, G)
        Coefficients and standard errors, NaN where a group cannot give one.
    degrees : ndarray (G,)
        Residual degrees of freedom.
    residual_squares : float
        Summed over the groups that carry a line, in squared units of the outcome.
    notes : tuple of Note
    """

    model: Model
    level: str
    terms: tuple[str, ...]
    labels: NDArray[np.object_]
    sizes: FloatArray
    estimates: FloatArray
    errors: FloatArray
    degrees: FloatArray
    residual_squares: float
    notes: tuple[Note, ...]

    @property
    def n_groups(self) -> int:
        """Number of groups, those without a line included."""
        return len(self.labels)

    @property
    def n_obs(self) -> int:
        """Number of rows used."""
        return int(self.sizes.sum())

    @property
    def missing_groups(self) -> tuple[str, ...]:
        """Groups that cannot carry a line."""
        return tuple(self.labels[np.isnan(self.estimates).any(axis=0)])

    @property
    def by_term(self) -> dict[str, FloatArray]:
        """The estimates by term, shape (G,)."""
        return dict(zip(self.terms, self.estimates, strict=True))

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """Every group's coefficients. Columns: group, n, term, estimate, se, lower, upper.

        Intervals are 95% t intervals with the group's own residual degrees of freedom.
        """
        p = len(self.terms)
        with np.errstate(invalid="ignore"):
            half = special.stdtrit(self.degrees, 0.5 + CONFIDENCE / 2.0) * self.errors
        return pd.DataFrame(
            {
                "group": np.repeat(self.labels, p),
                "n": np.repeat(self.sizes.astype(np.int64), p),
                "term": np.tile(self.terms, self.n_groups),
                "estimate": self.estimates.T.ravel(),
                "se": self.errors.T.ravel(),
                "lower": (self.estimates - half).T.ravel(),
                "upper": (self.estimates + half).T.ravel(),
            }
        )

    @cached_property
    def averages(self) -> pd.DataFrame:
        """Four ways to average the groups' coefficients.

        Columns: term, mean, median, size_weighted, precision_weighted, n_groups (with an estimate),
        n_missing, n_weighted (groups with a standard error, which the precision weights need).
        """
        records = []
        for term, estimate, error in zip(self.terms, self.estimates, self.errors, strict=True):
            has = ~np.isnan(estimate)
            weighted = has & (error > 0.0)
            precision = 1.0 / error[weighted] ** 2
            records.append(
                (
                    term,
                    *_middle(estimate[has]),
                    _weighted(estimate[has], self.sizes[has]),
                    _weighted(estimate[weighted], precision),
                    int(has.sum()),
                    int((~has).sum()),
                    int(weighted.sum()),
                )
            )
        columns = ["term", "mean", "median", "size_weighted", "precision_weighted", "n_groups"]
        return pd.DataFrame.from_records(records, columns=[*columns, "n_missing", "n_weighted"])

    def summary(self) -> str:
        """Return a text with the averages and the spread of the groups' coefficients."""
        return printing.unpooled_summary(self)


def fit_unpooled(model: Model, data: Table | Moments, *, level: str | None = None) -> UnpooledFit:
    """Fit a regression in every group.

    Parameters
    ----------
    model : Model
        Its fixed part is fitted in every group; it must have an intercept and a random part.
    data : DataFrame, any other table, or Moments
    level : str, optional
        Name of the level, or its innermost column; by default the outermost.

    Raises
    ------
    ModelError
        The model has no grouping level, or no intercept.
    TableError
        The table cannot carry the model.
    """
    if not model.random:
        raise ModelError("The model has no grouping level, so there are no groups to fit apart.")
    if not model.has_intercept:
        raise ModelError("Separate regressions need an intercept: remove '- 1' from the formula.")
    return unpooled_from(prepare(model, data), level)


def unpooled_from(preparation: Preparation, level: str | None = None) -> UnpooledFit:
    """Fit from moments that are already there; see :func:`fit_unpooled`."""
    moments = preparation.moments
    index = 0 if level is None else find_level(moments.levels, level)
    grouping = moments.levels[index]
    state = moments.states[index + 1]
    slopes, constant = _varying(moments, index)
    solved = _solve(moments, state, slopes)
    labels = grouping.labels()
    notes = [*preparation.notes, *(_constant_note(name, grouping.name) for name in constant)]
    is_missing = np.isnan(solved.estimates).any(axis=0)
    if is_missing.any():
        notes.append(_missing_note(labels[is_missing], grouping.name, grouping.n_groups))
    return UnpooledFit(
        model=moments.layout.model,
        level=grouping.name,
        terms=("(Intercept)", *(moments.columns[slope].label for slope in slopes)),
        labels=labels,
        sizes=state.weight,
        estimates=solved.estimates,
        errors=solved.errors,
        degrees=solved.degrees,
        residual_squares=solved.residual_squares,
        notes=tuple(notes),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Solved:
    """Coefficients on the user's scale, shapes as in :class:`UnpooledFit`."""

    estimates: FloatArray
    errors: FloatArray
    degrees: FloatArray
    residual_squares: float


def _varying(moments: Moments, level: int) -> tuple[list[int], list[str]]:
    """Split the predictors into those that vary inside some group and those that do not."""
    slopes, constant = [], []
    for name in moments.layout.fixed:
        if name == INTERCEPT:
            continue
        if moments.varies_inside(name, level):
            slopes.append(moments.columns.index(name))
        else:
            constant.append(name.label)
    return slopes, constant


def _solve(moments: Moments, state: State, slopes: list[int]) -> _Solved:
    chosen = np.array(slopes, dtype=np.intp)
    products = np.moveaxis(unpack(state.products, moments.k), -1, 0)
    x, y = products[:, chosen[:, None], chosen], products[:, chosen, -1]
    carries, inverse = _inverses(x)
    beta = np.einsum("gij,gj->gi", inverse, y)
    total = products[:, -1, -1]
    left = np.maximum(total - np.einsum("gi,gi->g", beta, y), 0.0)
    degrees = state.weight - len(slopes) - 1.0
    carries &= degrees >= 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        is_exact = (degrees <= 0.0) | (left <= _EXACT * state.weight)
        sigma2 = np.where(is_exact, np.nan, left / degrees)
    means, scale = state.means.T, moments.scale
    per_unit = scale[-1] / scale[chosen]
    slope = beta * per_unit
    centre = moments.shift[chosen] + scale[chosen] * means[:, chosen]
    outcome = moments.shift[-1] + scale[-1] * means[:, -1]
    intercept = outcome - np.einsum("gi,gi->g", slope, centre)
    covariance = inverse * np.outer(per_unit, per_unit) * sigma2[:, None, None]
    at_zero = np.einsum("gi,gij,gj->g", centre, covariance, centre)
    variance = np.column_stack(
        [
            at_zero + sigma2 * scale[-1] ** 2 / state.weight,
            np.diagonal(covariance, axis1=1, axis2=2),
        ]
    )
    estimates = np.column_stack([intercept, slope])
    estimates[~carries] = variance[~carries] = np.nan
    squares = float(left[carries].sum()) * scale[-1] ** 2
    return _Solved(estimates.T, np.sqrt(variance.T), np.maximum(degrees, 0.0), squares)


def _inverses(x: FloatArray) -> tuple[NDArray[np.bool_], FloatArray]:
    """Return which groups carry all slopes, and their inverses (identity for the others)."""
    n_groups, p = x.shape[0], x.shape[1]
    if p == 0:
        return np.ones(n_groups, dtype=bool), x
    root = np.sqrt(np.diagonal(x, axis1=1, axis2=2))
    varies = np.asarray((root**2 > NO_VARIATION).all(axis=1))
    root = np.where(varies[:, None], root, 1.0)
    unit = np.where(varies[:, None, None], x / (root[:, :, None] * root[:, None, :]), np.eye(p))
    carries = varies & (np.linalg.eigvalsh(unit)[:, 0] > _CARRIES)
    unit = np.where(carries[:, None, None], unit, np.eye(p))
    return carries, np.linalg.inv(unit) / (root[:, :, None] * root[:, None, :])


def _middle(values: FloatArray) -> tuple[float, float]:
    if not len(values):
        return float("nan"), float("nan")
    return float(values.mean()), float(np.median(values))


def _weighted(values: FloatArray, weights: FloatArray) -> float:
    return float(values @ weights / weights.sum()) if len(values) else float("nan")


def _constant_note(term: str, level: str) -> Note:
    message = (
        f"{term} has one value in each group of {level}, so no group can show its slope;"
        " the separate"
        " regressions leave it out."
    )
    return Note("constant-within-groups", "note", message, {"term": term, "level": level})


def _missing_note(labels: NDArray[np.object_], level: str, n_groups: int) -> Note:
    shown = ", ".join(str(label) for label in labels[:10])
    rest = f" and {len(labels) - 10} more" if len(labels) > 10 else ""
    message = (
        f"{len(labels):,} of {n_groups:,} groups of {level} cannot carry a line of their own"
        " (too few rows,"
        f" or a predictor without variation inside the group): {shown}{rest}."
    )
    numbers = {"groups": tuple(labels), "n_groups": n_groups, "level": level}
    return Note("groups-without-line", "note", message, numbers)
