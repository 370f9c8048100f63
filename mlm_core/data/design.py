"""From a model and a table to columns: what the moments are made of.

``build_design`` finds the complete rows, codes the groups, evaluates the expressions and lays out
the columns. The result names which columns carry fixed effects and which vary at which level; it
never forms a model matrix, it hands out column values for any block of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.columns import find_column
from mlm_core.data.completeness import Completeness
from mlm_core.data.encoding import Encoder, FloatArray
from mlm_core.data.grouping import Hierarchy, build_hierarchy
from mlm_core.data.layout import Layout, lay_out
from mlm_core.data.model import Model
from mlm_core.data.rows import Rows
from mlm_core.errors import AllMissingError, NoCompleteRowsError
from mlm_core.notes import Note


@dataclass(frozen=True, eq=False)
class Design:
    """A model laid over the complete rows of a table.

    Attributes
    ----------
    layout : Layout
        The columns and their coding.
    hierarchy : Hierarchy
        The groups, one code a row at the innermost level.
    rows : Rows
        Access to column values.
    outcome : ndarray, shape (n_rows,)
        The outcome.
    is_complete : ndarray of bool or None
        Which rows of the table are used; None when all are.
    completeness : Completeness
        How many rows those are, and what the others lack.
    """

    layout: Layout
    hierarchy: Hierarchy
    rows: Rows
    outcome: FloatArray
    is_complete: NDArray[np.bool_] | None
    completeness: Completeness

    @property
    def missing(self) -> Mapping[str, int]:
        """Missing values of each column of the model."""
        return self.completeness.missing

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the reader should know of the table."""
        return self.completeness.notes()

    @property
    def n_rows(self) -> int:
        """Number of complete rows."""
        return self.rows.n_rows


def build_design(model: Model, frame: pd.DataFrame, encoder: Encoder | None = None) -> Design:
    """Lay a model over a table.

    Parameters
    ----------
    model : Model
    frame : DataFrame
    encoder : Encoder, optional
        What is known already of constants and categories; the rest is learnt from these rows.

    Raises
    ------
    TableError
        The table cannot carry the model: an unknown or empty column, no complete row, text or an
        infinity in a numeric column, groups that are crossed.
    """
    columns, is_complete, missing = _complete_rows(model, frame)
    level_columns = list(dict.fromkeys(term.groups for term in model.random))
    keys = {name: columns[name] for groups in level_columns for name in groups}
    encoder = Encoder() if encoder is None else encoder
    rows = Rows(columns, encoder, model, "fit", is_complete)
    outcome = rows.outcome(model.outcome)
    for term in model.fixed:
        for factor in term.factors:
            rows.prepare(factor)
    hierarchy = build_hierarchy(keys, level_columns, rows.n_rows)
    for slope in (slope for term in model.random for slope in term.slopes):
        for factor in slope.factors:
            rows.prepare(factor)
    layout = lay_out(model, encoder, [level.columns for level in hierarchy.levels])
    return Design(
        layout=layout,
        hierarchy=hierarchy,
        rows=rows,
        outcome=outcome,
        is_complete=is_complete,
        completeness=Completeness(len(frame), rows.n_rows, missing),
    )


def _complete_rows(
    model: Model, frame: pd.DataFrame
) -> tuple[dict[str, pd.Series[Any]], NDArray[np.bool_] | None, dict[str, int]]:
    """Keep the rows that have a value in every column of the model."""
    used = {name: find_column(frame, name) for name in model.columns}
    missing: dict[str, int] = {}
    is_complete: NDArray[np.bool_] | None = None
    for name, values in used.items():
        is_missing = _is_missing(values)
        missing[name] = 0 if is_missing is None else int(np.count_nonzero(is_missing))
        if missing[name] == len(frame):
            raise AllMissingError(name) if len(frame) else NoCompleteRowsError({}, 0)
        if is_missing is not None and missing[name]:
            is_complete = ~is_missing if is_complete is None else is_complete & ~is_missing
    if is_complete is None:
        return used, None, missing
    if not is_complete.any():
        raise NoCompleteRowsError(missing, len(frame))
    complete = {name: values[is_complete] for name, values in used.items()}
    return complete, is_complete, missing


def _is_missing(values: pd.Series[Any]) -> NDArray[np.bool_] | None:
    """Return which values are missing; None where none is."""
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else ""
    if kind in tuple("iub"):
        return None
    if kind != "f":
        return values.isna().to_numpy()
    numbers = values.to_numpy()
    # The least of numbers, one of them missing, is missing; telling so takes no room.
    return np.isnan(numbers) if np.isnan(numbers.min(initial=np.inf)) else None
