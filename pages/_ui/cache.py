"""Every cache of the app, and Streamlit never hashes a table.

A table is known by the fingerprint of its bytes, what is computed from it by a written key (a
frozen model writes itself out in full): these are hashed, and the heavy argument beside them has a
leading underscore. Results are frozen, so all sessions share one object (``cache_resource``);
every cache has a bound. A new statistic takes one function that names its key; :func:`computed`
does for those that need nothing but the table. What an engine made of a table that stays where it
is lasts in :mod:`pages._ui.long_work`, as does what takes long to compute.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from mlm_core.data.columns import ColumnDescription, survey
from mlm_core.data.engine_samples import sampled_table
from mlm_core.data.glimpse import categories_of
from mlm_core.data.groups import GroupsDescription, describe_groups, variable_levels
from mlm_core.data.model import Model
from mlm_core.fits.mixed import MixedFit, mixed_from
from mlm_core.fits.pooled import PooledFit, pooled_from
from mlm_core.fits.preparation import Preparation, prepare
from mlm_core.fits.unpooled import UnpooledFit, unpooled_from
from mlm_core.inference.common_rows import compare_models
from mlm_core.inference.fitted_lines import FittedLines, Points, fitted_lines
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.inference.own_slopes import group_points as points_of_groups
from mlm_core.inference.pooling_path import PoolingPath, pooling_path
from mlm_core.inference.random_terms import (
    PooledComparison,
    RandomTermTests,
    compare_with_pooled,
    drop_random_terms,
)
from mlm_core.inference.shares import VarianceShares, icc
from pages._ui import long_work, naming, opening
from pages._ui.dataset import MOST_CATEGORIES, MOST_SAMPLED, Dataset, Roles, roles_of
from pages._ui.link import AppState, Method, tidied

T = TypeVar("T")

TABLES = 20
RESULTS = 500
LARGE = 40

_remembered = partial(st.cache_resource, show_spinner=False)


# --- tables ---------------------------------------------------------------------------------------


@_remembered(max_entries=TABLES)
def bundled(name: str) -> Dataset:
    """Return a bundled set by its name."""
    return opening.bundled(name)


def uploaded(fingerprint: str, name: str, content: bytes) -> Dataset:
    """Return an uploaded file as a table; of bytes that are none nothing is remembered."""
    if opening.is_large(content, name):
        laid = remember(fingerprint, "aside", _call=partial(opening.lay_aside, content))
        return opening.large_upload(laid, fingerprint, name)
    return _read(fingerprint, name, _content=content)


@_remembered(max_entries=TABLES)
def _read(fingerprint: str, name: str, *, _content: bytes) -> Dataset:
    return opening.small_upload(_content, fingerprint, name)


# --- anything computed from a table ---------------------------------------------------------------


def _once(data: Dataset, key: object, call: Callable[[], T]) -> T:
    """Return ``call()`` for a table and a key, computed the first time only.

    The key is written out, so it must be made of names, numbers, frozen records and tuples of
    these.
    """
    return remember(data.fingerprint, repr(key), _call=call)


@_remembered(max_entries=RESULTS)
def remember(fingerprint: str, key: str, *, _call: Callable[[], T]) -> T:
    """Return ``_call()``, computed the first time only for a table and a written key."""
    return _call()


@_remembered(max_entries=LARGE)  # apart, since one of very many groups takes megabytes
def remember_large(what: str, key: str, *, _call: Callable[[], T]) -> T:
    """Return ``_call()`` as :func:`remember` does, of what takes much room; fewer are kept."""
    return _call()


def _from_table(data: Dataset, key: object, call: Callable[[Any], T]) -> T:
    """Return ``call(table)``, computed the first time only, where the table lies."""
    if data.place is None:
        return _once(data, key, partial(call, data.frame))
    with naming.by_name(data.place, data.name):
        found: T = long_work.pass_over(data.place, (data.fingerprint, repr(key)), call)
    return found


def computed(function: Callable[..., T], data: Dataset, **options: Any) -> T:
    """Return ``function(table, **options)`` for any function of the core."""
    key = (function.__module__, function.__qualname__, sorted(options.items()))
    return _from_table(data, key, partial(function, **options))


# --- descriptions ---------------------------------------------------------------------------------


def columns(data: Dataset) -> tuple[ColumnDescription, ...]:
    """Describe every column: kind, missing values, examples."""
    return computed(survey, data).columns


def roles(data: Dataset) -> Roles:
    """Tell what each column may be chosen as."""
    described = columns(data)
    categories = computed(categories_of, data, most=MOST_CATEGORIES)
    return _once(data, "roles", partial(roles_of, data.columns, described, categories))


def first_guess(data: Dataset) -> AppState:
    """Guess outcome, predictors and levels of a table nobody has chosen for yet."""
    guess = computed(survey, data).roles
    choices = AppState(
        outcome=guess.outcome or "",
        predictors=tuple(guess.predictors),
        levels=tuple(guess.levels),
    )
    return tidied(choices, data.columns)[0]


def groups(data: Dataset, levels: tuple[str, ...]) -> GroupsDescription:
    """Describe the groups of nested levels, outermost first.

    Raises
    ------
    MlmError
        The levels are not nested, or do not divide the rows into groups.
    """
    return computed(describe_groups, data, levels=levels)


def levels_of_variables(data: Dataset, levels: tuple[str, ...]) -> pd.DataFrame:
    """Tell for every column at which level it varies."""
    return computed(variable_levels, data, levels=levels)


def varies_at(data: Dataset, levels: tuple[str, ...]) -> dict[str, str]:
    """Tell for the columns that are constant within groups of a level which level that is."""
    found = levels_of_variables(data, levels)
    pairs = zip(found["variable"], found["level"], strict=True)
    return {str(name): str(level) for name, level in pairs if level in levels}


# --- fits: the table is summed once a model, everything else comes from the moments ---------------


def _prepared(data: Dataset, model: Model) -> Preparation:
    return _from_table(data, ("moments", model), partial(prepare, model))


def pooled(data: Dataset, model: Model) -> PooledFit:
    """Fit one line for all."""
    return _once(data, ("pooled", model), partial(pooled_from, _prepared(data, model)))


def unpooled(data: Dataset, model: Model, *, level: str) -> UnpooledFit:
    """Fit a line for every group of a level."""
    key = ("unpooled", model, level)
    return _once(data, key, partial(unpooled_from, _prepared(data, model), level))


def mixed(data: Dataset, model: Model, *, method: Method) -> MixedFit:
    """Fit the mixed model."""
    key = ("mixed", model, method)
    return _once(data, key, partial(mixed_from, _prepared(data, model), method))


def _key(
    function: Callable[..., Any], model: Model, method: Method, options: dict[str, Any]
) -> tuple[object, ...]:
    return (function.__module__, function.__qualname__, model, method, sorted(options.items()))


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
    key = _key(function, model, method, options)
    return _once(data, key, partial(function, fit, **options))


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
    key = (data.fingerprint, repr(_key(function, model, method, options)))
    found: T = long_work.computed(key, label, call, on_cancel)
    return found


def from_fit_and_rows(
    function: Callable[..., T], data: Dataset, model: Model, *, method: Method, **options: Any
) -> T:
    """Return ``function(fit, table, **options)``; of a source a sample of the rows is taken."""
    fit = mixed(data, model, method=method)
    key = _key(function, model, method, options)
    rows = partial(sampled_table, columns=model.columns, most=MOST_SAMPLED)
    return _from_table(data, key, lambda table: function(fit, rows(table), **options))


# --- what is inferred from them -------------------------------------------------------------------


def effects(data: Dataset, model: Model, *, method: Method, level: str) -> pd.DataFrame:
    """Return the conditional modes of one level; shared, never to be changed."""
    fit = mixed(data, model, method=method)
    return _once(data, ("effects", model, method, level), partial(fit.effects, level))


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
    return _from_table(data, ("compared", first, second, method), call)


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
    return _from_table(data, ("lines", model, method, level, predictor), call)


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
    return _from_table(data, ("group points", model, level, predictor, groups), call)


def path(data: Dataset, model: Model, *, method: Method, level: str) -> PoolingPath:
    """Follow the groups of a level from no pooling to complete pooling."""
    call = partial(pooling_path, mixed(data, model, method=method), level)
    return remember_large("path", repr((data.fingerprint, model, method, level)), _call=call)
