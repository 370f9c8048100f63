"""Explore, Groups differ: the outcome in every group, and how alike members of a group are."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.pairs import draw_pairs, pair_correlations
from mlm_core.inference.summaries import histogram
from mlm_core.views import code
from mlm_core.views.figures import groups as figures
from mlm_core.views.figures import pairs as pair_figures
from mlm_core.views.narrative import groups as narrative
from pages._ui import cache, parts, show, widgets

DRAWS = 1000

show.heading("Groups differ", "Do groups differ?")
choices, data = widgets.require("outcome", "levels")
answer = st.container()
level = parts.one_of("Groups of", choices.levels, key="of")
columns = choices.levels[: choices.levels.index(level) + 1]
asked = {"outcome": choices.outcome, "groups": columns}

with show.guard():
    summaries = cache.computed(summarise_groups, data, **asked)
    with answer:
        show.answer(narrative.medians(summaries))
    show.figure(figures.boxplots(summaries))
    show.figure(figures.group_means(summaries))

st.subheader("Are members of a group alike?", anchor=False)
with show.guard():
    draw = cache.computed(draw_pairs, data, **asked, seed=parts.draw("draw-pairs"))
    many = cache.computed(pair_correlations, data, **asked, draws=DRAWS)
    st.markdown(narrative.pairs(draw))
    left, right = st.columns(2)
    with left:
        show.figure(pair_figures.pair_scatter(draw))
    with right:
        bins = histogram(many.values)
        show.figure(pair_figures.pair_histogram(many, bins, current=draw.correlation))

show.how(
    "Boxes show the quartiles of each group, whiskers the most extreme values within one and a half"
    " box lengths. For the pairs, two different rows are drawn from every group that has them and"
    " the first are correlated with the second; the value the draws scatter around is computed"
    " from all pairs, without drawing. It estimates the intraclass correlation.",
    code.boxplots(choices.outcome, columns, data.source),
    code.pairs(choices.outcome, columns, data.source),
)
