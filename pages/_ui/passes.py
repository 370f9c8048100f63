"""Passes over tables that stay where they are: in a thread, with progress, stopped by a button.

A pass belongs to a table and a key, and to no session: whoever asks for the same waits for the same
pass, and a click elsewhere loses nothing, since the run that follows attaches itself again. What a
pass returns is kept, up to a bound; of one that fails or is stopped nothing is.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWorking
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Any, TypeAlias

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mlm_core.data.engines import Source
from mlm_core.data.places import Place, Work, at_work
from mlm_core.errors import MlmError
from mlm_core.views.numbers import count, percent

Key: TypeAlias = tuple[str, str]

AT_ONCE = 2
KEPT = 500
# A pass shorter than this shows nothing; a longer one is looked at this often.
UNNOTICED, BETWEEN_LOOKS = 0.5, 0.2
# More rows than this never come into memory.
MOST_ROWS = 100_000


class StoppedError(MlmError):
    """A pass was stopped by the person who waited for it."""

    def __init__(self, again: Callable[[], None]) -> None:
        super().__init__("Stopped before the table was worked through; nothing of it was kept.")
        self.again = again


@dataclass(eq=False)
class Pass:
    """One piece of work on a table.

    Attributes
    ----------
    place : Place
    call : callable
        What is to be done with the table.
    waiting : set of str
        Sessions that wait for it.
    """

    place: Place
    call: Callable[[Source], Any]
    waiting: set[str] = field(default_factory=set)
    future: Future[Any] = field(default_factory=Future)
    _work: Work | None = None
    _n_queries: int = 0
    _is_stopped: bool = False

    def run(self) -> None:
        """Do the work (in a thread of its own); result or error are in ``future``."""
        try:
            self.future.set_result(self._result())
        except BaseException as error:  # whoever waits raises it
            self.future.set_exception(error)

    def _result(self) -> Any:
        self._before_query()
        with at_work(self.place) as work:
            self._work = work
            try:
                return self.call(
                    replace(work.source, most_rows=MOST_ROWS, watch=self._before_query)
                )
            finally:
                self._work = None

    def stop(self) -> None:
        """Let it end as soon as the engine can."""
        self._is_stopped = True
        if (work := self._work) is not None:
            work.stop()

    def progress(self) -> tuple[float, str]:
        """Return the share of the present pass that is done, and a sentence for it."""
        if not self._n_queries:
            return 0.0, "Waiting for its turn"
        work = self._work
        share = work.progress() if work is not None else None
        text = f"Working through the table where it lies, pass {count(self._n_queries)}"
        if share is None:
            return 0.0, f"{text} ..."
        return min(share, 1.0), f"{text}: {percent(share)}"

    def _before_query(self) -> None:
        if self._is_stopped:
            raise MlmError("The pass was stopped.")
        if self._work is not None:
            self._n_queries += 1


class Passes:
    """All passes of the app: under way, and done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pass")
        self._under_way: dict[Key, Pass] = {}
        self._done: OrderedDict[Key, Any] = OrderedDict()
        self._stopped: set[tuple[str, Key]] = set()

    def fetch(self, place: Place, key: Key, call: Callable[[Source], Any]) -> Any:
        """Return what a pass returns; while it is under way the page shows how far it is.

        Raises
        ------
        StoppedError
            This session stopped it, and has not asked for it again.
        MlmError
            The pass failed.
        """
        session = _session()
        with self._lock:
            if key in self._done:
                self._done.move_to_end(key)
                return self._done[key]
            if (session, key) in self._stopped:
                raise StoppedError(partial(self.allow, key))
            current = self._under_way.get(key)
            if current is None:
                current = self._under_way[key] = Pass(place, call)
                self._workers.submit(self._work, key, current)
            current.waiting.add(session)
        return self._await(key, current)

    def stop(self, key: Key) -> None:
        """Stop a pass for this session; it ends when no other session waits for it."""
        session = _session()
        with self._lock:
            current = self._under_way.get(key)
            if current is None:
                return
            self._stopped.add((session, key))
            current.waiting.discard(session)
            if not current.waiting:
                del self._under_way[key]
                current.stop()

    def allow(self, key: Key) -> None:
        """Let a pass that this session stopped start again."""
        with self._lock:
            self._stopped.discard((_session(), key))

    def _work(self, key: Key, current: Pass) -> None:
        """Do the work of a pass (in a thread); keep what it returned, forget it if it failed."""
        current.run()
        with self._lock:
            if self._under_way.get(key) is not current:
                return  # stopped, and perhaps started anew
            del self._under_way[key]
            if current.future.exception() is None:
                self._done[key] = current.future.result()
                while len(self._done) > KEPT:
                    self._done.popitem(last=False)

    def _await(self, key: Key, current: Pass) -> Any:
        """Wait, after a moment with a bar and a button."""
        try:
            return current.future.result(UNNOTICED)
        except StillWorking:
            panel = st.empty()
        digest = sha256(repr(key).encode()).hexdigest()[:12]  # several may be awaited in one run
        with panel.container(border=True, key=f"pass-{digest}"):
            bar = st.progress(*current.progress())
            st.button("Cancel", key=f"pass-cancel-{digest}", on_click=self.stop, args=(key,))
        while True:
            try:
                found = current.future.result(BETWEEN_LOOKS)
            except StillWorking:
                bar.progress(*current.progress())
                continue
            panel.empty()
            return found


@functools.cache
def passes() -> Passes:
    """Return the passes of this server."""
    return Passes()


def _session() -> str:
    """Return what tells the session of this thread from others."""
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else context.session_id


def offer_again(error: StoppedError) -> None:
    """Say that a pass was stopped, offer to start it again, and end the page here."""
    st.info(f"**Note.** {error}")
    st.button("Start again", key="pass-again", on_click=error.again)
    st.stop()
