"""Data, Load: what the table in use holds, and the door for another one."""

from __future__ import annotations

import streamlit as st

from pages._ui import cache, show, widgets

show.heading("Load", "What is in my table?")
_, table = widgets.require()

show.answer(show.size_of(table))
show.notes(table.reading.notes)
with show.guard():
    show.table(
        cache.column_table(table),
        name=f"columns-{table.name}",
        caption="Columns",
    )

st.subheader("First rows", anchor=False)
show.rows(cache.first_rows(table), name="first")

st.subheader("Another file", anchor=False)
widgets.uploader()
