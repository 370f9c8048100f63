"""How things are shown: headings, notes in three grades, figures, tables, downloads, code.

Everything that may hold user text (names of columns, groups and files, messages that quote them)
is escaped here or comes escaped from ``mlm_core.views``: parameters called ``sentence`` are
Markdown made by ``mlm_core.views.narrative``, parameters called ``text`` are plain and shown
letter by letter.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mlm_core.errors import MlmError
from mlm_core.notes import Note, Severity
from mlm_core.views import numbers
from mlm_core.views.escape import for_html, for_markdown
from pages._ui import state

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_GRADES = {
    "note": (st.info, "Note."),
    "caution": (st.warning, "Caution."),
    "stop": (st.error, "Stop."),
}
_NUMBER = re.compile(r"\s*[<>≈]?\s*[−+\-]?[\d.,]*\d[\d.,]*(×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?\s*%?\s*")
_EMPTY = {"", "n/a", "–", "—"}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_STYLE = """<style>
.mlm-table {overflow-x: auto; margin: 0 0 0.5rem 0;}
.mlm-table table {border-collapse: collapse; border: none; font-size: 0.95rem;
  font-variant-numeric: tabular-nums lining-nums; border-bottom: 1.5px solid currentColor;}
.mlm-table caption {caption-side: top; text-align: left; font-weight: 600; padding: 0 0 0.35rem 0;}
.mlm-table thead tr {border-top: 1.5px solid currentColor; border-bottom: 1px solid currentColor;}
.mlm-table th, .mlm-table td {border: none; padding: 0.28rem 0.9rem 0.28rem 0; text-align: left;
  vertical-align: top; font-weight: 400;}
.mlm-table thead th {font-weight: 600; vertical-align: bottom;}
.mlm-table .number {text-align: right; white-space: nowrap; padding-left: 0.9rem;}
.mlm-table p {font-size: 0.85rem; opacity: 0.8; margin: 0.35rem 0 0 0;}
.stMainBlockContainer {padding: 4.5rem 2rem 4rem 2rem; max-width: 72rem;}
.stMainBlockContainer h1 {font-size: 2.1rem; padding: 0.5rem 0 0 0;}
.stMainBlockContainer h3 {font-size: 1.35rem; padding: 1rem 0 0.4rem 0;}
.mlm-question {font-size: 1.15rem; opacity: 0.75; margin: -0.25rem 0 0 0;}
.st-key-answer p {font-size: 1.15rem; line-height: 1.55;}
</style>"""


def style() -> None:
    """Load the style sheet (once a run, by the frame)."""
    st.html(_STYLE)


# --- sentences ------------------------------------------------------------------------------------


def heading(title: str, question: str) -> None:
    """Open a page: its title and the question it answers."""
    st.title(title, anchor=False)
    st.html(f'<p class="mlm-question">{for_html(question)}</p>')


def answer(sentence: str) -> None:
    """Show the page's answer, its first line, a little larger than the rest."""
    with st.container(key="answer"):
        st.markdown(sentence)


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
    """Turn an error raised on purpose into a Stop message; what follows the block is still drawn.

    Examples
    --------
    >>> with show.guard():
    ...     fit = cache.mixed(table, model, method="REML")
    ...     show.table(tables.coefficients(fit))
    """
    try:
        yield
    except MlmError as error:
        note("stop", str(error))


# --- pictures -------------------------------------------------------------------------------------


def figure(picture: Figure, *, alt: str, name: str) -> None:
    """Show a figure over the whole width, with a button that saves it as SVG or PNG.

    Parameters
    ----------
    picture : plotly.graph_objects.Figure
        From ``mlm_core.views.figures``.
    alt : str
        What the figure shows, in words with numbers, for those who cannot see it.
    name : str
        Name of the saved file, also the key of the chart; unique on a page.
    """
    export = {"format": state.picture_format(), "filename": name, "scale": 2}
    st.plotly_chart(
        picture,
        width="stretch",
        key=f"figure-{name}",
        alt=alt,
        config={"displaylogo": False, "toImageButtonOptions": export},
    )


# --- tables ---------------------------------------------------------------------------------------


def table(
    frame: pd.DataFrame, *, name: str, caption: str = "", footnotes: Iterable[str] = ()
) -> None:
    """Show a table of results as it would be printed, with a button that downloads it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Ready-made texts are shown as they are; numbers get one precision per column. Columns of
        numbers are aligned right. The index is not shown.
    name : str
        Name of the downloaded file, unique on a page.
    caption, footnotes : str
        Plain text above and beneath.
    """
    shown = [_texts(frame.iloc[:, position]) for position in range(frame.shape[1])]
    classes = [' class="number"' if _is_numeric(texts) else "" for texts in shown]
    head = "".join(
        f'<th scope="col"{kind}>{for_html(column)}</th>'
        for column, kind in zip(frame.columns, classes, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(map(_cell, row, classes)) + "</tr>" for row in zip(*shown, strict=True)
    )
    title = f"<caption>{for_html(caption)}</caption>" if caption else ""
    feet = "".join(f"<p>{for_html(text)}</p>" for text in footnotes)
    st.html(
        f'<div class="mlm-table"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{feet}</div>"
    )
    download(frame, name=name)


def rows(frame: pd.DataFrame, *, name: str, height: int | None = None) -> None:
    """Show a long table (a person's own rows) in a scrolling grid."""
    st.dataframe(frame, hide_index=True, key=f"rows-{name}", height=height or "auto")


def download(frame: pd.DataFrame, *, name: str, label: str = "Download as CSV") -> None:
    """Offer a table as a CSV file whose cells no spreadsheet will run as formulas."""
    st.download_button(
        label,
        data=lambda: csv_of(frame),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"download-{name}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def csv_of(frame: pd.DataFrame) -> bytes:
    """Write a table as CSV; the leading mark lets spreadsheets recognise the encoding."""
    safe = frame.map(_harmless)
    safe.columns = pd.Index([_harmless(column) for column in frame.columns])
    # All texts are quoted: an unquoted carriage return would begin a new row, and a new formula.
    return safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC).encode("utf-8-sig")


# --- how it is computed ---------------------------------------------------------------------------


def how(sentence: str, *, r: str = "", python: str = "") -> None:
    """Close a page: how the numbers are computed, and the same in R and in Python."""
    with st.expander("How this is computed"):
        st.markdown(sentence)
        if r:
            st.markdown("**The same in R**")
            st.code(r, language="r")
        if python:
            st.markdown("**The same in Python**")
            st.code(python, language="python")


# --- inside ---------------------------------------------------------------------------------------


def _texts(column: pd.Series) -> list[str]:
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["yes" if value else "no" for value in column]
    if pd.api.types.is_integer_dtype(column.dtype):
        return [numbers.count(value) for value in column]
    if pd.api.types.is_float_dtype(column.dtype):
        return numbers.column(column)
    return ["" if pd.isna(value) else str(value) for value in column]


def _is_numeric(texts: list[str]) -> bool:
    told = [text for text in texts if text not in _EMPTY]
    return bool(told) and all(_NUMBER.fullmatch(text) for text in told)


def _cell(text: str, kind: str) -> str:
    # Spaces at the start (indented terms) are kept; everything else is one line.
    indent = "&nbsp;" * (len(text) - len(text.lstrip(" ")))
    return f"<td{kind}>{indent}{html.escape(text.strip())}</td>"


def _harmless(cell: object) -> object:
    if not isinstance(cell, str) or not cell.startswith(_FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
