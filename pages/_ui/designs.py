"""A nested design as people set it: a preset, and what of it they change.

Every preset has widgets of its own, so that a change of preset shows the preset's numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from mlm_core.inference.simulation import PRESETS, LevelDesign, NestedDesign
from mlm_core.views.narrative import simulation as narrative
from pages._ui import parts, state
from pages._ui.simulated import choices_of

# A slider reaches this many times as far as what the preset has.
_REACH = 3.0
_SIZES = {"fixed": "not at all", "poisson": "a little", "unbalanced": "a lot"}


def choose() -> NestedDesign:
    """Let a person choose a preset and change its numbers.

    Raises
    ------
    DesignError
        The numbers together are too many or too few to draw from.
    """
    preset = PRESETS[parts.one_of("Design", tuple(PRESETS), key="preset")]
    number = list(PRESETS.values()).index(preset) + 1
    with st.expander("Change the design", key=f"design-{number}"):
        left, middle, right = st.columns(3)
        with left:
            levels = [
                _level(level, f"{number}-{level.name}", depth=depth)
                for depth, level in enumerate(preset.levels)
            ]
        with middle:
            inside = _inside(preset, number)
        with right:
            effects, levels[0] = _effects(preset, levels[0], number)
    design = replace(preset, levels=tuple(levels), **inside, **effects)
    st.caption(narrative.design(design))
    return design


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


def _level(level: LevelDesign, key: str, *, depth: int) -> LevelDesign:
    name = level.name
    label = f"Groups of {name}" + (", in each around" if depth else "")
    low, high, step = (1.0, 8.0, 0.1) if depth else (4.0, 200.0, 1.0)
    changes = {
        "groups": parts.slide(label, low, high, float(level.groups), step=step, key=f"g-{key}"),
        "intercept_sd": _spread(f"SD between groups of {name}", level.intercept_sd, f"sd-{key}"),
    }
    if level.slope_sd:
        label = f"SD of the slopes of {name}"
        changes["slope_sd"] = _spread(label, level.slope_sd, f"slopes-{key}")
    return replace(level, **changes)


def _inside(preset: NestedDesign, number: int) -> dict[str, Any]:
    sizes = (preset.row_sizes, *(each for each in _SIZES if each != preset.row_sizes))
    return {
        "rows": parts.slide(
            "Rows in each group", 2.0, 300.0, float(preset.rows), step=0.2, key=f"rows-{number}"
        ),
        "row_sizes": parts.one_of(
            "Group sizes differ", sizes, key=f"sizes-{number}", shown=lambda size: _SIZES[size]
        ),
        "residual_sd": _spread("SD within groups", preset.residual_sd, f"residual-{number}", 0.01),
    }


def _effects(
    preset: NestedDesign, outer: LevelDesign, number: int
) -> tuple[dict[str, Any], LevelDesign]:
    changes = {"slope": _effect("Slope of x", preset.slope, preset.residual_sd, f"x-{number}")}
    if preset.contextual:
        changes["contextual"] = _effect(
            "Effect of the group's mean of x", preset.contextual, 1.0, f"context-{number}"
        )
    label = f"Effect of the {outer.name}-level predictor"
    effect = _effect(label, outer.effect, preset.residual_sd, f"w-{number}")
    return changes, replace(outer, effect=effect)


def _spread(label: str, value: float, key: str, low: float = 0.0) -> float:
    high = _REACH * value
    return parts.slide(label, low, high, value, step=_step(high), key=key)


def _effect(label: str, value: float, scale: float, key: str) -> float:
    high = _REACH * (abs(value) or scale)
    return parts.slide(label, -high, high, value, step=_step(high), key=key)


def _step(high: float) -> float:
    return 0.1 if high > 10.0 else 0.01
