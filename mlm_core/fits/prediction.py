"""Predictions and residuals for any rows, with or without the groups' effects.

Rows are coded as the fitted ones were. A group that was not in the fit has no effect of its own:
at that level the row takes the population's line, at the levels where its groups are known it
takes theirs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.columns import find_column
from mlm_core.data.expressions import variables
from mlm_core.data.grouping import Level
from mlm_core.data.rows import Rows, rows_of
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import ModelError
from mlm_core.fits.effects import level_modes
from mlm_core.fits.estimates import Effects
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit

FloatArray = NDArray[np.float64]


def predict(fit: MixedFit | PooledFit, data: Table, *, effects: Effects = "all") -> FloatArray:
    """Predict the outcome.

    Parameters
    ----------
    fit : MixedFit or PooledFit
    data : DataFrame or any other table
        Rows with the predictors, and the grouping columns when effects are used.
    effects : {"all", "none"}
        Whether the groups' conditional modes are added. A pooled fit has none.

    Returns
    -------
    ndarray, shape (len(data),)
        NaN where a predictor is missing. A missing or new group counts as unknown.

    Raises
    ------
    UnknownColumnError, NotNumericError, UnseenCategoryError
        The rows cannot be coded as the fitted ones were.
    """
    if effects not in ("all", "none"):
        raise ModelError(f"effects must be 'all' or 'none', not {effects!r}.")
    layout = (fit.problem.moments if isinstance(fit, MixedFit) else fit.moments).layout
    needed = _needed(fit, effects)
    table = in_memory(data, _asked(fit, effects))
    is_complete = np.ones(len(table), dtype=bool)
    for variable in needed:
        is_complete &= find_column(table, variable).notna().to_numpy()
    result = np.full(len(table), np.nan)
    if not is_complete.any():
        return result
    frame = table.loc[is_complete]
    rows = rows_of(layout, table, is_complete)
    total = np.zeros(len(frame))
    for name, coefficient in zip(layout.fixed, fit.beta, strict=True):
        total += coefficient * rows.values(name)
    if effects == "all" and isinstance(fit, MixedFit):
        for index, level in enumerate(fit.levels):
            total += _level_part(fit, index, level, frame, rows)
    result[is_complete] = total
    return result


def residuals(fit: MixedFit | PooledFit, data: Table, *, effects: Effects = "all") -> FloatArray:
    """Return outcome less prediction, shape (len(data),); NaN where a value is missing."""
    layout = (fit.problem.moments if isinstance(fit, MixedFit) else fit.moments).layout
    outcome = layout.model.outcome
    name = layout.model.columns[0]
    table = in_memory(data, [*variables(outcome), *_asked(fit, effects)])
    predicted = predict(fit, table, effects=effects)
    has = find_column(table, name).notna().to_numpy() & ~np.isnan(predicted)
    found = np.full(len(table), np.nan)
    if has.any():
        found[has] = rows_of(layout, table, has).outcome(outcome) - predicted[has]
    return found


def _needed(fit: MixedFit | PooledFit, effects: Effects) -> list[str]:
    """Return the measured columns a prediction needs."""
    layout = (fit.problem.moments if isinstance(fit, MixedFit) else fit.moments).layout
    columns = list(layout.fixed)
    if effects == "all" and isinstance(fit, MixedFit):
        columns += [name for block in layout.blocks for name in block.columns]
    names = [
        variable for name in columns for factor in name.factors for variable in factor.variables
    ]
    return list(dict.fromkeys(names))


def _asked(fit: MixedFit | PooledFit, effects: Effects) -> list[str]:
    """Return the columns of a table that a prediction looks at, keys of the groups included."""
    levels = fit.levels if effects == "all" and isinstance(fit, MixedFit) else ()
    return [*_needed(fit, effects), *(name for level in levels for name in level.columns)]


def _level_part(
    fit: MixedFit, index: int, level: Level, frame: pd.DataFrame, rows: Rows
) -> FloatArray:
    """Return what the groups of one level add to each row."""
    group = group_positions(level, frame)
    columns, modes = level_modes(fit.problem, fit.at, index)
    padded = np.concatenate([modes, np.zeros((len(modes), 1))], axis=1)  # unknown group: -1
    total = np.zeros(len(frame))
    for name, mode in zip(columns, padded, strict=True):
        total += mode[group] * rows.values(name)
    return total


def group_positions(level: Level, frame: pd.DataFrame) -> NDArray[np.intp]:
    """Return each row's group, -1 where the fit does not know it."""
    keys: list[Any] = [find_column(frame, name) for name in level.columns]
    if len(keys) == 1:
        return _found(pd.Index(level.keys[0]), pd.Index(keys[0].to_numpy()))
    known = pd.MultiIndex.from_arrays(level.keys)
    return _found(known, pd.MultiIndex.from_arrays([key.to_numpy() for key in keys]))


def _found(known: pd.Index[Any], wanted: pd.Index[Any]) -> NDArray[np.intp]:
    return np.asarray(known.get_indexer(wanted), dtype=np.intp)
