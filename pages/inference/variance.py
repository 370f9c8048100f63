"""Inference, Variance: the share of each level, and how alike members of a group are."""

from __future__ import annotations

import streamlit as st

from mlm_core.views import code, tables
from mlm_core.views.figures.shares import share_bars
from mlm_core.views.narrative import variance as narrative
from pages._ui import cache, show, widgets

show.heading("Variance", "Where is the variation?")
choices, data = widgets.require("outcome", "levels")
answer = st.container()

with show.guard():
    model, method = choices.model, choices.method
    fit = cache.mixed(data, model, method=method)
    show.notes(fit.notes)
    unconditional = cache.shares_without_predictors(data, model, method=method)
    conditional = cache.shares(data, model, method=method)
    with answer:
        show.answer(narrative.shares(unconditional, outcome=choices.outcome))
    st.markdown(narrative.correlations(unconditional))
    bars = {"without predictors": unconditional}
    if choices.predictors:
        bars["with the predictors"] = conditional
    show.figure(share_bars(bars, outcome=choices.outcome))
    show.table(tables.shares(unconditional, outcome=choices.outcome))
    show.table(tables.correlations(unconditional))

    if choices.predictors:
        st.subheader("Given the predictors", anchor=False)
        st.markdown(
            narrative.shares(conditional, outcome=choices.outcome)
            + " "
            + narrative.change(unconditional, conditional, outcome=choices.outcome)
        )
        st.markdown(narrative.correlations(conditional))
        show.table(tables.shares(conditional, outcome=choices.outcome), of="conditional")
        show.table(tables.correlations(conditional), of="conditional")
        show.notes(conditional.notes)
    show.how(
        "The variances of all levels add up to the variance of a row. A level's share is its"
        " variance over that sum; the correlation of two rows of one group is the share of the"
        " group's level and of all levels around it, since that is what the two rows have in"
        " common. Without predictors this is called the unconditional, with them the conditional"
        " intraclass correlation.",
        code.shares(model, data.source, method=method),
    )
