"""A nested design as people set it: a preset, and what of it they change.

Every preset, and every number of levels, has widgets of its own, so that a change of either shows
numbers that fit. Sliders reach as far as what stands there at first suggests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from mlm_core.inference.simulation import LONGEST_UNIT, PRESETS, LevelDesign, NestedDesign
from mlm_core.inference.simulation_levels import with_levels
from mlm_core.views.narrative import simulation as narrative
from pages._ui import parts, state
from pages._ui.simulated import choices_of

# A slider reaches this many times as far as what the preset has.
_REACH = 3.0
_SIZES = {"fixed": "not at all", "poisson": "a little", "unbalanced": "a lot"}
_LEVELS = ("1", "2", "3")


def choose(seed: str) -> tuple[NestedDesign, int]:
    """Let a person choose a preset, change its numbers, and set the seed (``seed`` is its key).

    Raises
    ------
    DesignError
        The numbers together are too many or too few to draw from.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        preset = PRESETS[parts.one_of("Design", tuple(PRESETS), key="preset")]
        drawn_by = parts.seed(seed)
    number = list(PRESETS.values()).index(preset) + 1
    sentence = st.empty()
    with st.expander("Change the design", key=f"design-{number}"):
        own = str(len(preset.levels))
        levels = (own, *(each for each in _LEVELS if each != own))
        n_levels = parts.one_of(
            "Levels of groups", levels, key=f"levels-{number}", shown=narrative.levels_of(preset)
        )
        key = str(number) if n_levels == own else f"{number}x{n_levels}"
        design = _changed(with_levels(preset, int(n_levels)), key)
    sentence.caption(narrative.design(design))
    return design, drawn_by


def put_in_use(design: NestedDesign, seed: int) -> None:
    """Put a drawn table in use on all pages, with the model it was drawn from."""
    state.open_choices(choices_of(design, seed), widgets={})


def is_in_use(design: NestedDesign, seed: int) -> bool:
    """Tell whether the table in use was drawn from this design and seed."""
    return state.current().draw == choices_of(design, seed).draw


def effect_size() -> float:
    """Let a person choose the size of an effect on the scale of the preset's outcome."""
    name = str(state.value_of("preset") or next(iter(PRESETS)))
    most = round(PRESETS[name].residual_sd, 1)
    key = f"effect-{list(PRESETS).index(name) + 1}"
    return parts.slide("Size of the effect", 0.0, most, most / 2.0, step=_step(most), key=key)


def _changed(design: NestedDesign, key: str) -> NestedDesign:
    """Let a person change a design's numbers: a column for each level, and one for the pupils."""
    *columns, last = st.columns(len(design.levels) + 1)
    levels = []
    for depth, (level, column) in enumerate(zip(design.levels, columns, strict=True)):
        with column:
            levels.append(_level(design, depth, f"{key}-{level.name}"))
    with last:
        changes = _inside(design, key)
    return replace(design, levels=tuple(levels), **changes)


def _level(design: NestedDesign, depth: int, key: str) -> LevelDesign:
    level, scale = design.levels[depth], design.residual_sd
    many = narrative.plural(level.name)
    if depth:
        label, low, high = f"{many} in each {design.levels[depth - 1].name}", 1.0, 20.0
    else:
        label, low, high = f"number of {many}", 2.0, 200.0
    st.markdown(f"**{many.capitalize()}**")
    changes: dict[str, Any] = {"groups": _many(label, level.groups, f"g-{key}", low, high)}
    if depth:
        changes["sizes"] = _sizes(f"Number of {many} differs", level.sizes, f"many-{key}")
    changes |= {
        "intercept_sd": _spread(f"SD between {many}", level.intercept_sd, f"sd-{key}", scale),
        "slope_sd": _spread(
            f"SD of the slopes of x between {many}", level.slope_sd, f"slopes-{key}", scale
        ),
    }
    if changes["slope_sd"]:
        changes["correlation"] = parts.slide(
            "Correlation of intercepts and slopes", -1.0, 1.0, level.correlation, step=0.05,
            key=f"cor-{key}",
        )  # fmt: skip
    label = f"Effect of {level.predictor}, a predictor of {many}"
    changes["effect"] = _effect(label, level.effect, scale, f"w-{key}")
    return replace(level, **changes)


def _inside(design: NestedDesign, key: str) -> dict[str, Any]:
    inner, outer, scale = design.levels[-1].name, design.outer.name, design.residual_sd
    st.markdown("**Pupils**")
    changes: dict[str, Any] = {
        "rows": _many(f"pupils in each {inner}", design.rows, f"rows-{key}", 1.0, 300.0),
        "row_sizes": _sizes("Number of pupils differs", design.row_sizes, f"sizes-{key}"),
        "residual_sd": _spread(f"SD within {narrative.plural(inner)}", scale, f"residual-{key}",
                               low=0.01),
        "unit": parts.word("Unit of the outcome", design.unit, key=f"unit-{key}",
                           most=LONGEST_UNIT),
        "intercept": _effect("Intercept", design.intercept, scale, f"intercept-{key}"),
        "slope": _effect("Slope of x", design.slope, scale, f"x-{key}"),
        "contextual": _effect(
            f"Effect of the {outer}'s mean of x", design.contextual, scale, f"context-{key}"
        ),
    }  # fmt: skip
    if design.predictor == "normal":
        changes["between"] = parts.slide(
            f"Share of x's variance between {narrative.plural(outer)}", 0.0, 1.0, design.between,
            step=0.05, key=f"between-{key}",
        )  # fmt: skip
    return changes


def _many(label: str, value: float, key: str, low: float, high: float) -> float:
    # Means such as 3.8 move in steps of their own; numbers that are whole stay whole.
    step = 1.0 if float(value).is_integer() else 0.1
    return parts.slide(label.capitalize(), low, high, float(value), step=step, key=key)


def _sizes(label: str, first: str, key: str) -> str:
    sizes = (first, *(each for each in _SIZES if each != first))
    return parts.one_of(label, sizes, key=key, shown=lambda size: _SIZES[size])


def _spread(label: str, value: float, key: str, scale: float = 0.0, low: float = 0.0) -> float:
    high = _REACH * value or scale
    return parts.slide(label, low, high, value, step=_step(high), key=key)


def _effect(label: str, value: float, scale: float, key: str) -> float:
    high = _REACH * (abs(value) or scale)
    return parts.slide(label, -high, high, value, step=_step(high), key=key)


def _step(high: float) -> float:
    return 0.1 if high > 10.0 else 0.01
