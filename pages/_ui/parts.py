"""Choices that belong to one page: which level, which term, which draw.

They stand in the link beside the shared choices (Streamlit binds them) and last for the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlm_core.views.escape import for_markdown
from mlm_core.views.narrative.wording import level_name
from pages._ui import state

FEW = 5


def level_of(label: str, levels: Sequence[str], *, key: str) -> str:
    """Let a person choose one of a model's levels, written as *classid within schoolid*."""
    return one_of(label, levels, key=key, shown=level_name)


def one_of(
    label: str, options: Sequence[str], *, key: str, shown: Callable[[str], str] = for_markdown
) -> str:
    """Let a person choose one of several names; a single one is chosen already.

    ``shown`` writes an option as Markdown.
    """
    if len(options) == 1:
        return options[0]
    if len(options) <= FEW:
        chosen = st.segmented_control(
            label,
            list(options),
            default=options[0],
            key=key,
            format_func=shown,
            required=True,
            bind="query-params",
            persist_state="session",
        )
    else:
        chosen = st.selectbox(
            label,
            list(options),
            key=key,
            bind="query-params",
            persist_state="session",
        )
    return str(chosen) if chosen in options else options[0]


def some_of(
    label: str, options: Sequence[str], *, key: str, placeholder: str, most: int | None = None
) -> tuple[str, ...]:
    """Let a person choose any of several names, or at most so many of them."""
    chosen = st.multiselect(
        label,
        list(options),
        key=key,
        max_selections=most,
        placeholder=placeholder,
        bind="query-params",
        persist_state="session",
    )
    return tuple(chosen)


def draw(key: str) -> int:
    """Offer to draw again; return the number of the draw, which is its seed."""
    counter = f"{key}-number"
    number = int(state.value_of(counter) or 1)
    if st.button("Draw again", key=key, icon=":material/casino:"):
        number += 1
        state.seed(counter, number)
    return number


def tabs(*titles: str) -> list[DeltaGenerator]:
    """Divide the rest of a page; only what stands in the open tab is computed."""
    return list(st.tabs(list(titles), on_change="rerun", key="tab", bind="query-params"))
