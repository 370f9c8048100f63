"""The frame around every page: navigation above, choices beside it, the link in the address bar.

This is the script the server runs (see ``app.py``). It stands outside the folder that holds the
pages, since Streamlit would otherwise serve that folder by rules of its own until somebody opens
``/``.
"""

from __future__ import annotations

import streamlit as st

from pages._ui import collector, live, presenter, settling, show, sitemap, state, tour, widgets

st.set_page_config(
    page_title="Multilevel models",
    page_icon="📊",
    layout="centered",
    initial_sidebar_state="collapsed" if presenter.is_asked_for() else "expanded",
)
collector.collect_in_the_background()
state.start()
state.write_link()  # before the navigation, so that page and link are one step of the Back button
page = st.navigation(sitemap.sections(), position="top")
show.style()
settling.settle()
widgets.sidebar()
with st.sidebar:
    presenter.switch()
if state.remark():
    show.note("note", state.remark())
tour.follow()
tour.strip()
live.begin()
bar = presenter.begin()
with show.guard():
    page.run()
presenter.end(bar)
