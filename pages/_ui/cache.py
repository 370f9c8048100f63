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
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from mlm_core.data.bundled import bundled_path
from mlm_core.data.columns import ColumnDescription, describe_columns, suggest_roles
from mlm_core.data.encoding import is_categorical
from mlm_core.data.groups import GroupsDescription, describe_groups, variable_levels
from mlm_core.data.model import Model
from mlm_core.data.reading import Reading, read_table
from mlm_core.fits.mixed import MixedFit, fit_mixed
from mlm_core.fits.pooled import PooledFit, fit_pooled
from mlm_core.fits.unpooled import UnpooledFit, fit_unpooled
from mlm_core.inference.random_terms import (
    PooledComparison,
    RandomTermTests,
    compare_with_pooled,
    drop_random_terms,
)
from pages._ui.link import AppState, Method, tidied

TABLES = 20
DESCRIPTIONS = 100
FITS = 200
MOST_CATEGORIES = 50
OUTCOME_KINDS = {"numeric", "binary", "mixed"}
SECONDS_BETWEEN_COLLECTIONS = 15

Key = tuple[str, tuple[tuple[str, str], ...]]

_remembered = partial(st.cache_resource, show_spinner=False)


@dataclass(frozen=True, eq=False)
class Table:
    """A table in use.

    Attributes
    ----------
    fingerprint : str
        Key of everything computed from the table.
    name : str
        What people call it: the name of a bundled set or of their file.
    reading : Reading
        The frame with all that was noticed while reading it.
    columns : tuple of str
        Column names in order.
    """

    fingerprint: str
    name: str
    reading: Reading
    columns: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """The rows; shared by all sessions, never to be changed."""
        return self.reading.frame


# --- tables ---------------------------------------------------------------------------------------


@_remembered(max_entries=TABLES)
def bundled(name: str) -> Table:
    """Return a bundled set by its name."""
    path = bundled_path(name)
    reading = read_table(path, filename=path.name)
    return Table(f"bundled:{name}", name, reading, _columns_of(reading))


@_remembered(max_entries=TABLES)
def uploaded(fingerprint: str, name: str, *, _content: bytes) -> Table:
    """Return an uploaded file as a table.

    Raises
    ------
    MlmError
        The bytes cannot be read as a table; nothing is remembered then.
    """
    reading = read_table(_content, filename=name)
    return Table(fingerprint, name, reading, _columns_of(reading))


def _columns_of(reading: Reading) -> tuple[str, ...]:
    return tuple(str(column) for column in reading.frame.columns)


