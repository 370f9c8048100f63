"""Models kept for comparison: a list that is added to, reordered, renamed. Pure records.

Nothing here knows of Streamlit; the session keeps the list (:mod:`pages._ui.state`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from mlm_core.data.expressions import level_columns
from mlm_core.inference.blocks import OWN, blocks_by_level
from mlm_core.notes import Note
from pages._ui.link import AppState

LONGEST_NAME = 40
MOST_MODELS = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """A model under a name."""

    name: str
    choices: AppState


def added(models: tuple[Kept, ...], choices: AppState, name: str = "") -> tuple[Kept, ...]:
    """Add a model at the end, unless the same stands there already or the list is full."""
    is_there = any(_same(each.choices, choices) for each in models)
    if is_there or len(models) >= MOST_MODELS:
        return models
    return (*models, Kept(_free(name or _described(choices), models), choices))


def removed(models: tuple[Kept, ...], place: int) -> tuple[Kept, ...]:
    """Take a model out."""
    return models[:place] + models[place + 1 :]


def moved(models: tuple[Kept, ...], place: int, *, by: int) -> tuple[Kept, ...]:
    """Move a model up (-1) or down (+1)."""
    goal = place + by
    if not 0 <= goal < len(models):
        return models
    found = list(models)
    found[place], found[goal] = found[goal], found[place]
    return tuple(found)


def renamed(models: tuple[Kept, ...], place: int, name: str) -> tuple[Kept, ...]:
    """Give a model another name; an empty one leaves the old."""
    others = removed(models, place)
    text = name.strip()[:LONGEST_NAME]
    if not text:
        return models
    own = replace(models[place], name=_free(text, others))
    return (*models[:place], own, *models[place + 1 :])


def ladder(choices: AppState, varies_at: Mapping[str, str]) -> tuple[Kept, ...]:
    """Return the models that add the chosen predictors block by block, by their level."""
    blocks = blocks_by_level(choices.predictors, choices.levels, varies_at)
    models = added((), choices.without(choices.predictors), "no predictors")
    taken: tuple[str, ...] = ()
    for level, names in blocks:
        taken = (*taken, *names)
        rest = tuple(name for name in choices.predictors if name not in taken)
        where = "" if level == OWN else f" ({level})"
        title = f"+ {', '.join(names)}"
        if len(title + where) > LONGEST_NAME:
            title = f"+ {len(names)} predictors"
        models = added(models, choices.without(rest), f"{title}{where}"[:LONGEST_NAME])
    return models


def simpler(choices: AppState, notes: Sequence[Note]) -> tuple[AppState, str] | None:
    """Return the choices without what a singular fit says is not there, and what was left out.

    None where no note speaks of a component at its boundary, or where nothing can be left out.
    """
    for note in notes:
        if not note.code.startswith("singular"):
            continue
        level = level_columns(str(note.numbers["level"]))[0]
        slopes = choices.slopes_at(level)
        found = _without(choices, level, slopes, note)
        if found is not None and not _same(found[0], choices):
            return found
    return None


def told(choices: AppState) -> dict[str, object]:
    """Return choices field by field, as the session takes changes."""
    return {field.name: getattr(choices, field.name) for field in fields(choices)}


def _without(
    choices: AppState, level: str, slopes: tuple[str, ...], note: Note
) -> tuple[AppState, str] | None:
    if note.code == "singular-correlation" and choices.slope_covariance == "unstructured":
        found = replace(choices, slope_covariance="diagonal")
        return found, "without correlations of intercepts and slopes"
    if not slopes:
        return choices.without(levels=(level,)), f"without the level {level}"
    effect = str(note.numbers.get("effect", ""))
    named = [name for name in slopes if effect == f"slope of {name}"]
    gone = named[0] if named else slopes[-1]
    rest = {each: names for each, names in choices.slopes if each != level}
    left = tuple(name for name in slopes if name != gone)
    if left:
        rest[level] = left
    found = replace(choices, slopes=tuple((e, rest[e]) for e in choices.levels if e in rest))
    return found, f"without the slope of {gone} at {level}"


def _same(first: AppState, second: AppState) -> bool:
    """Tell whether two choices are one model, however they are estimated."""
    return _bare(first) == _bare(second)


def _bare(choices: AppState) -> AppState:
    if choices.slopes:
        return replace(choices, method="REML")
    return replace(choices, method="REML", slope_covariance="unstructured")


def _described(choices: AppState) -> str:
    if not choices.predictors:
        return "no predictors"
    return " + ".join(choices.predictors)[:LONGEST_NAME]


def _free(name: str, models: Sequence[Kept]) -> str:
    """Return a name no other model has."""
    taken = {each.name for each in models}
    found, number = name, 2
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found
