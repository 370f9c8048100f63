"""How things are shown: headings, notes in three grades, figures, tables, downloads, code.

Everything that may hold user text (names of columns, groups and files, messages that quote them)
is escaped here or comes escaped from ``mlm_core.views``: parameters called ``sentence`` are
Markdown made by ``mlm_core.views.narrative``, parameters called ``text`` are plain and shown
letter by letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
import streamlit as st

from mlm_core.errors import MlmError
from mlm_core.notes import Note, Severity
from mlm_core.views.escape import for_html, for_markdown
from mlm_core.views.figures.enlarged import enlarged
from mlm_core.views.figures.theme import answers_clicks, ink
from pages._ui import cache, presenter, state, table_forms
from pages._ui.long_work import CancelledError, UnfinishedError, offer_again

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from mlm_core.views.code import Code
    from mlm_core.views.equation import Equations
    from mlm_core.views.figures.theme import Picture
    from mlm_core.views.tables.table import Table
    from pages._ui.dataset import Dataset

OnClick: TypeAlias = Callable[[str], None]

_GRADES = {
    "note": (st.info, "Note."),
    "caution": (st.warning, "Caution."),
    "stop": (st.error, "Stop."),
}
_FIRST_THINK = "Look first, then show the answer above: this page's own sentence comes with it."
# More rows than this are searched and sorted rather than read.
LONGEST_PRINTED = 60
HOW = "how"
"""Key of the box that tells how the numbers of a page are computed: whether it is open."""
LOOK_AGAIN = 0.4  # seconds between two looks at work that goes on

_STYLE = Path(__file__).with_name("style.css")

SCRIPT = '<script src="figures.js"></script>'


def style() -> None:
    """Load the style sheet and the script of the figures (once a run, by the frame)."""
    st.html(_STYLE)
    st.html(SCRIPT, unsafe_allow_javascript=True)


# --- sentences ------------------------------------------------------------------------------------


def heading(title: str, question: str) -> None:
    """Open a page: its title and the question it answers."""
    st.title(title, anchor=False)
    ask(question)


def ask(question: str) -> None:
    """Show the question that what follows answers."""
    st.html(f'<p class="mlm-question">{for_html(question)}</p>')


def answer(sentence: str, place: DeltaGenerator | None = None) -> None:
    """Show the page's answer, its first line, a little larger than the rest, here or in a place.

    A step of the tour asks first: there it is shown together with the answer to the step.
    """
    with (st if place is None else place).container(key="answer"):
        st.markdown(_FIRST_THINK if state.is_answer_awaited() else sentence)


def answer_refused(text: str, place: DeltaGenerator) -> None:
    """Say in the place of the answer why there is none, if that is known."""
    with place.container(key="answer"):
        if text:
            note("stop", text)


def aside(sentence: str) -> None:
    """Say something small, if there is something to say."""
    if sentence:
        st.caption(sentence)


def note(severity: Severity, text: str) -> None:
    """Show a remark in its grade; a second paragraph (a formula with a pointer) stands as code."""
    box, grade = _GRADES[severity]
    first, _, rest = text.partition("\n")
    box(f"**{grade}** {for_markdown(first)}")
    if rest.strip():
        st.code(rest, language=None)


def notes(remarks: Iterable[Note]) -> None:
    """Show the notes a result carries, the gravest first."""
    order = list(reversed(_GRADES))
    for remark in sorted(remarks, key=lambda each: order.index(each.severity)):
        note(remark.severity, remark.message)


@contextmanager
def guard() -> Iterator[None]:
    """Turn an error raised on purpose into a Stop message; what follows is still drawn."""
    try:
        yield
    except CancelledError as error:
        offer_again(error)
    except UnfinishedError as error:
        _watch(error)
    except MlmError as error:
        note("stop", str(error))


@st.fragment(run_every=LOOK_AGAIN)
def _watch(work: UnfinishedError) -> None:
    """Show how far work is, again and again; the page is run once more when it is done."""
    with guard():
        work.look()


# --- pictures -------------------------------------------------------------------------------------


def figure(picture: Picture, *, on_click: OnClick | None = None) -> None:
    """Show a figure, whose menu saves it; ``on_click`` is told the group of a mark clicked."""
    if is_wanted(picture):
        chart(finished(picture, answers=on_click is not None), on_click)


def kept_figure(
    gather: Callable[..., Callable[[], Picture]],
    data: Dataset,
    *,
    on_click: OnClick | None = None,
    **asked: Any,
) -> None:
    """Show a figure of a table that is drawn the first time only for what it shows.

    ``gather(data, **asked)`` is one of :mod:`pages._ui.drawings`; its name and all it is asked for
    are the key the figure is kept by.
    """
    answers, draw = on_click is not None, gather(data, **asked)

    def drawn() -> Picture:
        picture = finished(draw(), answers=answers)
        picture.figure.keep()
        return picture

    seen_as = (data.fingerprint, presenter.is_on(), _is_dark(), answers)
    key = cache.key_of(gather, *seen_as, **asked)
    picture = cache.remember_large("figure", repr(key), _call=drawn)
    if is_wanted(picture):
        chart(picture, on_click)


def is_wanted(picture: Picture) -> bool:
    """Tell whether a figure is to be drawn: the presenter's view shows one at a time."""
    return presenter.offers(picture.name, picture.name.replace("-", " "))


