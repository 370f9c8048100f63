"""Tables that are right but unlike the examples: few, many or tiny groups, odd predictors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.pages.bad_files import csv

_RANDOM = np.random.default_rng(11)


@dataclass(frozen=True)
class OddTable:
    """A table, the choices made for it, and the size that has to be told.

    Attributes
    ----------
    content : bytes
        The file.
    choices : dict
        A link's parameters.
    n_groups : int
        Groups of the level.
    """

    content: bytes
    choices: dict[str, str | list[str]]
    n_groups: int


def _table(
    sizes: np.ndarray,
    predictor: str = "x",
    names: tuple[str, str, str] = ("y", "x", "g"),
    label: str = "g{}",
) -> OddTable:
    group = np.repeat(np.arange(len(sizes)), sizes)
    n = len(group)
    hours = _RANDOM.normal(size=n)
    columns = {
        "x": hours.round(3),
        "binary": (hours > 0).astype(int),
        "five kinds": np.array(["north", "east", "south", "west", "none"])[np.arange(n) % 5],
        "of the group": _RANDOM.normal(size=len(sizes)).round(2)[group],
    }
    level = 2.0 * _RANDOM.normal(size=len(sizes))[group]
    y = (10 + 2 * hours + level + 3 * _RANDOM.normal(size=n)).round(2)
    outcome, slope, level_name = names
    frame = pd.DataFrame(
        {
            outcome: y,
            slope if predictor == "x" else predictor: columns[predictor],
            level_name: [label.format(code) for code in group],
        }
    )
    chosen = slope if predictor == "x" else predictor
    choices: dict[str, str | list[str]] = {
        "outcome": outcome,
        "predictor": [chosen],
        "level": [level_name],
    }
    return OddTable(csv(frame), choices, len(sizes))


_TWELVE = np.full(12, 9)
ODD = {
    "two groups": _table(np.array([20, 25])),
    "1,500 groups": _table(_RANDOM.integers(1, 12, 1500)),
    "groups of one": _table(np.array([1] * 15 + [6] * 5)),
    "a binary predictor": _table(_TWELVE, "binary"),
    "five categories": _table(_TWELVE, "five kinds"),
    "a predictor of groups": _table(_TWELVE, "of the group"),
    "names of all kinds": _table(
        _TWELVE, names=('größe in "cm"', "Übung <b>pro</b> Woche", "Schüler's Klasse"),
        label="Klasse <b>{}</b> äöü 'x'",
    ),
}  # fmt: skip
