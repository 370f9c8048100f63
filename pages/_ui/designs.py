"""A nested design as people set it: a preset, and what of it they change.

Every preset, and every number of levels, has controls of its own, so that a change of either shows
numbers that fit. Sliders reach as far as what stands there at first suggests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from mlm_core.inference.simulation import LONGEST_UNIT, PRESETS, NestedDesign
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_levels import with_levels
from mlm_core.views.narrative import simulation as narrative
from pages._ui import parts, state
from pages._ui.controls import Choice, Control, Seed, Slider, Word
from pages._ui.lesson import Lesson
from pages._ui.simulated import choices_of

C = TypeVar("C", bound=Control)

# A slider reaches this many times as far as what the preset has.
_REACH = 3.0
_SIZES = {"fixed": "not at all", "poisson": "a little", "unbalanced": "a lot"}
_LEVELS = ("1", "2", "3")
_CORRELATION = "correlation"


@dataclass(frozen=True)
class Setting:
    """A design and a seed some of whose numbers stand on controls.

    Attributes
    ----------
    preset : NestedDesign
        What there is before anything is changed, with as many levels as were chosen.
    levels : tuple of Mapping
        The controls of each level, outermost first, by the field they set.
    inside : Mapping
        The controls of all else, by field.
    seed : Seed
    """

    preset: NestedDesign
    levels: tuple[Mapping[str, Control], ...]
    inside: Mapping[str, Control]
    seed: Seed

    def read(self) -> tuple[NestedDesign, int]:
        """Return design and seed as the controls stand.

        Raises
        ------
        DesignError
            The numbers together are too many or too few to draw from.
        """
        levels = []
        for level, controls in zip(self.preset.levels, self.levels, strict=True):
            changed = replace(level, **_values(controls))
            if bool(changed.slope_sd) != (_CORRELATION in controls):
                st.rerun()  # a control is missing, or has nothing to set any more
            levels.append(changed)
        design = replace(self.preset, levels=tuple(levels), **_values(self.inside))
        return design, self.seed.value


def choose(lesson: Lesson, *, seed: str) -> Setting:
    """Let a person choose a preset, change its numbers, and set the seed (``seed`` is its key)."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        preset = PRESETS[parts.one_of("Design", tuple(PRESETS), key="preset")]
        drawn_by = lesson.control(Seed(seed))
    number = list(PRESETS.values()).index(preset) + 1
    with st.expander("Change the design", key=f"design-{number}"):
        own = str(len(preset.levels))
        levels = (own, *(each for each in _LEVELS if each != own))
        n_levels = parts.one_of(
            "Levels of groups", levels, key=f"levels-{number}", shown=narrative.levels_of(preset)
        )
        key = str(number) if n_levels == own else f"{number}x{n_levels}"
        design = with_levels(preset, int(n_levels))
        *columns, last = st.columns(len(design.levels) + 1)
        inner = []
        for depth, (level, column) in enumerate(zip(design.levels, columns, strict=True)):
            with column:
                inner.append(_level(lesson, design, depth, f"{key}-{level.name}"))
        with last:
            inside = _drawn(lesson, "Pupils", _inside(design, key))
    return Setting(design, tuple(inner), inside, drawn_by)


def put_in_use(design: NestedDesign, seed: int) -> None:
    """Put a drawn table in use on all pages, with the model it was drawn from."""
    state.open_choices(choices_of(design, seed), widgets={})


def table(design: NestedDesign, seed: int) -> pd.DataFrame:
    """Return the table drawn from a design."""
    return draw_table(design, seed=seed)


def is_in_use(design: NestedDesign, seed: int) -> bool:
    """Tell whether the table in use was drawn from this design and seed."""
    return state.current().draw == choices_of(design, seed).draw


def effect_size() -> Slider:
    """Return the control of the size of an effect, on the scale of the preset's outcome."""
    name = str(state.value_of("preset") or next(iter(PRESETS)))
    most = round(PRESETS[name].residual_sd, 1)
    key = f"effect-{list(PRESETS).index(name) + 1}"
    return Slider("Size of the effect", 0.0, most, most / 2.0, _reach(most)[1], key)


