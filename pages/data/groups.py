"""Data, Groups: the nesting of the chosen levels, the sizes of their groups, what varies where."""

from __future__ import annotations

import streamlit as st

from pages._ui import cache, overview, show, widgets

show.heading("Groups", "What is nested in what?")
choices, table = widgets.require("levels")

with show.guard():
    groups = cache.groups(table, choices.levels)
    show.table(
        overview.groups(groups), name="groups", caption="Groups of each level, and their rows"
    )
    show.notes(groups.notes)

st.subheader("Where each column varies", anchor=False)
with show.guard():
    show.table(
        overview.variation(cache.levels_of_variables(table, choices.levels)),
        name="levels-of-columns",
        footnotes=["Percentages: share of the column's variance that lies between the groups."],
    )