def _is_dark() -> bool:
    return bool(st.context.theme.type == "dark")


def finished(picture: Picture, *, answers: bool = False) -> Picture:
    """Return a figure in the sizes and colours of the page; ``answers`` lets clicks pick marks."""
    if presenter.is_on():
        picture = enlarged(picture)
    ink(picture.figure, is_dark=_is_dark())
    if answers:
        answers_clicks(picture.figure)
    return picture


def chart(picture: Picture, on_click: OnClick | None = None) -> None:
    """Show a figure that is finished."""
    st.plotly_chart(
        picture.figure,
        width="stretch",
        theme=None,
        key=picture.key,
        alt=picture.alt,
        config=picture.config,
        on_select="ignore" if on_click is None else partial(_tell, on_click, picture.key),
        selection_mode="points",
    )


def _tell(on_click: OnClick, key: str) -> None:
    group = state.clicked(key)
    if group is not None:
        on_click(group)


# --- tables ---------------------------------------------------------------------------------------


def table(printed: Table, *, of: str = "") -> None:
    """Show a table with caption, footnotes and a button that downloads it.

    ``of`` tells two tables of one name on one page apart.

    Short tables are shown as they would be printed, columns of numbers aligned right; long ones in
    a grid that can be sorted and searched.
    """
    frame, name = printed.frame, f"{printed.name}-{of}" if of else printed.name
    if not presenter.offers(name, printed.caption or printed.name.replace("-", " ")):
        return
    if len(frame) > LONGEST_PRINTED:
        st.markdown(f"**{for_markdown(printed.caption)}**")
        st.dataframe(
            frame,
            hide_index=True,
            key=f"grid-{name}",
            column_config=table_forms.grid_columns(frame),
        )
        for text in printed.footnotes:
            st.caption(for_markdown(text))
    else:
        st.html(table_forms.as_html(printed))
    download(lambda: frame, name=name)


def rows(frame: pd.DataFrame, *, name: str) -> None:
    """Show rows of the table in use in a scrolling grid."""
    st.dataframe(frame, hide_index=True, key=f"rows-{name}")


def download(made: Callable[[], pd.DataFrame], *, name: str, label: str = "") -> None:
    """Offer a table, made when it is wanted, as a CSV file no spreadsheet will run formulas of.

    Without a label of its own the button stands right beneath the table.
    """
    st.download_button(
        label or "Download as CSV",
        data=lambda: table_forms.as_csv(made()),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"save-{name}" if label else f"download-{name}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


# --- how it is computed ---------------------------------------------------------------------------


def how(sentence: str, *codes: Code, of: str = "") -> None:
    """Close a page: how the numbers are computed, and the same in R and in Python.

    ``of`` tells two of them on one page apart.
    """
    how_told(lambda: (sentence, codes), key=f"how-{of}" if of else HOW)


@st.fragment
def how_told(read: Callable[[], tuple[str, Sequence[Code]]], *, key: str = HOW) -> None:
    """Show what :func:`how` does; it is read when the box is opened."""
    # Filled when it is opened: the highlighting of code is 1.6 MB of script that a first visitor
    # would wait for.
    with st.expander("How this is computed", on_change="rerun", key=key) as box:
        if not box.open:
            return
        sentence, codes = read()
        st.markdown(sentence)
        if codes:
            r, python = st.tabs(["The same in R", "The same in Python"])
            for code in codes:
                r.code(code.r, language="r")
                python.code(code.python, language="python")


def equations(written: Equations) -> None:
    """Show a model in three notations."""
    one, by_level, formula = st.tabs(["One equation", "Level by level", "Formula"])
    with one:
        st.latex(written.combined)
        st.latex(written.distributions)
    with by_level:
        for level, equation in written.by_level:
            st.markdown(f"**{for_markdown(level)}**")
            st.latex(equation)
    with formula:
        st.code(written.formula, language=None, wrap_lines=True)
