"""Start: what this is, three examples a click away, and the door for one's own data."""

from __future__ import annotations

import streamlit as st

from pages._ui import show, sitemap, state, widgets
from pages._ui.examples import EXAMPLES, FIRST_EXAMPLE

show.heading(
    "Data in groups",
    "Pupils in classes, patients in clinics, days in persons: how much do the groups matter?",
)
st.markdown(
    "Choose a table and its groups; the pages above compare one line for all, a line for every"
    " group, and the mixed model between the two, in words, pictures and the numbers R prints."
)

st.header("Begin with an example", anchor=False)
for column, (name, example) in zip(st.columns(len(EXAMPLES)), EXAMPLES.items(), strict=True):
    with column.container(border=True, height="stretch", vertical_alignment="distribute"):
        st.markdown(f"**{example.title}**  \n{example.story}\n\n*{example.question}*")
        kind = "primary" if name == FIRST_EXAMPLE else "secondary"
        if st.button(f"Open {name}", key=f"example-{name}", type=kind, width="stretch"):
            state.choose_example(name)
            sitemap.go_to(sitemap.AFTER_EXAMPLE)

st.header("Or take the tour", anchor=False)
st.markdown(
    "Pupils in classes in schools, question by question: why groups matter, what partial pooling"
    " does, and how to tell which groups are needed."
)
st.page_link(sitemap.script("start/tour"), label="To the tour")

st.header("Or use your own data", anchor=False)
widgets.uploader()
widgets.in_use()
