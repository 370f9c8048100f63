"""Inference, Effects: the groups in order, one of them looked up, what to expect of a new one."""

from __future__ import annotations

import streamlit as st

from mlm_core.inference.group_effects import group_effects
from mlm_core.inference.group_estimates import terms_of
from mlm_core.inference.prediction_bands import band_predictors, prediction_bands
from mlm_core.views import code_after_fit as code
from mlm_core.views import tables
from mlm_core.views.figures import group_effects as figures
from mlm_core.views.narrative import group_effects as narrative
from pages._ui import builder, fitted, parts, show, widgets

INTERVALS = {"own": "of each group (95%)", "comparison": "for comparing two groups"}

show.heading("Effects", "Which groups stand out?")
choices, data = widgets.require("outcome", "levels")
answer = st.container()

with show.guard():
    model, method = choices.model, choices.method
    fit = fitted.mixed(data, model, method=method)
    with st.container(horizontal=True):
        level = parts.level_of("Groups of", model.levels, key="effects-of")
        modes = fitted.effects(data, model, method=method, level=level)
        term = parts.one_of("Effect", terms_of(modes), key="effect")
        shown = parts.one_of(
            "Intervals", list(INTERVALS), key="intervals", shown=INTERVALS.__getitem__
        )
    of = {"method": method, "level": level}
    effects = fitted.from_fit(group_effects, data, model, term=term, **of)
    with answer:
        show.answer(narrative.stand_out(effects))
    builder.remarks(choices, fit)
    group = parts.highlighted(tuple(effects.table["group"]))
    if group is not None:
        st.markdown(narrative.one_group(effects, group))
    show.figure(figures.caterpillar(effects, shown=shown, group=group), on_click=parts.highlight)
    st.markdown(narrative.how_to_read(effects))

    raw, pairs, coming, every = parts.tabs(
        "Raw against shrunk", "One effect against another", "What to expect", "All groups"
    )
    if raw.open:
        with raw:
            picture = figures.raw_against_shrunk(effects, group=group)
            show.figure(picture, on_click=parts.highlight)
    if pairs.open:
        with pairs:
            others = [name for name in terms_of(modes) if name != term]
            if others:
                second = parts.one_of("Against", others, key="against")
                other = fitted.from_fit(group_effects, data, model, term=second, **of)
                picture = figures.two_effects(effects, other, group=group)
                show.figure(picture, on_click=parts.highlight)
            else:
                st.markdown("Only one effect varies between these groups.")
    if coming.open:
        with coming:
            drawable = band_predictors(fit)
            if drawable:
                over = parts.one_of("Along", drawable, key="along")
                along = {"predictor": over, "group": group, **of}
                bands = fitted.from_fit_and_rows(prediction_bands, data, model, **along)
                st.markdown(narrative.predictions(bands))
                show.figure(figures.prediction_bands(bands))
            else:
                st.markdown("Predictions are drawn along a numeric predictor: choose one.")
    if every.open:
        with every:
            show.table(tables.group_standing(effects))
    show.how(
        "A group's conditional mode weighs its own rows against the average group by the two"
        " variances. Its interval is the mode plus and minus 1.96 conditional standard deviations,"
        " with the fixed effects and the variances taken as known, as lme4 does.",
        code.effects(model, data.source, method=method, level=level, term=term),
    )
