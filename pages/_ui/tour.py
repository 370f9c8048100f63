"""The tour: a path through one table, step by step; a question first, an answer on request.

A step opens a page in a state of its own. The strip above the page keeps the question in sight; the
number of the step is part of the link, so a step can be sent or put on a slide.
"""

from __future__ import annotations

import streamlit as st

from pages._ui import sitemap, state
from pages._ui.tour_steps import STEPS

_GO_TO = "tour-page"


def go(step: int) -> None:
    """Open a step (in a callback: the page follows in the next run)."""
    opened = STEPS[step - 1]
    state.choose_step(step)
    state.open_choices(opened.choices, widgets=opened.opened)
    state.choose_panel(opened.panel)
    state.seed(_GO_TO, opened.page)


def follow() -> None:
    """Go to the page of a step that was opened in the run before."""
    page = state.value_of(_GO_TO)
    if page:
        state.seed(_GO_TO, None)
        sitemap.go_to(page)


def strip() -> None:
    """Show question and answer of the step, and the way to the others; nothing outside the tour."""
    at = state.step()
    if not 1 <= at <= len(STEPS):
        return
    step = STEPS[at - 1]
    with st.container(border=True, key="tour-strip"):
        st.markdown(f"**Tour, {at} of {len(STEPS)}: {step.title}**  \n{step.question}")
        with st.container(horizontal=True, vertical_alignment="center"):
            is_shown = st.toggle("Show the answer", key=f"tour-answer-{at}")
            _button("Back", at - 1)
            _button("Next", at + 1)
            state.seed("tour-step", at)
            st.selectbox(
                "Step",
                range(1, len(STEPS) + 1),
                format_func=lambda place: f"{place}. {STEPS[place - 1].title}",
                key="tour-step",
                on_change=_chosen,
                label_visibility="collapsed",
                width=340,
            )
            st.button(
                "Leave the tour",
                key="tour-leave",
                type="tertiary",
                on_click=state.choose_step,
                args=(0,),
            )
        if is_shown:
            st.markdown(step.answer())


def _button(label: str, to: int) -> None:
    st.button(
        label,
        key=f"tour-{label.lower()}",
        type="primary" if label == "Next" else "secondary",
        disabled=not 1 <= to <= len(STEPS),
        on_click=go,
        args=(min(max(to, 1), len(STEPS)),),
    )


def _chosen() -> None:
    go(int(state.value_of("tour-step")))
