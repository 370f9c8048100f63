"""Tables with one row a group: sizes, effects, and each group's own line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.grouping import Level
from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.effects import LevelEffects
from mlm_core.moments.moments import Moments

FloatArray = NDArray[np.float64]


def find_level(levels: Sequence[Level], name: str) -> int:
    """Return the index of a level by its name or by its innermost column.

    Raises
    ------
    UnknownColumnError
        No level has that name.
    """
    for index, level in enumerate(levels):
        if level.name == name:
            return index
    for index, level in enumerate(levels):
        if level.columns[-1] == name:
            return index
    raise UnknownColumnError(name, [level.name for level in levels])


def counts_at(moments: Moments, level: int) -> FloatArray:
    """Return the rows of every group of a level, shape (n_groups,)."""
    return np.asarray(moments.row_counts[level + 1])


def group_constants(moments: Moments, level: int) -> dict[str, FloatArray]:
    """Return the fixed predictors without variation inside the groups of a level.

    By label, with the value of every group, shape (n_groups,).
    """
    means = moments.states[level + 1].means
    found = {}
    for column in moments.layout.fixed:
        if column != INTERCEPT and not moments.varies_inside(column, level):
            index = moments.columns.index(column)
            found[column.label] = moments.shift[index] + moments.scale[index] * means[index]
    return found


def group_sizes(moments: Moments) -> pd.DataFrame:
    """Return rows a group by level. Columns: level, groups, min, mean, max."""
    records = []
    for index, level in enumerate(moments.levels):
        counts = counts_at(moments, index)
        records.append(
            (level.name, level.n_groups, int(counts.min()), counts.mean(), int(counts.max()))
        )
    return pd.DataFrame.from_records(records, columns=["level", "groups", "min", "mean", "max"])


def effects_table(moments: Moments, level: int, effects: LevelEffects) -> pd.DataFrame:
    """Return modes and conditional SDs: key columns, group, n, term, mode, sd."""
    grouping, q = moments.levels[level], len(effects.columns)
    keys = {
        name: np.repeat(values, q)
        for name, values in zip(grouping.columns, grouping.keys, strict=True)
    }
    sd = np.sqrt(np.clip(np.diagonal(effects.covariances, axis1=1, axis2=2), 0.0, None))
    own = {
        "group": np.repeat(grouping.labels(), q),
        "n": np.repeat(counts_at(moments, level).astype(np.int64), q),
        "term": np.tile([name.label for name in effects.columns], grouping.n_groups),
        "mode": effects.modes.T.ravel(),
        "sd": sd.ravel(),
    }
    # A key column may itself be called "n" or "mode": the table's own columns come first then.
    return pd.DataFrame({**{name: v for name, v in keys.items() if name not in own}, **own})


def group_values(
    moments: Moments,
    terms: tuple[str, ...],
    beta: FloatArray,
    modes: Sequence[tuple[tuple[Column, ...], FloatArray]],
) -> dict[str, FloatArray]:
    """Return fixed coefficients plus the modes of a level and all levels around it.

    Parameters
    ----------
    modes : sequence of (columns, modes)
        For each level from the outermost to the wanted one.

    Returns
    -------
    dict
        By term, with the value of every group, shape (n_groups,).
    """
    names = list(terms)
    for columns, _ in modes:
        names += [name.label for name in columns if name.label not in names]
    total = np.zeros((len(names), 1))
    total[: len(beta), 0] = beta
    for index, (columns, values) in enumerate(modes):
        total = total[:, moments.levels[index].parent]
        for name, mode in zip(columns, values, strict=True):
            total[names.index(name.label)] += mode
    return dict(zip(names, total, strict=True))


def group_lines(moments: Moments, level: int, values: Mapping[str, FloatArray]) -> pd.DataFrame:
    """Return what :func:`group_values` does as a long table: group, n, term, estimate."""
    grouping = moments.levels[level]
    return pd.DataFrame(
        {
            "group": np.repeat(grouping.labels(), len(values)),
            "n": np.repeat(counts_at(moments, level).astype(np.int64), len(values)),
            "term": np.tile(list(values), grouping.n_groups),
            "estimate": np.column_stack(list(values.values())).ravel(),
        }
    )
