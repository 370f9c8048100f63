"""Explore, Groups differ: the outcome in every group, and how alike members of a group are."""

from __future__ import annotations

import streamlit as st

from mlm_core.data.model import Model
from mlm_core.inference import pairs
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.pair_experiment import DRAWS
from mlm_core.views import code
from mlm_core.views.narrative import groups as narrative
from pages._ui import cache, described, drawings, fitted, parts, show, widgets

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
    marked = parts.highlighted(summaries.groups)
    for drawing in (drawings.boxplots, drawings.group_means):
        show.kept_figure(drawing, data, **asked, marked=marked, on_click=parts.highlight)

st.header("Are members of a group alike?", anchor=False)
with show.guard():
    urn = cache.computed(pairs.pair_urn, data, **asked)
    st.markdown(narrative.likeness(urn))
    if urn.has_pairs:
        number = parts.draws("draw-pairs", many=DRAWS)
        draws = max(DRAWS, number)
        experiment = described.pair_experiment(data, **asked, draws=draws)
        st.markdown(narrative.draws_so_far(experiment, made=number))
        left, right = st.columns(2)
        with left:
            show.kept_figure(drawings.pair_scatter, data, **asked, number=number)
        with right:
            show.kept_figure(drawings.pair_experiment, data, **asked, draws=draws, made=number)
        shares = fitted.shares(data, Model(outcome=choices.outcome, levels=columns), method="REML")
        st.markdown(narrative.likeness_and_icc(urn, shares))

show.how(
    "Boxes show the quartiles of each group, whiskers the most extreme values within one and a half"
    " box lengths. For the pairs, two different rows are drawn from every group that has them and"
    " the first are correlated with the second; draw number 7 uses the seed 7. What many draws"
    " average to follows from all possible pairs of every group, without drawing.",
    code.boxplots(choices.outcome, columns, data.source),
    code.pairs(choices.outcome, columns, data.source),
)
