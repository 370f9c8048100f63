"""Results of the simulation, made once for the tests of its views."""

from __future__ import annotations

from functools import cache

from mlm_core.inference.simulation import PRESETS, NestedDesign
from mlm_core.inference.simulation_experiment import Experiment, repeat_design
from mlm_core.inference.simulation_missing import MissingData, missing_data
from mlm_core.inference.simulation_power import PowerGrid, power_cell

CLASSES = PRESETS["100 classes of 200 pupils"]
FEW = PRESETS["Few groups"]


@cache
def experiment(design: NestedDesign = CLASSES, repeats: int = 200) -> Experiment:
    """Return a repeated design."""
    return repeat_design(design, seed=1, repeats=repeats)


@cache
def lost(mechanism: str) -> MissingData:
    """Return a table before and after outcomes were lost."""
    return missing_data(FEW, mechanism=mechanism, share=0.4, seed=1)  # type: ignore[arg-type]


@cache
def grid(effect: float) -> PowerGrid:
    """Return a small grid of power."""
    groups, rows = (6, 40), (5, 20)
    cells = tuple(
        power_cell(FEW, term="w_school", effect=effect, groups=g, rows=n, seed=1, repeats=80)
        for n in rows
        for g in groups
    )
    return PowerGrid("w_school", effect, groups, rows, cells, 1, 80)
