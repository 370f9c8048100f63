"""Pieces of long work: computations that tell how far they are, passes over a table.

Each can be asked for its progress and stopped from another thread; who does them, and for whom, is
in :mod:`pages._ui.long_work`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from mlm_core.data.engines import Source
from mlm_core.data.places import Place, Work, at_work
from mlm_core.errors import MlmError
from mlm_core.views.numbers import count, percent

# More rows than this never come into memory.
MOST_ROWS = 100_000


@dataclass(eq=False)
class Piece(ABC):
    """One piece of work.

    Attributes
    ----------
    waiting : set of str
        Sessions that wait for it.
    future : Future
        Its result or its error.
    is_stopped : bool
        Whether it was told to end.
    """

    waiting: set[str] = field(default_factory=set, kw_only=True)
    future: Future[Any] = field(default_factory=Future, kw_only=True)
    is_stopped: bool = field(default=False, kw_only=True)
    _is_begun: bool = field(default=False, kw_only=True)

    def run(self) -> None:
        """Do the work (in a thread of its own); result or error are in ``future``."""
        self._is_begun = True
        try:
            self.check()
            self.future.set_result(self.result())
        except BaseException as error:  # whoever waits raises it
            self.future.set_exception(error)

    def stop(self) -> None:
        """Let it end as soon as it can."""
        self.is_stopped = True

    def check(self) -> None:
        """End the work here if it was stopped."""
        if self.is_stopped:
            raise MlmError("The work was stopped.")

    @abstractmethod
    def result(self) -> Any:
        """Return what the work is for."""

    def progress(self) -> tuple[float, str]:
        """Return the share that is done, and a sentence for it."""
        return self.told() if self._is_begun else (0.0, "Waiting for its turn ...")

    @abstractmethod
    def told(self) -> tuple[float, str]:
        """Return the share of work under way that is done, and a sentence for it."""


@dataclass(eq=False)
class Computation(Piece):
    """Work in memory, by a function that tells how far it is.

    Attributes
    ----------
    label : str
        What is counted, such as *Samples*.
    call : callable
        Called as ``call(progress=...)``; what it hands over is told what is done and of how much.
    """

    label: str
    call: Callable[..., Any]
    _counted: tuple[int, int] | None = None

    def result(self) -> Any:
        """Return what the function returns."""
        return self.call(progress=self._tell)

    def told(self) -> tuple[float, str]:
        """Return the share that is done, and a sentence for it."""
        if self._counted is None:
            return 0.0, f"{self.label} ..."
        done, of = self._counted
        return min(done / max(of, 1), 1.0), f"{self.label}: {count(done)} of {count(of)}"

    def _tell(self, done: int, of: int) -> bool:
        self._counted = done, of
        self.check()
        return True


@dataclass(eq=False)
class Pass(Piece):
    """Work on a table that stays where it is, by passes of its engine.

    Attributes
    ----------
    place : Place
    call : callable
        What is to be done with the table.
    """

    place: Place
    call: Callable[[Source], Any]
    _work: Work | None = None
    _n_queries: int = 0

    def result(self) -> Any:
        """Return what the function makes of the table."""
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
        super().stop()
        if (work := self._work) is not None:
            work.stop()

    def told(self) -> tuple[float, str]:
        """Return the share of the present pass that is done, and a sentence for it."""
        if not self._n_queries:
            return 0.0, "Opening the table ..."
        work = self._work
        share = work.progress() if work is not None else None
        text = f"Working through the table where it lies, pass {count(self._n_queries)}"
        if share is None:
            return 0.0, f"{text} ..."
        return min(share, 1.0), f"{text}: {percent(share)}"

    def _before_query(self) -> None:
        self.check()
        self._n_queries += 1
