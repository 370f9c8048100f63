"""Model, Pooling: one line, a line for every group, and the mixed model between them."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.fitted_lines import line_predictors, slope_terms
from mlm_core.views import code, tables
from mlm_core.views.figures.pooling import KINDS
from mlm_core.views.narrative import effects as narrative
from mlm_core.views.narrative import lines as line_words
from mlm_core.views.narrative import pooling as words
from mlm_core.views.narrative.wording import term_name
from pages._ui import builder, drawings, fitted, parts, show, widgets

show.heading("Pooling", "One line, many lines, or between?")
choices, data = widgets.require("outcome", "predictors", "levels")
answer = st.container()

with show.guard():
    model, method = choices.model, choices.method
    pooled = fitted.pooled(data, model)
    drawable = line_predictors(pooled)
    slopes_of = widgets.some(slope_terms(pooled), "a predictor whose slope can be estimated")
    chosen = st.container(horizontal=True)
    with chosen:
        predictor = parts.one_of("Slope of", slopes_of, key="slope-of")
        level = parts.level_of("Lines of", model.levels, key="lines-of")
    unpooled = fitted.unpooled(data, model, level=level)
    mixed = fitted.mixed(data, model, method=method)
    with answer:
        show.answer(narrative.pooling(predictor, pooled=pooled, unpooled=unpooled, mixed=mixed))
    caution = narrative.simpson(predictor, pooled=pooled, mixed=mixed)
    show.notes([*([caution] if caution else []), *builder.fit_notes(mixed)])
    path = fitted.path(data, model, method=method, level=level)
    with chosen:
        term = parts.one_of("Arrows of", unpooled.terms, key="arrows-of", shown=term_name)
        visible = parts.switches("Show", KINDS, key="show", on=KINDS[:3])
        group = parts.highlighted(path.labels)
    of = {"model": model, "method": method, "level": level, "group": group}
    arrows = fitted.arrows(data, **of, term=term)
    lines, drawn = None, None
    if predictor in drawable:
        drawn = fitted.lines(data, model, method=method, level=level, predictor=predictor)
        lines = fitted.lines_along(data, **of, predictor=predictor)
    for panels in parts.panels({"lines": lines, "arrows": arrows}):
        show.kept_figure(
            drawings.pooling,
            data,
            **of,
            predictor=predictor,
            term=term,
            panels=tuple(panels),
            visible=visible,
            on_click=parts.highlight,
        )
    if drawn is not None:
        show.aside(line_words.held(drawn.at, own=drawn.own))
    if group is not None:
        st.markdown(words.picked(group, path, arrows, unpooled, term=term))
    st.markdown(
        f"{words.strength(path)} {words.shape(mixed, path, predictor=predictor)}"
        f" {words.sampled(lines, level=level)}"
    )
    st.markdown(narrative.shrinkage(arrows.moves(path.at_estimate), term=term, level=level))

    if predictor in unpooled.terms:
        st.header("Which slope should you report?", anchor=False)
        st.markdown(narrative.which_slope(predictor, mixed=mixed))
        show.table(tables.averages(predictor, pooled=pooled, unpooled=unpooled, mixed=mixed))

    slopes, one, many = parts.tabs(
        "The slope of every group", "The pooled regression", "Separate regressions"
    )
    if slopes.open:
        with slopes:
            if predictor not in unpooled.terms:
                st.markdown(narrative.own_slopes(predictor, unpooled))
            else:
                left, right = st.columns(2)
                with left:
                    show.kept_figure(
                        drawings.slopes, data, **of, term=predictor, on_click=parts.highlight
                    )
                with right:
                    show.kept_figure(drawings.slope_density, data, **of, term=predictor)
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
