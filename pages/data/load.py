"""Data, Load: what the table in use holds, and the door for another one."""

from __future__ import annotations

import streamlit as st

from mlm_core.data.columns import missing_report
from pages._ui import cache, described, overview, show, widgets

show.heading("Load", "What is in my table?")
choices, data = widgets.require()

show.answer(overview.size(data))
show.notes(data.notes)
with show.guard():
    show.table(overview.columns(described.columns(data)))

st.header("Rows the model can use", anchor=False)
with show.guard():
    if choices.columns:
        report = cache.computed(missing_report, data, columns=choices.columns)
        st.markdown(overview.rows_used(report))
        show.table(overview.missing(report))
    else:
        st.markdown("Choose outcome, predictors and levels in the sidebar to see which rows count.")

st.header("First rows", anchor=False)
show.rows(data.first_rows, name="first")

st.header("Another table", anchor=False)
widgets.offered()
widgets.uploader()
