"""Inference, Tests: random terms left out, tests by simulation, intervals, smaller models."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.fixed_tests import block_tests
from mlm_core.inference.profile import is_quick, profile, profile_intervals
from mlm_core.inference.simulated_terms import simulate_random_terms
from mlm_core.inference.summaries import tail_curves
from mlm_core.views import code, inference_code, tables
from mlm_core.views.figures.likelihood_ratio import likelihood_ratio as tail_figure
from mlm_core.views.figures.null_distribution import null_distribution
from mlm_core.views.figures.profile import profile_curve
from mlm_core.views.narrative import intervals as sentences
from mlm_core.views.narrative import likelihood_ratio as narrative
from mlm_core.views.parameters import parameter_words
from pages._ui import builder, fitted, parts, show, widgets

SAMPLES = ("1000", "5000")
CONFIDENCE = 0.95

show.heading("Tests", "Are the groups needed?")
choices, data = widgets.require("outcome", "levels")
model, fit, method = None, None, choices.method
many, seed = int(SAMPLES[0]), 1

with show.guard():
    model = choices.model
    fit = fitted.mixed(data, model, method=method)
    comparison = fitted.comparison_with_pooled(data, model, method=method)
    show.answer(narrative.pooled_comparison(comparison))
    builder.remarks(choices, fit)
    alike = comparison.like_with_like
    show.figure(tail_figure(tail_curves(alike.statistic, alike.df, weights=alike.weights)))
    show.table(tables.pooled_comparison(comparison))
    show.notes(alike.notes)
    with st.expander("Both comparisons as R lays them out"):
        printed = comparison.as_printed
        show.table(tables.likelihood_ratio(printed, caption="As R prints it"), of="printed")
        show.table(tables.likelihood_ratio(alike, caption="Like against like"), of="alike")

    st.header("Each random term left out", anchor=False)
    terms = fitted.random_term_tests(data, model, method=method)
    st.markdown(narrative.random_terms(terms))
    show.table(tables.random_terms(terms))
    show.notes(terms.notes)

if fit is not None:
    st.header("By simulation", anchor=False)
    st.markdown(
        "Where a variance is tested at zero the chi-square is only an approximation. Drawing"
        " samples from the model without a term shows what chance alone produces."
    )
    with show.guard():
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            many = int(parts.one_of("Samples", SAMPLES, key="samples"))
        with right:
            seed = parts.seed("test-seed")
        if parts.asked("Simulate", key="simulated"):
            simulated = fitted.long_from_fit(
                simulate_random_terms, data, model, method=method, n=many, seed=seed,
                label="Samples", on_cancel=parts.not_asked("simulated"),
            )  # fmt: skip
            labels = [one.label for one in simulated.terms]
            label = parts.one_of("Left out", labels, key="left-out-term")
            term = simulated.terms[labels.index(label)]
            st.markdown(sentences.simulated_term(term))
            if term.bars is not None:
                show.figure(null_distribution(term.bars, what=term.label))
            show.table(tables.simulated_terms(simulated))

    st.header("Intervals by profile likelihood", anchor=False)
    with show.guard():
        if parts.asked("Profile all parameters", key="profiles", at_once=is_quick(fit)):
            with st.spinner("Following the profiles of all parameters"):
                profiles = fitted.from_fit(profile, data, model, method=method)
                intervals = fitted.from_fit(profile_intervals, data, model, method=method)
            st.markdown(sentences.profile(profiles, intervals, confidence=CONFIDENCE))
            drawn = {one.parameter.label: one for one in profiles.curves if len(one.values)}
            chosen = parts.one_of(
                "Parameter",
                list(drawn),
                key="parameter",
                shown=lambda label: sentences.parameter(drawn[label].parameter),
                plain=lambda label: parameter_words(drawn[label].parameter),
            )
            show.figure(profile_curve(drawn[chosen], intervals, confidence=CONFIDENCE))
            show.table(tables.profile_intervals(profiles, intervals, confidence=CONFIDENCE))

st.header("Against a smaller model", anchor=False)
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
        test = fitted.compared(data, small, model, method=method)
        st.markdown(narrative.test(test))
        show.table(tables.likelihood_ratio(test))
        show.notes(test.notes)
        if predictors and not levels:
            by_f = fitted.from_fit(block_tests, data, model, method=method, terms=predictors)
            show.table(tables.block_tests(by_f))
    else:
        st.markdown("Choose what to leave out; both models are fitted to the same rows.")

if model is not None:
    show.how(
        "Twice the difference of the log-likelihoods is read against a chi-square distribution. A"
        " variance cannot be negative, so where the smaller model puts one at zero half of the"
        " chance statistics are zero: the corrected p-value uses that mixture (Stram and Lee 1994)"
        " and is about half the plain one. The exact test simulates the restricted statistic itself"
        " (Crainiceanu and Ruppert 2004); the bootstrap draws samples from the smaller model and"
        " refits both. A profile holds one parameter at a value, lets all others adapt, and follows"
        " how far the deviance rises: by 3.84 at the ends of a 95% interval.",
        code.random_terms(model, data.source, method=method),
        code.pooled_comparison(model, data.source, method=method),
        inference_code.simulated_terms(model, data.source, n=many, seed=seed, method=method),
        inference_code.profile(model, data.source, method=method),
    )
