"""Work that takes noticeable time: how far it is, a button that stops it, its results kept.

The function handed over is told what is done and of how much. It draws, and drawing is where
Streamlit ends a run that a click or another page has overtaken, so the page is never blocked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import streamlit as st

from mlm_core.data.model import Model
from mlm_core.views import numbers
from pages._ui import cache, state
from pages._ui.dataset import Dataset
from pages._ui.link import Method

T = TypeVar("T")
MOST_KEPT = 50

NOTICEABLE = 0.4
"""Seconds after which work that is not done yet is shown."""


@contextmanager
def stoppable(label: str, *, key: str) -> Iterator[Callable[[int, int], bool]]:
    """Show a bar and a stop button while something is computed.

    ``key`` is that of :func:`pages._ui.parts.asked`: stopping takes back what was asked.
    """
    place, started = st.empty(), time.monotonic()
    bar = None

    def told(done: int, of: int) -> bool:
        nonlocal bar
        if bar is None and time.monotonic() - started > NOTICEABLE:
            with place.container(horizontal=True, vertical_alignment="center"):
                bar = st.progress(0.0)
                st.button("Stop", key=f"{key}-stop", on_click=state.seed, args=(key, False))
        if bar is not None:
            text = f"{label}: {numbers.count(done)} of {numbers.count(of)}"
            bar.progress(min(done / max(of, 1), 1.0), text=text)
        return True

    yield told
    place.empty()


def from_fit(
    function: Callable[..., T],
    data: Dataset,
    model: Model,
    *,
    method: Method,
    progress: Callable[[int, int], bool],
    **options: Any,
) -> T:
    """Return ``function(fit, progress=..., **options)``, kept once it is done.

    What ``progress`` shows meanwhile must not be remembered (Streamlit would show it again), so
    these results have a store of their own.
    """
    key = repr((data.fingerprint, function.__qualname__, model, method, sorted(options.items())))
    store = cache.long_results()
    if key not in store:
        store[key] = function(cache.mixed(data, model, method=method), progress=progress, **options)
        for old in list(store)[:-MOST_KEPT]:
            store.pop(old, None)
    return cast("T", store[key])
