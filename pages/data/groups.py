"""Data, Groups: the nesting of the chosen levels, the sizes of their groups, what varies where."""

from __future__ import annotations

import streamlit as st

from mlm_core.views import code
from mlm_core.views.narrative import groups as narrative
from pages._ui import cache, overview, show, widgets

show.heading("Groups", "What is nested in what?")
choices, data = widgets.require("levels")

with show.guard():
    groups = cache.groups(data, choices.levels)
    show.answer(narrative.nesting(groups))
    show.table(overview.groups(groups))
    show.notes(groups.notes)
    show.how(
        "Groups of an inner level are told apart within those of the outer one: a class is a label"
        " *and* its school.",
        code.groups(choices.levels, data.source),
    )

st.subheader("Where each column varies", anchor=False)
with show.guard():
    show.table(overview.variation(cache.levels_of_variables(data, choices.levels)))
