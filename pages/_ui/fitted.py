"""Models fitted to a table, and what follows from the fits: tests, shares, lines, their path.

The table is summed once a model, everything else comes from the moments, and each is computed the
first time only (see :mod:`pages._ui.cache`). A new statistic takes :func:`from_fit` or one function
here that names its key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from mlm_core.data.engine_samples import sampled_table
from mlm_core.data.model import Model
from mlm_core.fits.mixed import MixedFit, mixed_from
from mlm_core.fits.pooled import PooledFit, pooled_from
from mlm_core.fits.preparation import Preparation, prepare
from mlm_core.fits.unpooled import UnpooledFit, unpooled_from
from mlm_core.inference.common_rows import compare_models
from mlm_core.inference.fitted_lines import FittedLines, Points, fitted_lines
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.inference.own_slopes import group_points as points_of_groups
from mlm_core.inference.path_drawing import PathArrows, PathLines, path_arrows, path_lines
from mlm_core.inference.pooling_path import PoolingPath, pooling_path
from mlm_core.inference.random_terms import (
    PooledComparison,
    RandomTermTests,
    compare_with_pooled,
    drop_random_terms,
)
from mlm_core.inference.shares import VarianceShares, icc
from pages._ui import cache, long_work
from pages._ui.dataset import MOST_SAMPLED, Dataset
from pages._ui.link import Method

T = TypeVar("T")


def _prepared(data: Dataset, model: Model) -> Preparation:
    return cache.from_table(data, ("moments", model), partial(prepare, model))


def pooled(data: Dataset, model: Model) -> PooledFit:
    """Fit one line for all."""
    return cache.once(data, ("pooled", model), partial(pooled_from, _prepared(data, model)))


def unpooled(data: Dataset, model: Model, *, level: str) -> UnpooledFit:
    """Fit a line for every group of a level."""
    key = ("unpooled", model, level)
    return cache.once(data, key, partial(unpooled_from, _prepared(data, model), level))


def mixed(data: Dataset, model: Model, *, method: Method) -> MixedFit:
    """Fit the mixed model."""
    key = ("mixed", model, method)
    return cache.once(data, key, partial(mixed_from, _prepared(data, model), method))


def from_fit(
    function: Callable[..., T],
    data: Dataset,
    model: Model,
    *,
    method: Method,
    **options: Any,
) -> T:
    """Return ``function(fit, **options)`` of the mixed fit for any function of the core."""
    fit = mixed(data, model, method=method)
    key = cache.key_of(function, model, method, **options)
    return cache.once(data, key, partial(function, fit, **options))


def long_from_fit(
    function: Callable[..., T],
    data: Dataset,
    model: Model,
    *,
    method: Method,
    label: str,
    on_cancel: Callable[[], None] | None = None,
    **options: Any,
) -> T:
    """Return ``function(fit, progress=..., **options)``, with a bar and a way to cancel it.

    ``label`` says what the function counts; ``on_cancel`` takes back what was asked.
    """
    call = partial(function, mixed(data, model, method=method), **options)
    key = (data.fingerprint, repr(cache.key_of(function, model, method, **options)))
    found: T = long_work.computed(key, label, call, on_cancel)
    return found


def from_fit_and_rows(
    function: Callable[..., T], data: Dataset, model: Model, *, method: Method, **options: Any
) -> T:
    """Return ``function(fit, table, **options)``; of a source a sample of the rows is taken."""
    fit = mixed(data, model, method=method)
    key = cache.key_of(function, model, method, **options)
    rows = partial(sampled_table, columns=model.columns, most=MOST_SAMPLED)
    return cache.from_table(data, key, lambda table: function(fit, rows(table), **options))


def effects(data: Dataset, model: Model, *, method: Method, level: str) -> pd.DataFrame:
    """Return the conditional modes of one level; shared, never to be changed."""
    fit = mixed(data, model, method=method)
    return cache.once(data, ("effects", model, method, level), partial(fit.effects, level))


def shares(data: Dataset, model: Model, *, method: Method) -> VarianceShares:
    """Tell where the variation is, given the predictors of a model."""
    return from_fit(icc, data, model, method=method)


def random_term_tests(data: Dataset, model: Model, *, method: Method) -> RandomTermTests:
    """Test every random term of the mixed model by leaving it out."""
    return from_fit(drop_random_terms, data, model, method=method)


def comparison_with_pooled(data: Dataset, model: Model, *, method: Method) -> PooledComparison:
    """Compare the mixed model with one line for all."""
    return from_fit(compare_with_pooled, data, model, method=method)


def compared(data: Dataset, first: Model, second: Model, *, method: Method) -> LikelihoodRatioTest:
    """Test the smaller of two models within the larger, on their common rows."""
    call = partial(compare_models, first, second, method=method)
    return cache.from_table(data, ("compared", first, second, method), call)


def lines(
    data: Dataset, model: Model, *, method: Method, level: str, predictor: str
) -> FittedLines:
    """Lay the pooled, the unpooled and the mixed lines over one predictor."""
    call = partial(
        fitted_lines,
        predictor=predictor,
        pooled=pooled(data, model),
        unpooled=unpooled(data, model, level=level),
        mixed=mixed(data, model, method=method),
        level=level,
    )
    return cache.from_table(data, ("lines", model, method, level, predictor), call)


def group_points(
    data: Dataset, model: Model, *, level: str, predictor: str, groups: tuple[str, ...]
) -> Points:
    """Collect the rows of some groups."""
    call = partial(
        points_of_groups,
        pooled=pooled(data, model),
        predictor=predictor,
        level=level,
        groups=groups,
    )
    return cache.from_table(data, ("group points", model, level, predictor, groups), call)


def path(data: Dataset, model: Model, *, method: Method, level: str) -> PoolingPath:
    """Follow the groups of a level from no pooling to complete pooling."""
    call = partial(pooling_path, mixed(data, model, method=method), level)
    return cache.remember_large("path", repr((data.fingerprint, model, method, level)), _call=call)


def arrows(
    data: Dataset, model: Model, *, method: Method, level: str, term: str, group: str | None
) -> PathArrows:
    """Set own estimates of a term beside those of the path; ``group`` is drawn in any case."""
    call = partial(
        path_arrows,
        path(data, model, method=method, level=level),
        mixed(data, model, method=method),
        unpooled(data, model, level=level),
        term=term,
        keep=group,
    )
    return cache.once(data, ("arrows", model, method, level, term, group), call)


def lines_along(
    data: Dataset, model: Model, *, method: Method, level: str, predictor: str, group: str | None
) -> PathLines:
    """Lay the lines of the path over one predictor; ``group`` is drawn in any case."""
    call = partial(
        path_lines,
        path(data, model, method=method, level=level),
        lines(data, model, method=method, level=level, predictor=predictor),
        unpooled(data, model, level=level),
        keep=group,
    )
    return cache.once(data, ("path lines", model, method, level, predictor, group), call)
