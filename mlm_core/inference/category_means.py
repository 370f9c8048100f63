"""The outcome by category of a predictor: of all rows, and inside every group.

A category has no slope to draw; what can be compared between groups is the mean in each category.
From the moments: n of a category is the sum of its indicator, its total the sum of the products of
indicator and outcome; the reference, which has no column, is what the others leave of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.expressions import Variable
from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.groups import find_level, group_constants
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.inference.fitted_lines import weighted_sum
from mlm_core.inference.pushed_points import mean_of
from mlm_core.moments.moments import Moments
from mlm_core.moments.packed import position

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CategoryMeans:
    """Means of the outcome by category, in the order of the categories.

    Attributes
    ----------
    outcome, predictor, level : str
    categories : tuple of str
    overall : DataFrame
        ``category``, ``n``, ``mean`` (of the rows), ``pooled`` (of the pooled regression).
    groups : DataFrame
        ``group``, ``category``, ``n``, ``mean`` (of the rows, NaN without any), ``mixed`` (of the
        mixed model): one row for every group and category.
    at : Mapping[str, float]
        Values at which pooled and mixed hold the other terms.
    own : tuple of str
        Those among them held at the group's own value in ``mixed``.
    """

    outcome: str
    predictor: str
    level: str
    categories: tuple[str, ...]
    overall: pd.DataFrame
    groups: pd.DataFrame
    at: Mapping[str, float]
    own: tuple[str, ...]

    @property
    def n_groups(self) -> int:
        """How many groups there are."""
        return len(self.groups) // len(self.categories)

    @property
    def sizes(self) -> pd.DataFrame:
        """Rows of every group: ``group``, ``n``."""
        return self.groups.groupby("group", sort=False)[["n"]].sum().reset_index()

    @property
    def by_group(self) -> Floats:
        """Means of the rows, shape (groups, categories)."""
        return self.groups["mean"].to_numpy().reshape(-1, len(self.categories))

    @property
    def n_whole(self) -> int:
        """Groups with rows in every category."""
        return int(np.isfinite(self.by_group).all(axis=1).sum())

    @property
    def n_alike(self) -> int:
        """Groups among these whose highest mean is in the category that is highest over all."""
        whole = self.by_group[np.isfinite(self.by_group).all(axis=1)]
        return int((whole.argmax(axis=1) == self.overall["mean"].to_numpy().argmax()).sum())


def category_predictors(fit: PooledFit) -> tuple[str, ...]:
    """Return the categorical predictors of a fit that have coefficients of their own."""
    names = (_variable(column) for column in fit.moments.layout.fixed if len(column.factors) == 1)
    return tuple(dict.fromkeys(name for name in names if name))


def category_means(
    predictor: str, *, pooled: PooledFit, mixed: MixedFit, level: str
) -> CategoryMeans:
    """Average the outcome in the categories of a predictor.

    Parameters
    ----------
    predictor : str
        One of :func:`category_predictors`.
    pooled, mixed : fits
        Of the same model on the same table.
    level : str
        Level of the groups.

    Raises
    ------
    UnknownColumnError
        The predictor is no categorical one of the model.
    """
    if predictor not in category_predictors(pooled):
        raise UnknownColumnError(predictor, category_predictors(pooled))
    moments = mixed.problem.moments
    index = find_level(moments.levels, level)
    labels = moments.levels[index].labels()
    categories = tuple(str(each) for each in moments.layout.encoder.categories[predictor])
    at, constants = _held(moments, predictor, index)
    of_all = dict(zip(pooled.terms, pooled.beta, strict=True))
    of_groups = mixed.group_values(level)
    means, modelled = [], []
    for category in categories:
        weights = {INTERCEPT.label: 1.0, **at, **_weights(moments, predictor, category)}
        means.append(float(weighted_sum(of_all, weights)))
        own = weighted_sum(of_groups, {**weights, **constants})
        modelled.append(np.broadcast_to(own, len(labels)))
    n, mean = _counted(moments, predictor, categories, 0)
    overall = {"category": categories, "n": n[:, 0], "mean": mean[:, 0], "pooled": means}
    n, mean = _counted(moments, predictor, categories, index + 1)
    groups = {
        "group": np.repeat(labels, len(categories)),
        "category": np.tile(np.array(categories, dtype=object), len(labels)),
        "n": n.T.ravel(),
        "mean": mean.T.ravel(),
        "mixed": np.array(modelled).T.ravel(),
    }
    return CategoryMeans(
        outcome=pooled.model.outcome_label,
        predictor=predictor,
        level=moments.levels[index].name,
        categories=categories,
        overall=pd.DataFrame(overall),
        groups=pd.DataFrame(groups),
        at=at,
        own=tuple(constants),
    )


def _held(
    moments: Moments, predictor: str, level: int
) -> tuple[dict[str, float], dict[str, Floats]]:
    """Return the means of other terms, and the groups' own values where there is one a group."""
    at = {
        column.label: mean_of(moments, column)
        for column in moments.layout.fixed
        if column != INTERCEPT and not _category_of(column, predictor)
    }
    constants = group_constants(moments, level).items()
    return at, {term: values for term, values in constants if term in at}


def _counted(
    moments: Moments, predictor: str, categories: tuple[str, ...], state: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return rows and mean of every category in every group of a state, both (C, G)."""
    found = moments.states[state]
    last = moments.k - 1
    means = moments.shift[:, None] + moments.scale[:, None] * found.means
    n = np.full((len(categories), found.means.shape[1]), np.nan)
    total = n.copy()
    for column in moments.layout.fixed:
        category = _category_of(column, predictor)
        if category and len(column.factors) == 1:
            place, row = categories.index(category), moments.columns.index(column)
            products = found.products[position(moments.k)[row, last]]
            n[place] = found.weight * means[row]
            total[place] = (
                moments.scale[row] * moments.scale[last] * products + n[place] * means[last]
            )
    rest = np.isnan(n[:, 0])
    n[rest] = found.weight - np.nansum(n, axis=0)
    total[rest] = found.weight * means[last] - np.nansum(total, axis=0)
    counts = np.rint(n).astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return counts, np.where(counts > 0, total / counts, np.nan)


def _weights(moments: Moments, predictor: str, category: str) -> dict[str, float]:
    """Return what the columns of one category weigh: one, or the mean of a product's rest."""
    found = {}
    for column in moments.layout.fixed:
        if _category_of(column, predictor) == category:
            rest = tuple(
                factor for factor in column.factors if factor.expression != Variable(predictor)
            )
            found[column.label] = mean_of(moments, Column(rest)) if rest else 1.0
    return found


def _category_of(column: Column, predictor: str) -> str | None:
    """Return the category of a predictor that a column stands for, if any."""
    for factor in column.factors:
        if factor.expression == Variable(predictor):
            return factor.category
    return None


def _variable(column: Column) -> str | None:
    factor = column.factors[0]
    if factor.category is None or not isinstance(factor.expression, Variable):
        return None
    return factor.expression.name
