"""Model, Mixed: the mixed model as equation and as the tables R prints."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.group_estimates import ordered_modes, terms_of
from mlm_core.inference.r_squared import r_squared
from mlm_core.inference.standard_errors import StandardErrors, coefficients_by, standard_errors
from mlm_core.views import code, tables
from mlm_core.views.equation import equations
from mlm_core.views.figures.caterpillar import modes as mode_figure
from mlm_core.views.narrative import checks
from mlm_core.views.narrative import effects as narrative
from pages._ui import builder, described, fitted, parts, show, widgets

ERRORS: dict[StandardErrors, str] = {
    "Satterthwaite": "the model's (Satterthwaite)",
    "Kenward-Roger": "Kenward-Roger",
    "robust": "robust (CR2)",
}

show.heading("Mixed", "How much do groups matter?")
choices, data = widgets.require("outcome", "levels")

with show.guard():
    model, method = choices.model, choices.method
    fit = fitted.mixed(data, model, method=method)
    show.answer(narrative.mixed(fit))
    builder.remarks(choices, fit)

    st.header("The model", anchor=False)
    show.equations(equations(fit, varies_at=described.varies_at(data, choices.levels)))

    st.header("Its estimates", anchor=False)
    show.table(tables.variances(fit))
    by = parts.one_of("Standard errors", list(ERRORS), key="errors-by", shown=ERRORS.__getitem__)
    found = fitted.from_fit(coefficients_by, data, model, method=method, by=by)
    show.table(tables.mixed_coefficients(fit, found, by=by))
    if fit.is_singular and by == "Satterthwaite":
        three = fitted.from_fit(standard_errors, data, model, method=method)
        caution = checks.boundary_df(three)
        show.notes([caution] if caution else [])
    explained = fitted.from_fit(r_squared, data, model, method=method)
    show.table(tables.mixed_facts(fit, explained))
    effects, more, printed = parts.tabs(
        "The groups' effects", "Residuals, correlations, sizes", "As R prints it"
    )
    if effects.open:
        with effects:
            with st.container(horizontal=True):
                level = parts.level_of("Groups of", model.levels, key="effects-of")
                modes = fitted.effects(data, model, method=method, level=level)
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
        " at zero included. Standard errors are the model's, with Satterthwaite's degrees of"
        " freedom, unless others are chosen.",
        code.mixed(model, data.source, method=method),
    )
