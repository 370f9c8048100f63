"""Choices that belong to one page: which level, which term, which draw.

They stand in the link beside the shared choices (Streamlit binds them) and last for the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mlm_core.views.escape import for_markdown
from mlm_core.views.narrative.wording import level_name
from pages._ui import presenter, state

FEW = 5

T = TypeVar("T")
LARGEST_SEED = 999_999
MOST_LISTED = 5000


def level_of(label: str, levels: Sequence[str], *, key: str) -> str:
    """Let a person choose one of a model's levels, written as *classid within schoolid*."""
    return one_of(label, levels, key=key, shown=level_name)


def one_of(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    shown: Callable[[str], str] = for_markdown,
    plain: Callable[[str], str] = str,
) -> str:
    """Let a person choose one of several names; a single one is chosen already.

    ``shown`` writes an option as Markdown, ``plain`` as the text of a list, where there are many.
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
            format_func=plain,
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


def switches(label: str, options: Sequence[str], *, key: str, on: Sequence[str]) -> tuple[str, ...]:
    """Offer a switch for each of a few things; return those that are on, in order."""
    chosen = st.pills(
        label,
        list(options),
        selection_mode="multi",
        default=list(on),
        key=key,
        bind="query-params",
        persist_state="session",
    )
    return tuple(option for option in options if option in chosen)


def highlighted(groups: Sequence[str], *, key: str = "group") -> str | None:
    """Let a person pick the one group that all figures of a page show in a colour of its own."""
    if state.value_of(key) not in (None, *groups):
        state.seed(key, None)
    if len(groups) > MOST_LISTED:
        typed = st.text_input(
            "Highlight a group",
            key=key,
            placeholder="Name, or click",
            bind="query-params",
            persist_state="session",
        )
        return typed if typed in groups else None
    return st.selectbox(
        "Highlight a group",
        list(groups),
        index=None,
        key=key,
        placeholder="Search, or click",
        bind="query-params",
        persist_state="session",
    )


def highlight(group: str, *, key: str = "group") -> None:
    """Highlight a group (one that is highlighted already: no longer)."""
    state.seed(key, None if state.value_of(key) == group else group)


def panels(together: dict[str, T | None]) -> list[dict[str, T]]:
    """Divide what one figure shows side by side into figures of one panel, for the presenter."""
    there = {key: part for key, part in together.items() if part is not None}
    return [{key: part} for key, part in there.items()] if presenter.is_on() else [there]


def draws(key: str, *, many: int) -> int:
    """Offer to draw again, or very often; return how many draws were made, at least one."""
    with st.container(horizontal=True):
        st.button(
            "Draw again", key=key, icon=":material/casino:", on_click=_draw_again, args=(key,)
        )
        st.button(f"All {many} draws", key=f"{key}-many", on_click=_draw_up_to, args=(key, many))
        st.button("From the start", key=f"{key}-one", on_click=_draw_up_to, args=(key, 1))
    return _drawn(key)


def _drawn(key: str) -> int:
    return int(state.value_of(f"{key}-number") or 1)


def _draw_again(key: str) -> None:
    _draw_up_to(key, _drawn(key) + 1)


def _draw_up_to(key: str, number: int) -> None:
    state.seed(f"{key}-number", number)


def asked(label: str, *, key: str, at_once: bool = False) -> bool:
    """Offer to do something; tell whether it was asked for.

    ``at_once`` has it done unasked, until somebody cancels it.
    """
    if at_once and state.value_of(key) is not False:
        return True
    st.button(label, key=f"{key}-ask", type="primary", on_click=state.seed, args=(key, True))
    return bool(state.value_of(key))


def asked_for(label: str, what: object, *, key: str) -> bool:
    """Offer to compute something; tell whether it was asked for as things are set now."""
    offer(label, lambda: what, key=key)
    return is_asked(what, key=key)


def offer(label: str, read: Callable[[], object], *, key: str) -> None:
    """Offer to compute something, as things are set when the button is pressed."""

    def ask() -> None:
        state.seed(key, repr(read()))

    st.button(label, key=f"{key}-ask", type="primary", on_click=ask)


def is_asked(what: object, *, key: str) -> bool:
    """Tell whether something was asked for as things are set now."""
    return bool(state.value_of(key) == repr(what))


def not_asked(key: str) -> Callable[[], None]:
    """Return what takes back that something was asked for; it is not done unasked again."""
    return partial(state.seed, key, False)


def seed(key: str) -> int:
    """Show the seed of all that is random here, to be changed by hand or by drawing again."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            "Seed",
            min_value=1,
            max_value=LARGEST_SEED,
            value=1,
            step=1,
            key=key,
            width=140,
            help="The same seed draws the same numbers, here and on any other machine.",
            bind="query-params",
            persist_state="session",
        )
        st.button(
            "Draw again", key=f"{key}-next", icon=":material/casino:", on_click=_next, args=(key,)
        )
    return int(number)


def _next(key: str) -> None:
    state.seed(key, int(state.value_of(key) or 0) % LARGEST_SEED + 1)


def tabs(*titles: str) -> list[DeltaGenerator]:
    """Divide the rest of a page; only what stands in the open tab is computed."""
    return list(st.tabs(list(titles), on_change="rerun", key="tab", bind="query-params"))
