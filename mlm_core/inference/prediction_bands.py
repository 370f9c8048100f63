"""Predictions along one predictor: for a group that is known, and for a new one.

Other numeric predictors stand at their means over the fitted rows, categories at the most frequent
one. The band around a new group's line holds its own unknown effects as well, so it is as wide as
the groups differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlm_core.data.columns import find_column
from mlm_core.data.encoding import is_categorical
from mlm_core.data.expressions import measured
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.groups import find_level
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.prediction_intervals import prediction_intervals

_POINTS = 41


@dataclass(frozen=True, eq=False)
class PredictionBands:
    """Lines with intervals along a predictor.

    Attributes
    ----------
    predictor, outcome : str
    level : str
    group : str or None
        The known group; None where only a new one is shown.
    known : DataFrame or None
        Columns x, estimate, mean_lower, mean_upper, lower, upper for that group.
    new : DataFrame
        The same for a group not seen before.
    held : dict
        Where the other predictors stand.
    """

    predictor: str
    outcome: str
    level: str
    group: str | None
    known: pd.DataFrame | None
    new: pd.DataFrame
    held: dict[str, object]


def band_predictors(fit: MixedFit) -> tuple[str, ...]:
    """Return the columns of the table that predictions can be drawn along: the numeric ones."""
    names = [
        measured(factor.expression)
        for column in fit.problem.moments.layout.fixed
        for factor in column.factors
        if factor.category is None
    ]
    return tuple(dict.fromkeys(names))


def prediction_bands(
    fit: MixedFit, data: Table, predictor: str, *, level: str, group: str | None = None
) -> PredictionBands:
    """Predict along a predictor.

    Parameters
    ----------
    fit : MixedFit
    data : DataFrame or any other table
        The fitted rows: where predictors stand is read off them.
    predictor : str
        A numeric column of the model.
    level : str
        Level of the known group.
    group : str, optional
        Label of a known group, as the fit's tables print it.

    Raises
    ------
    UnknownColumnError
        No such predictor, level or group.
    """
    index = find_level(fit.levels, level)
    layout = fit.problem.moments.layout
    keys = list(dict.fromkeys(name for at in fit.levels for name in at.columns))
    names = [name for name in layout.model.columns[1:] if name not in keys]
    if predictor not in names:
        raise UnknownColumnError(predictor, names)
    table = in_memory(data, list(layout.model.columns))
    frame = pd.DataFrame({name: find_column(table, name) for name in layout.model.columns})
    frame = frame.dropna()
    held = {name: _centre(frame[name]) for name in names if name != predictor}
    x = np.linspace(float(frame[predictor].min()), float(frame[predictor].max()), _POINTS)
    grid = pd.DataFrame({predictor: x, **held})
    for name in keys:  # functions of groups, as group means, need one: the first
        grid[name] = frame[name].iloc[0]
    found = prediction_intervals(fit, grid, groups="new")
    known = None
    if group is not None:
        labels = list(fit.levels[index].labels())
        if group not in labels:
            raise UnknownColumnError(group, labels)
        position = labels.index(group)
        grouping = fit.levels[index]
        for name, values in zip(grouping.columns, grouping.keys, strict=True):
            grid[name] = values[position]
        for inner in keys:  # levels inside are unknown: a new class of that school
            if inner not in grouping.columns:
                grid[inner] = None
        known = _curve(x, prediction_intervals(fit, grid))
    outcome = layout.model.outcome_label
    return PredictionBands(
        predictor, outcome, fit.levels[index].name, group, known, _curve(x, found), held
    )


def _curve(x: np.ndarray[tuple[int], np.dtype[np.float64]], found: pd.DataFrame) -> pd.DataFrame:
    return found.drop(columns="se").assign(x=x)


def _centre(values: pd.Series[float]) -> object:
    """Return the mean of a numeric column, the most frequent category of another."""
    if is_categorical(values):
        return values.mode().iloc[0]
    return float(values.mean())
