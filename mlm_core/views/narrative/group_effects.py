"""Sentences on groups: which stand out, where one of them stands, what to expect of a new one."""

from __future__ import annotations

from typing import Any

from mlm_core.data.layout import INTERCEPT
from mlm_core.inference.group_effects import GroupEffects
from mlm_core.inference.prediction_bands import PredictionBands
from mlm_core.views.narrative.wording import counted, level_name, listed, name
from mlm_core.views.numbers import count, decimals_for, fixed, interval, number
from mlm_core.views.tables.table import records

NOTHING_VARIES = 1e-9
"""A standard deviation between groups below (in units of the modes' own) is none at all."""


def stand_out(effects: GroupEffects) -> str:
    """Say how many groups are clearly not average, and which lie furthest out."""
    table = effects.table
    level, n = level_name(effects.level), len(table)
    if effects.sd <= NOTHING_VARIES:
        return (
            f"No group of {level} stands out: the {_what(effects)} is estimated not to vary between"
            " them."
        )
    ordered = records(table.sort_values("mode"))
    low, high = ordered[0], ordered[-1]
    verb = "differs" if effects.n_apart < 2 else "differ"
    apart = count(effects.n_apart) if effects.n_apart else "none"
    return (
        f"Of {counted(n, 'group', 'groups')} of {level}, {apart} {verb} from the"
        f" average group in their {_what(effects)} by more than their 95% interval allows. The"
        f" highest is {_group(high)}, the lowest {_group(low)}."
    )


def how_to_read(effects: GroupEffects) -> str:
    """Say what a mode is, and which intervals compare two groups."""
    return (
        "A conditional mode (BLUP) is what the model expects of a group beyond the fixed part,"
        " drawn towards zero the more, the fewer rows it has. An interval that leaves out zero"
        " tells of a group that is not average. To compare two groups use the comparison intervals"
        f" ({fixed(effects.comparison_reach, 2)} in place of"
        f" {fixed(effects.reach, 2)} standard deviations each way): where two of them do"
        " not overlap the groups differ at about the 5% level, averaged over all pairs. No ranking"
        " is safer than its intervals."
    )


def one_group(effects: GroupEffects, group: str) -> str:
    """Say where one group stands, raw and shrunk."""
    table = effects.table
    row = records(table[table["group"] == group])[0]
    rank = int((table["mode"] > row["mode"]).sum()) + 1
    places = _places(row)
    sentence = (
        f"Group {name(group)} is number {count(rank)} of {count(len(table))} from the top, with"
        f" {counted(row['n'], 'row', 'rows')}: its {_what(effects)} lies"
        f" {_direction(row['mode'], places)} that of the average group of"
        f" {level_name(effects.level)} (95% interval"
        f" {interval(row['lower'], row['upper'])})."
    )
    if row["raw"] != row["raw"]:
        return f"{sentence} By themselves its rows cannot tell."
    return f"{sentence} Its own rows by themselves say {fixed(row['raw'], places)}."


def predictions(bands: PredictionBands) -> str:
    """Say what to expect halfway along the predictor, and where the other predictors stand."""
    middle = bands.new.iloc[len(bands.new) // 2]
    x = number(float(middle["x"]), 3)
    parts = []
    if bands.known is not None:
        known = bands.known.iloc[len(bands.known) // 2]
        parts.append(
            f"At {name(bands.predictor)} = {x}, 95% of the outcomes in group {name(bands.group)}"
            f" are expected between {_between(known)}"
        )
    span = _between(middle)
    if parts:
        parts.append(f"in a group not seen before between {span}")
    else:
        parts.append(
            f"At {name(bands.predictor)} = {x}, 95% of the outcomes in a group not seen before are"
            f" expected between {span}"
        )
    sentence = (
        f"{', '.join(parts)}. The darker band holds the expected value, the lighter outcomes."
    )
    if not bands.held:
        return sentence
    held = [f"{name(key)} = {_held(value)}" for key, value in bands.held.items()]
    return f"{sentence} The other predictors stand at {listed(held)}."


def _between(row: Any) -> str:
    return interval(float(row["lower"]), float(row["upper"]), 4).replace(" to ", " and ")


def _held(value: object) -> str:
    return number(value, 3) if isinstance(value, float) else name(value)


def _what(effects: GroupEffects) -> str:
    return "intercept" if effects.term == INTERCEPT.label else f"slope of {name(effects.term)}"


def _places(row: dict[str, Any]) -> int:
    return max(1, decimals_for([row["sd"]], digits=2))


def _direction(value: float, places: int) -> str:
    return f"{fixed(abs(value), places)} {'below' if value < 0 else 'above'}"


def _group(row: dict[str, Any]) -> str:
    sign = "+" if row["mode"] > 0 else ""
    return f"group {name(row['group'])} ({sign}{fixed(row['mode'], _places(row))})"
