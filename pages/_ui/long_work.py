"""Work that may take long: in a thread, with a bar and a button that cancels it, its result kept.

Passes over tables that stay where they are, simulations, refits without each group: all are pieces
of work that belong to a key, and to no session. Whoever asks for the same waits for the same piece,
and a click elsewhere loses nothing, since the run that follows attaches itself again. What a piece
returns is kept, up to a bound; of one that fails or is cancelled nothing is.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from hashlib import sha256
from typing import Any, TypeAlias

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mlm_core.data.engines import Source
from mlm_core.data.places import Place
from mlm_core.errors import MlmError
from pages._ui.pieces import Computation, Pass, Piece

Key: TypeAlias = tuple[str, str]

AT_ONCE = 2
KEPT = 500
# Shorter work shows nothing; longer work is looked at this often.
UNNOTICED, BETWEEN_LOOKS = 0.5, 0.2


class CancelledError(MlmError):
    """Work was cancelled by the person who waited for it."""

    def __init__(self, again: Callable[[], None]) -> None:
        super().__init__("Cancelled before it was done; nothing of it was kept.")
        self.again = again


class UnfinishedError(MlmError):
    """Work goes on; the page is to be drawn without what it returns, and to look again."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__("This is not done yet.")
        self.look = look


class LongWork:
    """All long work of the app: under way, and done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="work")
        self._under_way: dict[Key, Piece] = {}
        self._done: OrderedDict[Key, Any] = OrderedDict()
        self._cancelled: set[tuple[str, Key]] = set()

    def fetch(
        self,
        key: Key,
        piece: Piece,
        on_cancel: Callable[[], None] | None = None,
        *,
        is_watched: bool = False,
    ) -> Any:
        """Return what a piece of work returns; the page shows how far it is meanwhile.

        Parameters
        ----------
        key : Key
        piece : Piece
            Begun unless the same is done or under way.
        on_cancel : callable, optional
            Takes back what was asked. Without it the work counts as cancelled in this session
            until it is asked for again.
        is_watched : bool
            Not to wait but to raise. In a fragment a click waits for the end of the run, and so
            would a click on Cancel.

        Raises
        ------
        UnfinishedError
            The work takes longer than a moment, and is watched.
        CancelledError
            This session cancelled it, and has not asked for it again.
        MlmError
            The work failed.
        """
        session = _session()
        with self._lock:
            if key in self._done:
                self._done.move_to_end(key)
                return self._done[key]
            if (session, key) in self._cancelled:
                raise CancelledError(partial(self.allow, key))
            current = self._under_way.get(key)
            if current is None:
                current = self._under_way[key] = piece
                self._workers.submit(self._do, key, current)
            current.waiting.add(session)
        if not is_watched:
            return self._await(key, current, on_cancel)
        if not _is_done(current, within=UNNOTICED):
            raise UnfinishedError(partial(self._look, key, current, on_cancel))
        return current.future.result()

    def cancel(self, key: Key, on_cancel: Callable[[], None] | None = None) -> None:
        """Cancel work for this session; it ends when no other session waits for it."""
        session = _session()
        with self._lock:
            current = self._under_way.get(key)
            if current is None:
                return
            if on_cancel is None:
                self._cancelled.add((session, key))
            current.waiting.discard(session)
            if not current.waiting:
                del self._under_way[key]
                current.stop()
        if on_cancel is not None:
            on_cancel()

    def allow(self, key: Key) -> None:
        """Let work that this session cancelled start again."""
        with self._lock:
            self._cancelled.discard((_session(), key))

    def _do(self, key: Key, current: Piece) -> None:
        """Do the work (in a thread); keep what it returned, forget it if it failed."""
        current.run()
        with self._lock:
            if self._under_way.get(key) is not current:
                return  # cancelled, and perhaps started anew
            del self._under_way[key]
            if current.future.exception() is None:
                self._done[key] = current.future.result()
                while len(self._done) > KEPT:
                    self._done.popitem(last=False)

    def _await(self, key: Key, current: Piece, on_cancel: Callable[[], None] | None) -> Any:
        """Wait, after a moment with a bar and a button."""
        if not _is_done(current, within=UNNOTICED):
            panel = st.empty()
            with panel:
                bar = self._panel(key, current, on_cancel)
            while not _is_done(current, within=BETWEEN_LOOKS):
                bar.progress(*current.progress())
            panel.empty()
        return current.future.result()

    def _look(self, key: Key, current: Piece, on_cancel: Callable[[], None] | None) -> None:
        """Show how far work is; run the page again when it is done, raise what it raised."""
        with self._lock:
            # Cancelled here it may go on for others, who are not told of it.
            is_awaited = self._under_way.get(key) is current and _session() in current.waiting
        if is_awaited:
            self._panel(key, current, on_cancel)
            return
        if current.future.done() and not current.is_stopped:
            current.future.result()
        st.rerun()

    def _panel(
        self, key: Key, current: Piece, on_cancel: Callable[[], None] | None
    ) -> DeltaGenerator:
        """Draw a bar and a button that cancels; return the bar."""
        digest = sha256(repr(key).encode()).hexdigest()[:12]  # several may be awaited in one run
        with st.container(horizontal=True, vertical_alignment="center", key=f"work-{digest}"):
            bar = st.progress(*current.progress())
            st.button("Cancel", key=f"cancel-{digest}", on_click=self.cancel, args=(key, on_cancel))
        return bar


@functools.cache
def long_work() -> LongWork:
    """Return the long work of this server."""
    return LongWork()


def pass_over(place: Place, key: Key, call: Callable[[Source], Any]) -> Any:
    """Return ``call(table)`` for a table that stays where it is; see :meth:`LongWork.fetch`."""
    return long_work().fetch(key, Pass(place, call))


def computed(
    key: Key,
    label: str,
    call: Callable[..., Any],
    on_cancel: Callable[[], None] | None = None,
    *,
    is_watched: bool = False,
) -> Any:
    """Return ``call(progress=...)``, the first time only; see :meth:`LongWork.fetch`."""
    piece = Computation(label, call)
    return long_work().fetch(key, piece, on_cancel, is_watched=is_watched)


def _is_done(piece: Piece, *, within: float) -> bool:
    """Tell whether work ends within seconds; one that raises TimeoutError has ended as well."""
    return bool(wait([piece.future], within).done)


def _session() -> str:
    """Return what tells the session of this thread from others."""
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else context.session_id


def offer_again(error: CancelledError) -> None:
    """Say that work was cancelled, offer to start it again, and end the page here."""
    st.info(f"**Note.** {error}")
    st.button("Start again", key="work-again", on_click=error.again)
    st.stop()
