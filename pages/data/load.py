"""Data, Load: what the table in use holds, and the door for another one."""

from __future__ import annotations

import streamlit as st

from pages._ui import cache, overview, show, widgets

show.heading("Load", "What is in my table?")
_, data = widgets.require()

show.answer(overview.size(data))
show.notes(data.reading.notes)
with show.guard():
    show.table(overview.columns(cache.columns(data)))

st.subheader("First rows", anchor=False)
show.rows(overview.first_rows(data), name="first")

st.subheader("Another file", anchor=False)
widgets.uploader()
