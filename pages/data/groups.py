"""Data, Groups: the nesting of the chosen levels, the sizes of their groups, what varies where."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.nesting import nesting_tree
from mlm_core.inference.summaries import size_counts
from mlm_core.views import code
from mlm_core.views.figures import groups as figures
from mlm_core.views.narrative import groups as narrative
from pages._ui import cache, described, overview, parts, show, widgets

show.heading("Groups", "What is nested in what?")
choices, data = widgets.require("levels")

with show.guard():
    groups = described.groups(data, choices.levels)
    show.answer(narrative.nesting(groups))
    show.notes(groups.notes)
    show.figure(figures.nesting(cache.computed(nesting_tree, data, levels=choices.levels)))
    show.table(overview.groups(groups))

    st.header("How large the groups are", anchor=False)
    level = parts.one_of("Groups of", choices.levels, key="sizes-of")
    show.figure(figures.size_histogram(size_counts(groups.sizes(level)), level=level))

st.header("Where each column varies", anchor=False)
with show.guard():
    show.table(overview.variation(described.levels_of_variables(data, choices.levels)))
    show.how(
        "Groups of an inner level are told apart within those of the outer one: a class is a label"
        " *and* its school. A column belongs to the outermost level within whose groups it never"
        " changes.",
        code.groups(choices.levels, data.source),
    )
