"""Model, Build: a list of models of the same rows, each tested against the one before."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.fixed_tests import term_tests
from mlm_core.inference.marginal_means import categorical_predictors, marginal_means
from mlm_core.inference.model_sequence import model_sequence
from mlm_core.views import code_after_fit as code
from mlm_core.views import tables
from mlm_core.views.figures.variance_paths import variance_paths
from mlm_core.views.narrative import model_sequence as narrative
from pages._ui import builder, cache, parts, show, widgets

TYPES = {"III": "III: averages", "II": "II: after all others", "I": "I: in order"}
METHODS = ("Satterthwaite", "Kenward-Roger", "asymptotic")

show.heading("Build", "Is this block worth adding?")
choices, data = widgets.require("outcome", "levels")
answer = st.container()
builder.offers(choices, data)
models = builder.models_kept()
builder.handles(models)

if not models:
    with answer:
        show.answer(
            "No model is in the list yet. Add the one in the sidebar, change it there, and add it"
            " again; or build it up level by level."
        )
with show.guard():
    if models:
        written = tuple(each.choices.model for each in models)
        names = [each.name for each in models]
        found = cache.computed(model_sequence, data, models=written, method=choices.method)
        with answer:
            show.answer(narrative.last_step(found, names))
        builder.simpler_models(models, found.fits)
        st.markdown(narrative.preferred(found, names))
        show.table(tables.model_list(found, names))
        show.notes(note for note in found.notes if not note.code.startswith("singular"))

        st.header("What becomes of the variances", anchor=False)
        show.figure(variance_paths(found.paths, names))
        caution = narrative.grown(found, names)
        show.notes([caution] if caution else [])
        show.table(tables.variance_changes(found, names))

        st.header("The terms of one model", anchor=False)
        with st.container(horizontal=True):
            chosen = parts.one_of("Model", names[::-1], key="terms-of")
            kind = parts.one_of("Type", list(TYPES), key="type", shown=TYPES.__getitem__)
            by = parts.one_of("Degrees of freedom", METHODS, key="df-by", shown=str)
        fit = found.fits[names.index(chosen)]
        if not fit.model.random:
            st.markdown("This model has no groups; its coefficients stand on the Pooling page.")
        elif len(fit.terms) > 1:
            show.table(tables.term_tests(term_tests(fit, kind=kind, method=by)))
        else:
            st.markdown("This model has no predictors.")
        factors = categorical_predictors(fit) if fit.model.random else ()
        if factors:
            st.header("Means by category", anchor=False)
            factor = parts.one_of("Categories of", factors, key="means-of")
            means = marginal_means(fit, [factor], method=by)
            show.table(tables.marginal_means(means, outcome=choices.outcome))
            show.table(tables.mean_differences(means))
        show.how(
            "All models are fitted to the rows that every one of them can use. Neighbours are"
            " compared by twice the difference of their log-likelihoods, by full maximum likelihood"
            " where their fixed parts differ. A variance is followed from model to model as a share"
            " of what it was: what a level's predictors take away from it they explain.",
            code.sequence(written, data.source, method=choices.method),
        )
