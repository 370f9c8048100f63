"""Model, Pooling: one line, a line for every group, and the mixed model between them."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.fitted_lines import line_predictors
from mlm_core.inference.group_estimates import ordered_estimates, shrinkage
from mlm_core.inference.summaries import density
from mlm_core.views import code, tables
from mlm_core.views.figures import caterpillar, lines
from mlm_core.views.figures import shrinkage as shrinkage_figure
from mlm_core.views.narrative import effects as narrative
from pages._ui import cache, parts, show, widgets

show.heading("Pooling", "One line, many lines, or between?")
choices, data = widgets.require("outcome", "predictors", "levels")
answer = st.container()

with show.guard():
    model, method = choices.model, choices.method
    pooled = cache.pooled(data, model)
    drawable = widgets.some(line_predictors(pooled), "a numeric predictor to draw lines over")
    with st.container(horizontal=True):
        predictor = parts.one_of("Slope of", drawable, key="slope-of")
        level = parts.level_of("Lines of", model.levels, key="lines-of")
    unpooled = cache.unpooled(data, model, level=level)
    mixed = cache.mixed(data, model, method=method)
    with answer:
        show.answer(narrative.pooling(predictor, pooled=pooled, unpooled=unpooled, mixed=mixed))
    caution = narrative.simpson(predictor, pooled=pooled, mixed=mixed)
    show.notes([*([caution] if caution else []), *mixed.notes])
    drawn = cache.lines(data, model, method=method, level=level, predictor=predictor)
    show.figure(
        lines.many_lines(
            drawn.families, outcome=drawn.outcome, predictor=predictor, points=drawn.points
        )
    )

    if predictor in unpooled.terms:
        st.subheader("Which slope should you report?", anchor=False)
        st.markdown(narrative.which_slope(predictor, mixed=mixed))
        show.table(tables.averages(predictor, pooled=pooled, unpooled=unpooled, mixed=mixed))

    slopes, arrows, one, many = parts.tabs(
        "The slope of every group", "Shrinkage", "The pooled regression", "Separate regressions"
    )
    if slopes.open:
        with slopes:
            if predictor not in unpooled.terms:
                st.markdown(narrative.own_slopes(predictor, unpooled))
            else:
                marks = {"pooled": pooled.estimate(predictor), "mixed": mixed.estimate(predictor)}
                ordered = ordered_estimates(unpooled.coefficients, term=predictor)
                left, right = st.columns([3, 2])
                with left:
                    show.figure(caterpillar.slopes(ordered, **marks, term=predictor, level=level))
                with right:
                    own = density(ordered.table["estimate"])
                    show.figure(caterpillar.slope_density(own, **marks, term=predictor))
    if arrows.open:
        with arrows:
            term = parts.one_of("Estimate", unpooled.terms, key="shrunk")
            moves = shrinkage(unpooled.coefficients, mixed.group_coefficients(level), term=term)
            goal = mixed.estimate(term)
            st.markdown(narrative.shrinkage(moves, term=term, level=level))
            show.figure(shrinkage_figure.shrinkage(moves, overall=goal, term=term, level=level))
    if one.open:
        with one:
            show.table(tables.pooled_coefficients(pooled))
            show.table(tables.pooled_facts(pooled))
            show.table(tables.residual_quantiles(pooled))
    if many.open:
        with many:
            show.notes(unpooled.notes)
            show.table(tables.group_slopes(unpooled))
    show.how(
        "The table is read once into sums per group. The pooled line solves their total, the"
        " separate regressions solve each group, and the mixed model weighs both by the variance"
        " between groups and the variance within.",
        code.pooled(model, data.source),
        code.unpooled(model, data.source, groups=model.groups_of(level)),
        code.mixed(model, data.source, method=method),
    )