# --- roles ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns of a table are offered for.

    Attributes
    ----------
    outcomes : tuple of str
        Columns of numbers that are no identifiers.
    levels : tuple of str
        Every column, likely grouping levels first.
    categories : dict
        Categories of the categorical columns; none listed where they are too many.
    """

    outcomes: tuple[str, ...]
    levels: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]


def roles(table: Table) -> Roles:
    """Tell what each column may be chosen as."""
    return _roles(table.fingerprint, _table=table)


@_remembered(max_entries=DESCRIPTIONS)
def _roles(fingerprint: str, *, _table: Table) -> Roles:
    described = columns(_table)
    likely = [each.name for each in described if each.suggested_role == "level"]
    categories = {}
    for name in _table.columns:
        values = _table.frame[name]
        if is_categorical(values):
            found = sorted(map(str, values.dropna().unique()))
            categories[name] = tuple(found) if len(found) <= MOST_CATEGORIES else ()
    return Roles(
        outcomes=tuple(each.name for each in described if each.kind in OUTCOME_KINDS),
        levels=(*likely, *(name for name in _table.columns if name not in likely)),
        categories=categories,
    )


def first_guess(table: Table) -> AppState:
    """Guess outcome, predictors and levels of a table nobody has chosen for yet."""
    guess = suggest_roles(table.frame)
    choices = AppState(
        outcome=guess.outcome or "",
        predictors=tuple(guess.predictors),
        levels=tuple(guess.levels),
    )
    return tidied(choices, table.columns)[0]


# --- descriptions ---------------------------------------------------------------------------------


def columns(table: Table) -> tuple[ColumnDescription, ...]:
    """Describe every column: kind, missing values, examples."""
    return _columns(table.fingerprint, _frame=table.frame)


@_remembered(max_entries=DESCRIPTIONS)
def _columns(fingerprint: str, *, _frame: pd.DataFrame) -> tuple[ColumnDescription, ...]:
    return describe_columns(_frame)


def groups(table: Table, levels: tuple[str, ...]) -> GroupsDescription:
    """Describe the groups of nested levels, outermost first.

    Raises
    ------
    MlmError
        The levels are not nested, or do not divide the rows into groups.
    """
    return _groups(table.fingerprint, levels, _frame=table.frame)


@_remembered(max_entries=DESCRIPTIONS)
def _groups(
    fingerprint: str, levels: tuple[str, ...], *, _frame: pd.DataFrame
) -> GroupsDescription:
    return describe_groups(_frame, levels)


def levels_of_variables(table: Table, levels: tuple[str, ...]) -> pd.DataFrame:
    """Tell for every column at which level it varies."""
    return _levels_of_variables(table.fingerprint, levels, _frame=table.frame)


@_remembered(max_entries=DESCRIPTIONS)
def _levels_of_variables(
    fingerprint: str, levels: tuple[str, ...], *, _frame: pd.DataFrame
) -> pd.DataFrame:
    return variable_levels(_frame, levels)


# --- fits and what is inferred from them ----------------------------------------------------------


def pooled(table: Table, model: Model) -> PooledFit:
    """Fit one line for all."""
    return _pooled(table.fingerprint, _key(model), _model=model, _frame=table.frame)


@_remembered(max_entries=FITS)
def _pooled(fingerprint: str, key: Key, *, _model: Model, _frame: pd.DataFrame) -> PooledFit:
    return fit_pooled(_model, _frame)


def unpooled(table: Table, model: Model, *, level: str | None = None) -> UnpooledFit:
    """Fit a line for every group of a level (by default the outermost)."""
    return _unpooled(table.fingerprint, _key(model), level, _model=model, _frame=table.frame)


@_remembered(max_entries=FITS)
def _unpooled(
    fingerprint: str, key: Key, level: str | None, *, _model: Model, _frame: pd.DataFrame
) -> UnpooledFit:
    return fit_unpooled(_model, _frame, level=level)


def mixed(table: Table, model: Model, *, method: Method) -> MixedFit:
    """Fit the mixed model."""
    return _mixed(table.fingerprint, _key(model), method, _model=model, _frame=table.frame)


@_remembered(max_entries=FITS)
def _mixed(
    fingerprint: str, key: Key, method: Method, *, _model: Model, _frame: pd.DataFrame
) -> MixedFit:
    return fit_mixed(_model, _frame, method=method)


def random_term_tests(table: Table, model: Model, *, method: Method) -> RandomTermTests:
    """Test every random term of the mixed model by leaving it out."""
    fit = mixed(table, model, method=method)
    return _random_term_tests(table.fingerprint, _key(model), method, _fit=fit)


@_remembered(max_entries=FITS)
def _random_term_tests(
    fingerprint: str, key: Key, method: Method, *, _fit: MixedFit
) -> RandomTermTests:
    return drop_random_terms(_fit)


def comparison_with_pooled(table: Table, model: Model, *, method: Method) -> PooledComparison:
    """Compare the mixed model with one line for all."""
    fit = mixed(table, model, method=method)
    return _comparison_with_pooled(table.fingerprint, _key(model), method, _fit=fit)


@_remembered(max_entries=FITS)
def _comparison_with_pooled(
    fingerprint: str, key: Key, method: Method, *, _fit: MixedFit
) -> PooledComparison:
    return compare_with_pooled(_fit)


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