def _values(controls: Mapping[str, Control]) -> dict[str, Any]:
    return {field: control.value for field, control in controls.items()}


def _drawn(lesson: Lesson, title: str, controls: dict[str, C]) -> dict[str, C]:
    """Draw controls beneath a title, each followed by the lesson; return them."""
    st.markdown(f"**{title}**")
    return {field: lesson.control(control) for field, control in controls.items()}


def _level(lesson: Lesson, design: NestedDesign, depth: int, key: str) -> Mapping[str, Control]:
    level, scale = design.levels[depth], design.residual_sd
    many = narrative.plural(level.name)
    controls: dict[str, Control] = {}
    if depth:
        label = f"{many} in each {design.levels[depth - 1].name}"
        controls["groups"] = _many(label, level.groups, f"g-{key}", 1.0, 20.0)
        controls["sizes"] = _sizes(f"Number of {many} differs", level.sizes, f"many-{key}")
    else:
        controls["groups"] = _many(f"number of {many}", level.groups, f"g-{key}", 2.0, 200.0)
    label = f"SD of the slopes of x between {many}"
    controls |= {
        "intercept_sd": _spread(f"SD between {many}", level.intercept_sd, f"sd-{key}", scale),
        "slope_sd": _spread(label, level.slope_sd, f"slopes-{key}", scale),
    }
    controls = _drawn(lesson, many.capitalize(), controls)
    if controls["slope_sd"].value:
        label = "Correlation of intercepts and slopes"
        controls[_CORRELATION] = lesson.control(
            Slider(label, -1.0, 1.0, level.correlation, 0.05, f"cor-{key}")
        )
    label = f"Effect of {level.predictor}, a predictor of {many}"
    controls["effect"] = lesson.control(_effect(label, level.effect, scale, f"w-{key}"))
    return controls


def _inside(design: NestedDesign, key: str) -> dict[str, Control]:
    inner, outer, scale = design.levels[-1].name, design.outer.name, design.residual_sd
    label = f"SD within {narrative.plural(inner)}"
    controls: dict[str, Control] = {
        "rows": _many(f"pupils in each {inner}", design.rows, f"rows-{key}", 1.0, 300.0),
        "row_sizes": _sizes("Number of pupils differs", design.row_sizes, f"sizes-{key}"),
        "residual_sd": _spread(label, scale, f"residual-{key}", is_needed=True),
        "unit": Word("Unit of the outcome", design.unit, f"unit-{key}", LONGEST_UNIT),
        "intercept": _effect("Intercept", design.intercept, scale, f"intercept-{key}"),
        "slope": _effect("Slope of x", design.slope, scale, f"x-{key}"),
        "contextual": _effect(
            f"Effect of the {outer}'s mean of x", design.contextual, scale, f"context-{key}"
        ),
    }
    if design.predictor == "normal":
        label = f"Share of x's variance between {narrative.plural(outer)}"
        controls["between"] = Slider(label, 0.0, 1.0, design.between, 0.05, f"between-{key}")
    return controls


def _many(label: str, value: float, key: str, low: float, high: float) -> Slider:
    # Means such as 3.8 move in steps of their own; numbers that are whole stay whole.
    step = 1.0 if float(value).is_integer() else 0.1
    return Slider(label.capitalize(), low, high, float(value), step, key)


def _sizes(label: str, first: str, key: str) -> Choice:
    sizes = (first, *(each for each in _SIZES if each != first))
    return Choice(label, sizes, key, lambda size: _SIZES[size])


def _spread(
    label: str, value: float, key: str, scale: float = 0.0, *, is_needed: bool = False
) -> Slider:
    high, step = _reach(_REACH * value or scale)
    return Slider(label, step if is_needed else 0.0, high, value, step, key)


def _effect(label: str, value: float, scale: float, key: str) -> Slider:
    high, step = _reach(_REACH * (abs(value) or scale))
    return Slider(label, -high, high, value, step, key)


def _reach(high: float) -> tuple[float, float]:
    """Return the end of a slider and its step, of which both ends are multiples."""
    return (round(high, 1), 0.1) if high > 10.0 else (round(high, 2), 0.01)
