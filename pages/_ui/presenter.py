"""The presenter's view: larger type, thicker lines, one panel at a time.

Figures and tables are the panels of a page. While the view is on, :func:`offers` lets one of them
through; the bar above the page goes from one to the next, by buttons or by the keys Page up and
Page down, which remote controls of presenters send.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlm_core.views.escape import for_markdown
from pages._ui import state

KEY = "presenter"
_COMPLETE = "presenter-complete"

_STYLE = """<style>
html {font-size: 20px;}
.stMainBlockContainer {max-width: none; padding-top: 4rem;}
/* The panel comes first, then sentence and choices: what is shown fits on the screen. */
.stMainBlockContainer > .stVerticalBlock > :has(.st-key-tour-strip) {order: -5;}
.stMainBlockContainer > .stVerticalBlock > :has(.st-key-presenter-bar) {order: -4;}
.stMainBlockContainer > .stVerticalBlock > :has(h1) {order: -3;}
.stMainBlockContainer > .stVerticalBlock > :has(.stPlotlyChart, .mlm-table) {order: -2;}
.stMainBlockContainer h1 {font-size: 1.5rem; padding: 0;}
/* What stood beside the panel leaves its place to it. */
.stHorizontalBlock:has(.stPlotlyChart) > .stColumn:not(:has(.stPlotlyChart)) {display: none;}
/* Only where there is a panel to be seen is the rest of the page hidden. */
.stMain:has(.st-key-presenter-bar button) :is(
  .stElementContainer:has(.mlm-question),
  .stMarkdown:not(.st-key-answer *):not(.st-key-presenter-bar *):not(.st-key-tour-strip *),
  .stHeading:not(:has(h1)), [data-testid=stCaptionContainer],
  .stDownloadButton, .stExpander) {display: none;}
.st-key-presenter-bar p {font-size: 1rem; opacity: 0.8;}
.mlm-table table {font-size: 1.1rem;}
</style>"""


def is_on() -> bool:
    """Tell whether the presenter's view is on."""
    return bool(state.value_of(KEY))


def is_asked_for() -> bool:
    """Tell whether the view is on, or the link asks for it in the first run of a session."""
    return is_on() or state.is_asked(KEY)


def switch() -> None:
    """Offer the view, in the sidebar; it is part of the link."""
    st.toggle(
        "Presenter",
        key=KEY,
        bind="query-params",
        persist_state="session",
        help="For a class: larger type, thicker lines, one figure or table at a time. The keys Page"
        " up and Page down go from one to the next.",
    )


def begin() -> DeltaGenerator:
    """Begin a page; return the place of the bar."""
    state.begin_panels()
    state.seed(_COMPLETE, False)
    if is_on():
        st.html(_STYLE)
    return st.container(key="presenter-bar")


def offers(name: str, title: str) -> bool:
    """Tell whether a panel is to be drawn now; ``title`` is plain text."""
    if not is_on():
        return True
    if state.value_of(_COMPLETE) and name not in state.panels():
        st.rerun()  # a part of the page, run by itself, has a panel that the bar does not know yet
    return state.is_panel_chosen(name, title)


def end(bar: DeltaGenerator) -> None:
    """Fill the bar, now that all panels of the page are known."""
    names = state.panels()
    state.seed(_COMPLETE, True)
    if not (is_on() and names):
        return
    if state.panel() not in names:  # the first run of a page, or a panel that is no longer there
        state.choose_panel(next(iter(names)))
        st.rerun()
    order = list(names)
    place = order.index(state.panel())
    with bar, st.container(horizontal=True, vertical_alignment="center"):
        for label, step, key in (("Previous", -1, "PageUp"), ("Next", 1, "PageDown")):
            st.button(
                label,
                key=f"panel-{label.lower()}",
                shortcut=key,
                disabled=not 0 <= place + step < len(order),
                on_click=state.choose_panel,
                args=(order[min(max(place + step, 0), len(order) - 1)],),
            )
        st.markdown(f"{place + 1} of {len(order)}: {for_markdown(names[order[place]])}")
