"""Every cache of the app. Nothing else caches, and Streamlit never hashes a table.

A table is known by the fingerprint of its bytes, a model by its formula and reference categories:
these are the keys, and the heavy argument beside them has a leading underscore. Results are
frozen, so all sessions share one object (``cache_resource``); every cache has a bound. To add a
statistic, write two functions after the pattern of :func:`groups`: a cached one that takes the key
and the underscored table, and a public one that takes what a page has in hand.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from mlm_core.data.bundled import bundled_path
from mlm_core.data.columns import ColumnDescription, describe_columns, suggest_roles
from mlm_core.data.groups import GroupsDescription, describe_groups, variable_levels
from mlm_core.data.model import Model
from mlm_core.data.reading import read_table
from mlm_core.fits.mixed import MixedFit, fit_mixed
from mlm_core.fits.pooled import PooledFit, fit_pooled
from mlm_core.fits.unpooled import UnpooledFit, fit_unpooled
from mlm_core.inference.common_rows import compare_models
from mlm_core.inference.fitted_lines import FittedLines, fitted_lines
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.inference.random_terms import (
    PooledComparison,
    RandomTermTests,
    compare_with_pooled,
    drop_random_terms,
)
from mlm_core.inference.shares import VarianceShares, icc
from pages._ui.dataset import Dataset, Roles, roles_of
from pages._ui.link import AppState, Method, tidied

T = TypeVar("T")

TABLES = 20
DESCRIPTIONS = 100
FITS = 200
SECONDS_BETWEEN_COLLECTIONS = 15

Key = tuple[str, tuple[tuple[str, str], ...]]

_remembered = partial(st.cache_resource, show_spinner=False)


# --- tables ---------------------------------------------------------------------------------------


@_remembered(max_entries=TABLES)
def bundled(name: str) -> Dataset:
    """Return a bundled set by its name."""
    path = bundled_path(name)
    reading = read_table(path, filename=path.name)
    return Dataset(f"bundled:{name}", name, reading, is_bundled=True)


@_remembered(max_entries=TABLES)
def uploaded(fingerprint: str, name: str, *, _content: bytes) -> Dataset:
    """Return an uploaded file as a table.

    Raises
    ------
    MlmError
        The bytes cannot be read as a table; nothing is remembered then.
    """
    reading = read_table(_content, filename=name)
    return Dataset(fingerprint, name, reading, is_bundled=False)


# --- descriptions ---------------------------------------------------------------------------------


def roles(data: Dataset) -> Roles:
    """Tell what each column may be chosen as."""
    return _roles(data.fingerprint, _data=data)


@_remembered(max_entries=DESCRIPTIONS)
def _roles(fingerprint: str, *, _data: Dataset) -> Roles:
    return roles_of(_data, columns(_data))


def first_guess(data: Dataset) -> AppState:
    """Guess outcome, predictors and levels of a table nobody has chosen for yet."""
    guess = suggest_roles(data.frame)
    choices = AppState(
        outcome=guess.outcome or "",
        predictors=tuple(guess.predictors),
        levels=tuple(guess.levels),
    )
    return tidied(choices, data.columns)[0]


def columns(data: Dataset) -> tuple[ColumnDescription, ...]:
    """Describe every column: kind, missing values, examples."""
    return _columns(data.fingerprint, _frame=data.frame)


@_remembered(max_entries=DESCRIPTIONS)
def _columns(fingerprint: str, *, _frame: pd.DataFrame) -> tuple[ColumnDescription, ...]:
    return describe_columns(_frame)


def groups(data: Dataset, levels: tuple[str, ...]) -> GroupsDescription:
    """Describe the groups of nested levels, outermost first.

    Raises
    ------
    MlmError
        The levels are not nested, or do not divide the rows into groups.
    """
    return _groups(data.fingerprint, levels, _frame=data.frame)


@_remembered(max_entries=DESCRIPTIONS)
def _groups(
    fingerprint: str, levels: tuple[str, ...], *, _frame: pd.DataFrame
) -> GroupsDescription:
    return describe_groups(_frame, levels)


def levels_of_variables(data: Dataset, levels: tuple[str, ...]) -> pd.DataFrame:
    """Tell for every column at which level it varies."""
    return _levels_of_variables(data.fingerprint, levels, _frame=data.frame)


def varies_at(data: Dataset, levels: tuple[str, ...]) -> dict[str, str]:
    """Tell for the columns that are constant within groups of a level which level that is."""
    found = levels_of_variables(data, levels)
    pairs = zip(found["variable"], found["level"], strict=True)
    return {str(name): str(level) for name, level in pairs if level in levels}


@_remembered(max_entries=DESCRIPTIONS)
def _levels_of_variables(
    fingerprint: str, levels: tuple[str, ...], *, _frame: pd.DataFrame
) -> pd.DataFrame:
    return variable_levels(_frame, levels)


# --- fits and what is inferred from them ----------------------------------------------------------


def pooled(data: Dataset, model: Model) -> PooledFit:
    """Fit one line for all."""
    return _pooled(data.fingerprint, _key(model), _model=model, _frame=data.frame)


@_remembered(max_entries=FITS)
def _pooled(fingerprint: str, key: Key, *, _model: Model, _frame: pd.DataFrame) -> PooledFit:
    return fit_pooled(_model, _frame)


def unpooled(data: Dataset, model: Model, *, level: str | None = None) -> UnpooledFit:
    """Fit a line for every group of a level (by default the outermost)."""
    return _unpooled(data.fingerprint, _key(model), level, _model=model, _frame=data.frame)


@_remembered(max_entries=FITS)
def _unpooled(
    fingerprint: str, key: Key, level: str | None, *, _model: Model, _frame: pd.DataFrame
) -> UnpooledFit:
    return fit_unpooled(_model, _frame, level=level)


def mixed(data: Dataset, model: Model, *, method: Method) -> MixedFit:
    """Fit the mixed model."""
    return _mixed(data.fingerprint, _key(model), method, _model=model, _frame=data.frame)


@_remembered(max_entries=FITS)
def _mixed(
    fingerprint: str, key: Key, method: Method, *, _model: Model, _frame: pd.DataFrame
) -> MixedFit:
    return fit_mixed(_model, _frame, method=method)


def random_term_tests(data: Dataset, model: Model, *, method: Method) -> RandomTermTests:
    """Test every random term of the mixed model by leaving it out."""
    fit = mixed(data, model, method=method)
    return _random_term_tests(data.fingerprint, _key(model), method, _fit=fit)


@_remembered(max_entries=FITS)
def _random_term_tests(
    fingerprint: str, key: Key, method: Method, *, _fit: MixedFit
) -> RandomTermTests:
    return drop_random_terms(_fit)


def comparison_with_pooled(data: Dataset, model: Model, *, method: Method) -> PooledComparison:
    """Compare the mixed model with one line for all."""
    fit = mixed(data, model, method=method)
    return _comparison_with_pooled(data.fingerprint, _key(model), method, _fit=fit)


@_remembered(max_entries=FITS)
def _comparison_with_pooled(
    fingerprint: str, key: Key, method: Method, *, _fit: MixedFit
) -> PooledComparison:
    return compare_with_pooled(_fit)


def computed(function: Callable[..., T], data: Dataset, **options: Any) -> T:
    """Return ``function(table, **options)`` for any other function of the core, remembered.

    Its key is the function, the table's fingerprint and the options as written; options must be
    frozen records, names, numbers or tuples of these.
    """
    key = f"{function.__module__}.{function.__qualname__} {sorted(options.items())!r}"
    return _computed(data.fingerprint, key, _call=partial(function, data.frame, **options))


@_remembered(max_entries=FITS)
def _computed(fingerprint: str, key: str, *, _call: Callable[[], T]) -> T:
    return _call()


def effects(data: Dataset, model: Model, *, method: Method, level: str) -> pd.DataFrame:
    """Return the conditional modes of one level; shared, never to be changed."""
    key = f"effects {_key(model)} {method} {level!r}"
    fit = mixed(data, model, method=method)
    return _computed(data.fingerprint, key, _call=partial(fit.effects, level))


def shares(data: Dataset, model: Model, *, method: Method) -> VarianceShares:
    """Tell where the variation is, given the predictors of a model."""
    return icc(mixed(data, model, method=method))


def compared(data: Dataset, first: Model, second: Model, *, method: Method) -> LikelihoodRatioTest:
    """Test the smaller of two models within the larger, on their common rows."""
    key = f"{_key(first)} {_key(second)} {method}"
    call = partial(compare_models, first, second, data.frame, method=method)
    return _computed(data.fingerprint, key, _call=call)


def lines(
    data: Dataset, model: Model, *, method: Method, level: str, predictor: str
) -> FittedLines:
    """Lay the pooled, the unpooled and the mixed lines over one predictor."""
    call = partial(
        fitted_lines,
        data.frame,
        predictor=predictor,
        pooled=pooled(data, model),
        unpooled=unpooled(data, model, level=level),
        mixed=mixed(data, model, method=method),
        level=level,
    )
    key = f"lines {_key(model)} {method} {level!r} {predictor!r}"
    return _computed(data.fingerprint, key, _call=call)


def _key(model: Model) -> Key:
    return model.formula, model.reference


# --- memory ---------------------------------------------------------------------------------------


@_remembered(max_entries=1)
def collect_in_the_background() -> None:
    """Start the thread that frees memory, in place of a full collection after every click."""
    gc.collect()
    gc.freeze()
    threading.Thread(target=_collect_for_ever, daemon=True, name="collector").start()


def _collect_for_ever() -> None:
    while True:
        time.sleep(SECONDS_BETWEEN_COLLECTIONS)
        gc.collect()
