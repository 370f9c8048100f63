"""Inference, Checks: residuals, quantiles, influence of groups, standard errors three ways."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.group_effects import group_effects
from mlm_core.inference.group_estimates import terms_of
from mlm_core.inference.influence import influence
from mlm_core.inference.quantile_plots import effect_quantiles, residual_quantiles
from mlm_core.inference.refits import is_quick
from mlm_core.inference.residual_checks import residual_correlations, residual_heterogeneity
from mlm_core.inference.residual_points import residual_points
from mlm_core.inference.standard_errors import standard_errors
from mlm_core.views import code_after_fit as code
from mlm_core.views import tables
from mlm_core.views.figures import checks as figures
from mlm_core.views.narrative import checks as narrative
from pages._ui import builder, fitted, overview, parts, show, widgets

FITTED = {"all": "fixed part and groups", "none": "fixed part alone"}

show.heading("Checks", "Can I trust it?")
choices, data = widgets.require("outcome", "levels")

with show.guard():
    model, method = choices.model, choices.method
    fit = fitted.mixed(data, model, method=method)
    alike = fitted.from_fit(residual_correlations, data, model, method=method)
    show.answer(narrative.verdict(alike))
    builder.remarks(choices, fit)
    show.table(tables.residual_correlations(alike))

    rest, shape, groups, hangs, spread, errors = parts.tabs(
        "Residuals",
        "Are they normal?",
        "Are the groups?",
        "Influence",
        "One variance?",
        "Standard errors",
    )
    if rest.open:
        with rest:
            by = parts.one_of("Fitted by", list(FITTED), key="fitted", shown=FITTED.__getitem__)
            points = fitted.from_fit_and_rows(
                residual_points, data, model, method=method, effects=by
            )
            st.markdown(narrative.residuals_over_fitted(points))
            show.aside(overview.drawn_from(data))
            show.figure(figures.residuals_over_fitted(points))
    if shape.open:
        with shape:
            plot = fitted.from_fit_and_rows(residual_quantiles, data, model, method=method)
            st.markdown(narrative.quantiles(plot, of="residuals"))
            show.aside(overview.drawn_from(data))
            show.figure(figures.quantiles(plot, of="residuals", name="residual-quantiles"))
    if groups.open:
        with groups:
            with st.container(horizontal=True):
                level = parts.level_of("Groups of", model.levels, key="effects-of")
                modes = fitted.effects(data, model, method=method, level=level)
                term = parts.one_of("Effect", terms_of(modes), key="effect")
            effects = fitted.from_fit(
                group_effects, data, model, method=method, level=level, term=term
            )
            plot = effect_quantiles(effects)
            st.markdown(narrative.quantiles(plot, of="conditional modes"))
            show.figure(figures.quantiles(plot, of="conditional modes", name="mode-quantiles"))
    if hangs.open:
        with hangs:
            level = parts.level_of("Leave out groups of", model.levels, key="left-out")
            at_once = is_quick(fit, level)
            if parts.asked("Refit without each group", key="refitted", at_once=at_once):
                found = fitted.long_from_fit(
                    influence, data, model, method=method, level=level,
                    label="Refitted without", on_cancel=parts.not_asked("refitted"),
                )  # fmt: skip
                group = parts.highlighted(tuple(found.table["group"]))
                st.markdown(f"{narrative.influence(found)} {narrative.variances_moved(found)}")
                show.figure(figures.influence(found, group=group), on_click=parts.highlight)
                show.table(tables.influential_groups(found))
    if spread.open:
        with spread:
            level = parts.level_of("Groups of", model.levels, key="spread-of")
            one = fitted.from_fit(residual_heterogeneity, data, model, method=method, level=level)
            st.markdown(narrative.heterogeneity(one))
            show.figure(figures.spread(one, sigma=fit.sigma))
    if errors.open:
        with errors:
            three = fitted.from_fit(standard_errors, data, model, method=method)
            st.markdown(narrative.standard_errors(three))
            show.table(tables.standard_errors(three))
            caution = narrative.boundary_df(three) if fit.is_singular else None
            show.notes([caution] if caution else [])
    show.how(
        "Residuals are formed twice: around the fixed part alone, and around the fixed part plus"
        " the groups' conditional modes. Influence refits the model without each group, all groups"
        " at once from sums per group; nothing is approximated.",
        code.checks(model, data.source, method=method),
    )
