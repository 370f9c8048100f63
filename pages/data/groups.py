"""Data, Groups: the nesting of the chosen levels, the sizes of their groups, what varies where."""

from __future__ import annotations

import streamlit as st

from pages._ui import cache, show, widgets

show.heading("Groups", "What is nested in what?")
choices, table = widgets.require("levels")

with show.guard():
    groups = cache.groups(table, choices.levels)
    show.notes(groups.notes)
    show.table(groups.sizes, name="groups", caption="Groups and rows per group")

st.subheader("Where each column varies", anchor=False)
with show.guard():
    show.table(cache.levels_of_variables(table, choices.levels), name="levels-of-columns")
