"""Inference, Variance: the share of each level, how alike members of a group are, what it costs."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.bootstrap import is_quick
from mlm_core.inference.design_effect import design_effect
from mlm_core.inference.reliability import reliability
from mlm_core.inference.share_intervals import ShareIntervals, share_intervals
from mlm_core.inference.shares import icc, unconditional_icc
from mlm_core.inference.variance_function import round_values, slope_columns, variance_function
from mlm_core.views import code, inference_code, tables
from mlm_core.views.figures.shares import share_bars
from mlm_core.views.figures.variance_function import variance_curves
from mlm_core.views.narrative import intervals as sentences
from mlm_core.views.narrative import variance as narrative
from pages._ui import builder, fitted, parts, show, widgets

SAMPLES = 1000

show.heading("Variance", "Where is the variation?")
choices, data = widgets.require("outcome", "levels")
answer = st.container()

with show.guard():
    model, method, outcome = choices.model, choices.method, choices.outcome
    fit = fitted.mixed(data, model, method=method)
    builder.remarks(choices, fit)
    unconditional = fitted.from_fit(unconditional_icc, data, model, method=method)
    conditional = fitted.from_fit(icc, data, model, method=method)
    with answer:
        show.answer(narrative.shares(unconditional, outcome=outcome))
    st.markdown(narrative.correlations(unconditional))
    bars = {"without predictors": unconditional}
    if choices.predictors:
        bars["with the predictors"] = conditional
    show.figure(share_bars(bars, outcome=outcome))
    bare, given = st.container(), st.container()

    slopes = slope_columns(fit)
    if slopes:
        st.header("Along a slope variable", anchor=False)
        along = parts.one_of("Variable", slopes, key="along")
        curve = fitted.from_fit(variance_function, data, model, method=method, column=along)
        at = fitted.from_fit(round_values, data, model, method=method, column=along)
        some = fitted.from_fit(variance_function, data, model, method=method, column=along, at=at)
        st.markdown(sentences.variance_function(curve))
        show.figure(variance_curves(curve, outcome=outcome))
        show.table(tables.variance_points(some))

    st.header("How sure is that?", anchor=False)
    seed = parts.seed("interval-seed")
    sure: list[ShareIntervals] = []
    label = "Intervals from 1,000 simulated samples"
    if parts.asked(label, key="share-intervals", at_once=is_quick(fit)):
        sure = [
            fitted.long_from_fit(
                share_intervals, data, model, method=method, n=SAMPLES, seed=seed,
                conditional=conditionally, label="Simulated samples",
                on_cancel=parts.not_asked("share-intervals"),
            )
            for conditionally in ((False, True) if choices.predictors else (False,))
        ]  # fmt: skip
        for each in sure:
            st.markdown(sentences.shares_with_intervals(each))
    with bare:
        first = sure[0] if sure else None
        show.table(tables.shares(unconditional, outcome=outcome, sure=first))
        show.table(tables.correlations(unconditional, sure=first))
    if choices.predictors:
        with given:
            st.header("Given the predictors", anchor=False)
            st.markdown(
                narrative.shares(conditional, outcome=outcome)
                + " "
                + narrative.change(unconditional, conditional, outcome=outcome)
            )
            st.markdown(narrative.correlations(conditional))
            last = sure[-1] if sure else None
            show.table(tables.shares(conditional, outcome=outcome, sure=last), of="conditional")
            show.table(tables.correlations(conditional, sure=last), of="conditional")
            show.notes(conditional.notes)

    st.header("What grouping costs, and what a group tells", anchor=False)
    cost = fitted.from_fit(design_effect, data, model, method=method)
    st.markdown(sentences.design_effect(cost))
    show.table(tables.design_effect(cost))
    level = parts.level_of("Groups of", model.levels, key="reliability-of")
    told_by = fitted.from_fit(reliability, data, model, method=method, level=level)
    st.markdown(sentences.reliability(told_by))
    show.table(tables.reliability(told_by))
    show.how(
        "The variances of all levels add up to the variance of a row. A level's share is its"
        " variance over that sum; the correlation of two rows of one group is the share of the"
        " group's level and of all levels around it, since that is what the two rows have in"
        " common. Without predictors this is called the unconditional, with them the conditional"
        " intraclass correlation. Intervals come from samples drawn from the fitted model, to each"
        " of which it is fitted again.",
        code.shares(model, data.source, method=method),
        inference_code.share_intervals(model, data.source, n=SAMPLES, seed=seed, method=method),
    )
