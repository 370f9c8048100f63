"""Tour: one table, fourteen questions, each on the page that answers it."""

from __future__ import annotations

import streamlit as st

from pages._ui import show, tour
from pages._ui.tour_steps import STEPS

show.heading("Tour", "What can one table teach about groups?")
st.markdown(
    "Each step opens a page in the right state and asks a question. Think first: the answer, with"
    " the numbers of these very data, is shown when you ask for it. The strip above the page leads"
    " on; every step has a link of its own."
)
st.button("Begin", key="tour-begin", type="primary", on_click=tour.go, args=(1,))
for place, step in enumerate(STEPS, start=1):
    words, door = st.columns([9, 1], vertical_alignment="center")
    words.markdown(f"**{place}. {step.title}**  \n{step.question}")
    door.button("Open", key=f"tour-open-{place}", on_click=tour.go, args=(place,))
