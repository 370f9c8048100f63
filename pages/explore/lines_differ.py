"""Explore, Lines differ: one line for all rows, a line for every group, some groups singly."""

from __future__ import annotations

from typing import Any

import streamlit as st

from mlm_core.inference import own_slopes as slopes
from mlm_core.inference.category_means import category_means, category_predictors
from mlm_core.inference.fitted_lines import line_predictors
from mlm_core.views import code
from mlm_core.views.figures.category_means import category_lines, category_panels
from mlm_core.views.narrative import lines as narrative
from pages._ui import drawings, fitted, parts, show, widgets

BY = {
    "first": f"The first {slopes.PANELS}",
    "largest": "The largest",
    "steepest": "The steepest, down and up",
}

show.heading("Lines differ", "Does the relation differ?")
choices, data = widgets.require("outcome", "predictors", "levels")
answer = st.container()


def some_groups(every: Any, own: Any = None) -> tuple[str, ...]:
    """Let a person say which groups are seen one by one; without ``own`` none is the steepest."""
    st.header("Some groups one by one", anchor=False)
    offered = slopes.CHOICES if own is not None else slopes.CHOICES[:2]
    with st.container(horizontal=True):
        by = parts.one_of("Show", offered, key="groups-by", shown=lambda key: BY[key])
        wanted = parts.some_of(
            "Or search for groups",
            list(every["group"]),
            key="only",
            placeholder=f"Up to {slopes.PANELS} of {level}",
            most=slopes.PANELS,
        )
    return wanted or slopes.choose_groups(own if by == "steepest" else every, by=by)


def show_lines() -> None:
    """Show the lines over a number."""
    unpooled = fitted.unpooled(data, model, level=level)
    drawn = fitted.lines(data, model, method=method, level=level, predictor=predictor)
    own, every = drawn.families["unpooled"], drawn.by_group["pooled"]
    with answer:
        show.answer(
            narrative.own_slopes(slopes.own_slopes(predictor, pooled=pooled, unpooled=unpooled))
        )
    show.aside(narrative.held(drawn.at, own=drawn.own))

    st.header("One line for all rows", anchor=False)
    of = {"model": model, "method": method, "level": level, "predictor": predictor}
    show.kept_figure(drawings.pooled_line, data, **of)

    st.header("A line for every group", anchor=False)
    show.kept_figure(drawings.own_lines, data, **of)
    show.kept_figure(drawings.some_lines, data, **of, chosen=some_groups(every, own))


def show_categories() -> None:
    """Show the means by category, where there is no line to draw."""
    mixed = fitted.mixed(data, model, method=method)
    means = category_means(predictor, pooled=pooled, mixed=mixed, level=level)
    with answer:
        show.answer(narrative.category_means(means))
    st.header("The means of every group", anchor=False)
    show.figure(category_lines(means))
    chosen = some_groups(means.sizes)
    show.aside(narrative.held_in_means(means.at, own=means.own))
    show.figure(category_panels(means, chosen=chosen))


with show.guard():
    model, method = choices.model, choices.method
    pooled = fitted.pooled(data, model)
    numeric = line_predictors(pooled)
    offered = (*numeric, *category_predictors(pooled))
    drawable = widgets.some(offered, "a predictor to compare groups by")
    with st.container(horizontal=True):
        predictor = parts.one_of("Slope of", drawable, key="slope-of")
        level = parts.level_of("Lines of", model.levels, key="lines-of")
    if predictor in numeric:
        show_lines()
    else:
        show_categories()
    show.how(
        "The pooled line is fitted to all rows, the groups' own lines each to the rows of one group"
        " (groups with too few different values have none), and the mixed line lies between the"
        " two: the fewer rows a group has, the closer to the line of all. Of a predictor with"
        " categories the means are compared instead.",
        code.pooled(model, data.source),
        code.unpooled(model, data.source, groups=model.groups_of(level)),
    )
