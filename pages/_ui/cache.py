"""The one mechanism that remembers, and Streamlit never hashes a table.

A table is known by the fingerprint of its bytes, what is computed from it by a written key (a
frozen model writes itself out in full): these are hashed, and the heavy argument beside them has a
leading underscore. Results are frozen, so all sessions share one object (``cache_resource``);
every cache has a bound. A key of a function is written from its name and all it is asked for
(:func:`key_of`), so that nothing can be left out; :func:`computed` does for functions that need
nothing but the table. What an engine made of a table that stays where it is lasts in
:mod:`pages._ui.long_work`, as does what takes long to compute.

Tables are opened in :mod:`pages._ui.opening`, described in :mod:`pages._ui.described`, models are
fitted in :mod:`pages._ui.fitted`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from pages._ui import long_work, naming
from pages._ui.dataset import Dataset

T = TypeVar("T")

TABLES = 20
RESULTS = 500
LARGE = 40

_remembered = partial(st.cache_resource, show_spinner=False)


@_remembered(max_entries=TABLES)
def remember_table(fingerprint: str, name: str, *, _call: Callable[[], Dataset]) -> Dataset:
    """Return ``_call()``, a table, opened the first time only under a name."""
    return _call()


@_remembered(max_entries=RESULTS)
def remember(fingerprint: str, key: str, *, _call: Callable[[], T]) -> T:
    """Return ``_call()``, computed the first time only for a table and a written key."""
    return _call()


@_remembered(max_entries=LARGE)  # apart, since one of very many groups takes megabytes
def remember_large(what: str, key: str, *, _call: Callable[[], T]) -> T:
    """Return ``_call()`` as :func:`remember` does, of what takes much room; fewer are kept."""
    return _call()


def key_of(function: Callable[..., Any], /, *of: object, **options: Any) -> tuple[object, ...]:
    """Return the key of what a function returns, asked with these options.

    They must be names, numbers, frozen records and tuples of these, since the key is written out.
    """
    return (function.__module__, function.__qualname__, *of, sorted(options.items()))


def once(data: Dataset, key: object, call: Callable[[], T]) -> T:
    """Return ``call()`` for a table and a key (see :func:`key_of`), the first time only."""
    return remember(data.fingerprint, repr(key), _call=call)


def from_table(data: Dataset, key: object, call: Callable[[Any], T]) -> T:
    """Return ``call(table)``, computed the first time only, where the table lies."""
    if data.place is None:
        return once(data, key, partial(call, data.frame))
    with naming.by_name(data.place, data.name):
        found: T = long_work.pass_over(data.place, (data.fingerprint, repr(key)), call)
    return found


def computed(function: Callable[..., T], data: Dataset, **options: Any) -> T:
    """Return ``function(table, **options)`` for any function of the core."""
    return from_table(data, key_of(function, **options), partial(function, **options))
