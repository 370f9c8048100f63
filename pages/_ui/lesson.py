"""A lesson: an answer, controls, figures and tables that follow the controls within a moment.

Every control is a fragment of its own. When it is moved, it alone is drawn again, then what follows
from it: the answer and the tables in their places, while each chart stays where it is and is told
what to show (:mod:`pages._ui.live`). What is offered and explained stands too, and is read when it
is used. Controls, charts and buttons drawn anew took a browser about a third of the time that a
person waited.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlm_core.errors import MlmError
from pages._ui import live, parts, show, state
from pages._ui.controls import Control
from pages._ui.long_work import CancelledError, UnfinishedError

if TYPE_CHECKING:
    from mlm_core.views.code import Code
    from mlm_core.views.figures.theme import Picture

C = TypeVar("C", bound=Control)
Read: TypeAlias = "Callable[[], tuple[Any, ...]]"
"""Returns what was told last."""
Asked: TypeAlias = "tuple[str, Callable[[], Picture]]"
"""A sentence (an empty text for none) above a figure, which is drawn when its turn comes."""
# Seconds in which a browser begins to draw the leading figure. What it hears meanwhile, be it that
# the run is over, would make it look through the whole page once more first.
_HEAD_START = 0.025


class Lesson:
    """The places of a lesson from top to bottom, which its controls fill again.

    Used in this order: draw the controls by :meth:`control`, inside ``controls`` or, right above
    the figures, ``offers``; then call :meth:`follow` with what follows from them. That is called
    again whenever one is moved, and fills the places by :meth:`say`, :meth:`beside`, :meth:`offer`,
    :meth:`figures` and :meth:`explain`; all else that it draws stands beneath the figures.
    """

    def __init__(self) -> None:
        self._answer = st.empty()
        self.controls = st.container()
        self._beside = st.empty()
        self.offers = st.container(horizontal=True, vertical_alignment="bottom", key="offers")
        self._charts = st.container()
        self._rest = st.empty()
        self._how = st.empty()
        self._is_how_followed = _is_how_open()
        self._messages: DeltaGenerator
        self._body: Callable[[Lesson], None] | None = None
        self._rows: list[list[tuple[str, Picture]]] = []
        self._standing: tuple[object, ...] = ()
        self._told: set[str] = set()
        self._is_said = False
        self._draw_offers: Callable[[Read], None]
        self._offered: tuple[Any, ...] = ()
        self._explained: tuple[str, Callable[[], Code]] | None = None

    def control(self, control: C) -> C:
        """Draw a control where the page stands; return it, to be read by what follows."""
        self._draw(control)
        return control

    @st.fragment
    def _draw(self, control: Control) -> None:
        control.draw()
        if self._body is not None:
            self._fill(self._body)
            return
        # A fragment may fill only what it touched while the page was run. Whoever fills a place
        # draws the same kinds of blocks there: what is sent may overtake what was sent before.
        touched = (self._answer, self._beside, self._rest)
        for place in (*touched, self._how) if self._is_how_followed else touched:
            place.container()

    def follow(self, body: Callable[[Lesson], None]) -> None:
        """Draw what follows from the controls, now and whenever one of them is moved."""
        self._begin(body)
        with self._charts:
            for row in self._rows:
                _draw_row(row)
        if self._offered:
            with self.offers:
                self._draw_offers(lambda: self._offered)
        if not self._is_how_followed:
            with self._how:
                self._explain()
        self._body, self._standing = body, self._stands()

    @st.fragment
    def _begin(self, body: Callable[[Lesson], None]) -> None:
        self._fill(body)

    def _fill(self, body: Callable[[Lesson], None]) -> None:
        self._rows, self._told, self._is_said = [], set(), False
        self._offered, self._explained = (), None
        refused = ""
        with self._rest.container(), show.guard():
            self._messages = st.container(key="live")  # is not seen
            try:
                body(self)
            except MlmError as error:
                if self._is_said or isinstance(error, (CancelledError, UnfinishedError)):
                    raise
                refused = str(error)
        if not self._is_said:
            show.answer_refused(refused, self._answer)
            self._beside.container()
        if self._is_how_followed:
            with self._how.container():
                self._explain()
        if self._body is not None and self._stands() != self._standing:
            st.rerun()  # something stands of which there is nothing more to say

    def _stands(self) -> tuple[object, ...]:
        """Return what is drawn in a run of the page only: its charts, offers and explanation."""
        is_followed = self._is_how_followed or _is_how_open()
        return frozenset(self._told), bool(self._offered), bool(self._explained), is_followed

    def _explain(self) -> None:
        if self._explained is not None:
            show.how_told(self._read_explained)

    def _read_explained(self) -> tuple[str, list[Code]]:
        sentence, code = self._explained
        return sentence, [code()]

    def say(self, sentence: str) -> None:
        """Answer the question of the lesson, above its controls."""
        self._is_said = True
        show.answer(sentence, self._answer)

    def beside(self) -> DeltaGenerator:
        """Return the place beneath the controls, empty."""
        return self._beside.container()

    def offer(self, draw: Callable[[Read], None], *told: object) -> None:
        """Draw buttons in ``offers``, once; they read what they are about when they are pressed."""
        self._draw_offers, self._offered = draw, told

    def explain(self, sentence: str, code: Callable[[], Code]) -> None:
        """Close with how it is computed; the code is written when the box is open."""
        self._explained = sentence, code

    def figures(self, *rows: Sequence[Asked]) -> None:
        """Show figures that follow the controls, row by row; each is sent before the next."""
        for row in rows:
            self._rows.append([])
            for above, draw in row:
                picture = draw()
                if show.is_wanted(picture):
                    self._rows[-1].append((above, self._told_to_show(picture)))

    def _told_to_show(self, picture: Picture) -> Picture:
        """Return the chart that shows a figure, told to do so."""
        picture = show.finished(picture)
        chart = live.chart_of(picture)
        if chart is picture and self._body is not None:
            st.rerun()  # it was never drawn, or at another height
        self._messages.text(live.message(chart, picture))
        if self._body is not None and not self._told:
            time.sleep(_HEAD_START)
        self._told.add(picture.name)
        return chart


def _is_how_open() -> bool:
    return bool(state.value_of(show.HOW))


def _draw_row(row: Sequence[tuple[str, Picture]]) -> None:
    # A block around a single figure would cost the browser time at every step.
    columns = st.columns(len(row)) if len(row) > 1 else [nullcontext()] * len(row)
    for column, (above, chart) in zip(columns, row, strict=True):
        with column:
            if above:
                st.markdown(above)
            show.chart(chart)


def lessons(sections: Mapping[str, tuple[str, Callable[[], None]]]) -> None:
    """Divide a page into lessons, each with a question of its own; only the chosen one is run."""
    # Tabs would look through all they hold after every change, for what the keyboard can reach.
    question, section = sections[parts.one_of("Lesson", tuple(sections), key="tab")]
    show.ask(question)
    section()
