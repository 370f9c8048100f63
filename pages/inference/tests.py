"""Inference, Tests: random terms left out one by one and together, models against smaller ones."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.summaries import tail_curves
from mlm_core.views import code, tables
from mlm_core.views.figures.likelihood_ratio import likelihood_ratio as tail_figure
from mlm_core.views.narrative import likelihood_ratio as narrative
from pages._ui import cache, parts, show, widgets

show.heading("Tests", "Are the groups needed?")
choices, data = widgets.require("outcome", "levels")
model, method = None, choices.method

with show.guard():
    model = choices.model
    fit = cache.mixed(data, model, method=method)
    comparison = cache.comparison_with_pooled(data, model, method=method)
    show.answer(narrative.pooled_comparison(comparison))
    show.notes(fit.notes)
    alike = comparison.like_with_like
    show.figure(tail_figure(tail_curves(alike.statistic, alike.df, weights=alike.weights)))
    show.table(tables.pooled_comparison(comparison))
    show.notes(alike.notes)
    with st.expander("Both comparisons as R lays them out"):
        printed = comparison.as_printed
        show.table(tables.likelihood_ratio(printed, caption="As R prints it"), of="printed")
        show.table(tables.likelihood_ratio(alike, caption="Like against like"), of="alike")

    st.subheader("Each random term left out", anchor=False)
    terms = cache.random_term_tests(data, model, method=method)
    st.markdown(narrative.random_terms(terms))
    show.table(tables.random_terms(terms))
    show.notes(terms.notes)

st.subheader("Against a smaller model", anchor=False)
with show.guard():
    left, right = st.columns(2)
    with left:
        predictors = parts.some_of(
            "Predictors to leave out", choices.predictors, key="less-predictors", placeholder="None"
        )
    with right:
        levels = parts.some_of(
            "Levels to leave out", choices.levels, key="less-levels", placeholder="None"
        )
    if model is None:
        st.markdown("First mend what stops the model above.")
    elif predictors or levels:
        small = choices.without(predictors, levels).model
        test = cache.compared(data, small, model, method=method)
        st.markdown(narrative.test(test))
        show.table(tables.likelihood_ratio(test))
        show.notes(test.notes)
    else:
        st.markdown("Choose what to leave out; both models are fitted to the same rows.")

if model is not None:
    show.how(
        "Twice the difference of the log-likelihoods is read against a chi-square distribution. A"
        " variance cannot be negative, so where the smaller model puts one at zero half of the"
        " chance statistics are zero: the corrected p-value uses that mixture (Stram and Lee 1994)"
        " and is about half the plain one.",
        code.random_terms(model, data.source, method=method),
        code.pooled_comparison(model, data.source, method=method),
    )
