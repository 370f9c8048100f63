"""Columns: what the columns of a table hold, and what they may serve for in a model.

Descriptions tell kind, missing and distinct values and range of every column
(:mod:`mlm_core.data.kinds`). From them, from names (:mod:`mlm_core.data.naming`) and from which
columns are nested in which, come defaults for outcome, predictors and levels, to be corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mlm_core.data.engines import Source
from mlm_core.data.finding import find_column
from mlm_core.data.kinds import ColumnDescription, Kind, Role, describe_column, first_text
from mlm_core.data.pushed_columns import (
    SourceDivisions,
    count_holes,
    describe_source,
)
from mlm_core.data.roles import Divisions, FrameDivisions, Roles, choose_roles, role_of
from mlm_core.data.tables import Table, in_memory, opened

__all__ = [
    "ColumnDescription",
    "Kind",
    "MissingReport",
    "Role",
    "Roles",
    "describe_columns",
    "find_column",
    "first_text",
    "missing_report",
    "suggest_roles",
]


@dataclass(frozen=True, eq=False)
class MissingReport:
    """What missing values cost.

    Attributes
    ----------
    table : DataFrame
        One row a column: ``column``, ``n_missing``, ``rows_lost_alone`` (rows that only this column
        makes incomplete: they come back when it is left out).
    n_rows, n_complete : int
        All rows, and those with a value in every column asked for.
    """

    table: pd.DataFrame
    n_rows: int
    n_complete: int

    @property
    def n_lost(self) -> int:
        """Rows with at least one missing value."""
        return self.n_rows - self.n_complete


@dataclass(frozen=True, slots=True)
class Survey:
    """The columns of a table, and what they may serve for."""

    columns: tuple[ColumnDescription, ...]
    roles: Roles


def missing_report(data: Table, columns: Sequence[str]) -> MissingReport:
    """Count, for each of these columns, its missing values and the rows they alone cost."""
    names = list(dict.fromkeys(columns))
    found = opened(data, names)
    if isinstance(found, Source):
        holes = count_holes(found, names)
        return _report(names, holes.missing, holes.alone, holes.n_rows, holes.n_complete)
    frame = in_memory(found, names)
    is_missing = [find_column(frame, name).isna().to_numpy() for name in names]
    n_holes = np.zeros(len(frame), dtype=np.intp)
    for missing in is_missing:
        n_holes += missing
    alone = n_holes == 1
    return _report(
        names,
        [int(missing.sum()) for missing in is_missing],
        [int((missing & alone).sum()) for missing in is_missing],
        len(frame),
        int((n_holes == 0).sum()),
    )


def _report(
    names: list[str], missing: Sequence[int], alone: Sequence[int], n_rows: int, n_complete: int
) -> MissingReport:
    table = pd.DataFrame(
        {
            "column": pd.Series(names, dtype=object),
            "n_missing": missing,
            "rows_lost_alone": alone,
        }
    )
    return MissingReport(table, n_rows, n_complete)


def describe_columns(data: Table) -> tuple[ColumnDescription, ...]:
    """Describe every column of a table, in order, with the role it may play."""
    return survey(data).columns


def suggest_roles(data: Table) -> Roles:
    """Return defaults for outcome, predictors and levels.

    Levels are columns that are named like identifiers and repeat, or failing these the texts that
    divide the rows into groups; they form a chain in which each is nested in the one before, or is
    known to be by its name. The outcome is the column of numbers with the widest range among those
    that vary within groups, unless a name says otherwise; the predictor is the first column that
    varies within groups too.
    """
    return survey(data).roles


def survey(data: Table) -> Survey:
    """Describe every column of a table and choose defaults for a model, in one go."""
    columns, divisions = _described(data)
    roles = choose_roles(columns, divisions)
    return Survey(
        tuple(replace(column, suggested_role=role_of(column, roles)) for column in columns), roles
    )


def _described(data: Table) -> tuple[list[ColumnDescription], Divisions]:
    found = opened(data)
    if isinstance(found, Source):
        return describe_source(found), SourceDivisions(found)
    columns = [
        describe_column(str(name), found.iloc[:, place]) for place, name in enumerate(found.columns)
    ]
    return columns, FrameDivisions(found)
