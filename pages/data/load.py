"""Data, Load: what the table in use holds, and the door for another one."""

from __future__ import annotations

import streamlit as st

from pages._ui import cache, overview, show, widgets

show.heading("Load", "What is in my table?")
_, table = widgets.require()

show.answer(overview.size(table))
show.notes(table.reading.notes)
with show.guard():
    show.table(
        overview.columns(cache.columns(table)),
        name="columns",
        caption="Columns",
    )

st.subheader("First rows", anchor=False)
show.rows(overview.first_rows(table), name="first")

st.subheader("Another file", anchor=False)
widgets.uploader()
