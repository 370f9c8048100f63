"""Model, Mixed: the mixed model as equation and as the tables R prints."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.group_estimates import ordered_modes, terms_of
from mlm_core.views import code, tables
from mlm_core.views.equation import equations
from mlm_core.views.figures.caterpillar import modes as mode_figure
from mlm_core.views.narrative import effects as narrative
from pages._ui import cache, parts, show, widgets

show.heading("Mixed", "How much do groups matter?")
choices, data = widgets.require("outcome", "levels")

with show.guard():
    model, method = choices.model, choices.method
    fit = cache.mixed(data, model, method=method)
    show.answer(narrative.mixed(fit))
    show.notes(fit.notes)

    st.subheader("The model", anchor=False)
    show.equations(equations(fit, varies_at=cache.varies_at(data, choices.levels)))

    st.subheader("Its estimates", anchor=False)
    show.table(tables.variances(fit))
    show.table(tables.mixed_coefficients(fit))
    show.table(tables.mixed_facts(fit))
    effects, more, printed = parts.tabs(
        "The groups' effects", "Residuals, correlations, sizes", "As R prints it"
    )
    if effects.open:
        with effects:
            with st.container(horizontal=True):
                level = parts.level_of("Groups of", model.levels, key="effects-of")
                modes = cache.effects(data, model, method=method, level=level)
                term = parts.one_of("Effect", terms_of(modes), key="effect")
            st.markdown(narrative.modes(term, level=level))
            show.figure(mode_figure(ordered_modes(modes, term=term), term=term, level=level))
            show.table(tables.group_effects(fit, level, term=term))
    if more.open:
        with more:
            show.table(tables.residual_quantiles(fit))
            if len(fit.terms) > 1:
                show.table(tables.fixed_correlations(fit))
            show.table(tables.group_sizes(fit))
    if printed.open:
        with printed:
            st.code(fit.summary(), language=None)
    show.how(
        "The likelihood is computed from sums per group, level by level from the innermost groups"
        " outwards, and maximised with its exact gradient; the optimum is certified, a variance"
        " at zero included. Degrees of freedom are Satterthwaite's.",
        code.mixed(model, data.source, method=method),
    )
