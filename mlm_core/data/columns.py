"""Columns: what the columns of a table hold, and what they may serve for in a model.

Descriptions tell kind, missing and distinct values and range of every column
(:mod:`mlm_core.data.kinds`). From them, from names (:mod:`mlm_core.data.naming`) and from which
columns are nested in which, come defaults for outcome, predictors and levels, to be corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from mlm_core.data.kinds import ColumnDescription, Kind, Role, describe_column, first_text
from mlm_core.data.naming import is_label, is_outcome, unit_rank
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import AmbiguousColumnError, UnknownColumnError

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

# An outcome has more distinct values than this; fewer are taken for codes or counts.
_FEWEST_VALUES = 10
# Where no name speaks of groups, a column of texts needs this many groups, of this many rows, ...
_FEWEST_GROUPS, _FEWEST_ROWS_PER_GROUP = 5, 2
# ... and a categorical predictor may have at most so many categories.
_MOST_CATEGORIES = 10


@dataclass(frozen=True, slots=True)
class Roles:
    """Defaults for a model of an unknown table.

    Attributes
    ----------
    outcome : str
        A column of numbers, or empty when none stands out.
    predictors : tuple of str
        One predictor to begin with, or none.
    levels : tuple of str
        Grouping columns, outermost first, each nested in the one before.
    """

    outcome: str
    predictors: tuple[str, ...]
    levels: tuple[str, ...]


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


def find_column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return the one column with this exact name.

    Raises
    ------
    UnknownColumnError, AmbiguousColumnError
        No column, or more than one, has that name.
    """
    if name not in frame.columns:
        raise UnknownColumnError(name, [str(column) for column in frame.columns])
    found: Any = frame[name]
    if isinstance(found, pd.DataFrame):
        raise AmbiguousColumnError(name)
    return cast("pd.Series[Any]", found)


def missing_report(data: Table, columns: Sequence[str]) -> MissingReport:
    """Count, for each of these columns, its missing values and the rows they alone cost."""
    names = list(dict.fromkeys(columns))
    frame = in_memory(data, names)
    is_missing = [find_column(frame, name).isna().to_numpy() for name in names]
    n_holes = np.zeros(len(frame), dtype=np.intp)
    for missing in is_missing:
        n_holes += missing
    alone = n_holes == 1
    table = pd.DataFrame(
        {
            "column": pd.Series(names, dtype=object),
            "n_missing": [int(missing.sum()) for missing in is_missing],
            "rows_lost_alone": [int((missing & alone).sum()) for missing in is_missing],
        }
    )
    return MissingReport(table, len(frame), int((n_holes == 0).sum()))


def describe_columns(data: Table) -> tuple[ColumnDescription, ...]:
    """Describe every column of a table, in order, with the role it may play."""
    frame = in_memory(data)
    columns = _described(frame)
    roles = _choose(frame, columns)
    return tuple(replace(column, suggested_role=_role(column, roles)) for column in columns)


def suggest_roles(data: Table) -> Roles:
    """Return defaults for outcome, predictors and levels.

    Levels are columns that are named like identifiers and repeat, or failing these the texts that
    divide the rows into groups; they form a chain in which each is nested in the one before, or is
    known to be by its name. The outcome is the column of numbers with the widest range among those
    that vary within groups, unless a name says otherwise; the predictor is the first column that
    varies within groups too.
    """
    frame = in_memory(data)
    return _choose(frame, _described(frame))


def _described(frame: pd.DataFrame) -> list[ColumnDescription]:
    return [
        describe_column(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)
    ]


def _role(column: ColumnDescription, roles: Roles) -> Role:
    """Return what one column may serve for."""
    if column.name == roles.outcome:
        return "outcome"
    if column.name in roles.levels:
        return "level"
    if column.kind == "identifier":
        return "level" if _repeats(column) else "none"
    if column.kind == "categorical" and _repeats(column, _FEWEST_ROWS_PER_GROUP):
        return "predictor" if column.n_unique <= _MOST_CATEGORIES else "level"
    return "predictor" if column.kind in {"numeric", "binary"} else "none"


def _repeats(column: ColumnDescription, rows_per_group: float = 1.0) -> bool:
    n_present = column.n_rows - column.n_missing
    return column.n_unique * rows_per_group <= n_present and column.n_unique < n_present


# --- choosing -------------------------------------------------------------------------------------


def _choose(frame: pd.DataFrame, columns: Sequence[ColumnDescription]) -> Roles:
    """Choose levels first, because outcome and predictor should vary within their groups."""
    names = [column.name for column in columns]
    usable = [column for column in columns if names.count(column.name) == 1]
    usable = [column for column in usable if column.name in frame.columns]
    levels = _chain(frame, _candidates(usable))
    groups = _codes(frame, levels[-1]) if levels else None
    outcome = _outcome(frame, [column for column in usable if column.name not in levels], groups)
    rest = [column for column in usable if column.name not in (*levels, outcome)]
    fine = [
        column
        for column in rest
        if column.kind in {"numeric", "binary"}
        or (column.kind == "categorical" and column.n_unique <= _MOST_CATEGORIES)
    ]
    order = {"numeric": 0, "binary": 1}
    fine.sort(key=lambda column: order.get(column.kind, 2))
    within = [column for column in fine if _varies_within(frame, column.name, groups)]
    return Roles(outcome, tuple(column.name for column in (within or fine)[:1]), levels)


def _candidates(columns: Sequence[ColumnDescription]) -> list[ColumnDescription]:
    """Return columns that may divide the rows into groups, those with fewest groups first."""
    found = [
        column
        for column in columns
        if column.kind == "identifier" and is_label(column.name) and _repeats(column)
    ]
    if not found:
        found = [
            column
            for column in columns
            if column.kind == "categorical"
            and column.n_unique >= _FEWEST_GROUPS
            and _repeats(column, _FEWEST_ROWS_PER_GROUP)
        ]
    return sorted(found, key=lambda column: column.n_unique)


def _chain(frame: pd.DataFrame, columns: Sequence[ColumnDescription]) -> tuple[str, ...]:
    """Return the candidates that can stand one inside the other, outermost first."""
    ranked = [(unit_rank(column.name), column) for column in columns]
    if all(rank is not None for rank, _ in ranked):
        ranked.sort(key=lambda item: item[0] or 0)
    levels: list[str] = []
    codes: Any = np.zeros(len(frame), dtype=np.int64)
    last_rank: int | None = None
    for rank, column in ranked:
        own = _codes(frame, column.name)
        is_known_inside = rank is not None and last_rank is not None and rank > last_rank
        if levels and not is_known_inside and not _is_nested(own, codes):
            continue
        pairs = pd.factorize(codes * (int(own.max()) + 1) + own)[0]
        n_groups = int(pairs.max()) + 1
        if n_groups >= len(frame) or (levels and n_groups == int(codes.max()) + 1):
            continue
        levels.append(column.name)
        codes, last_rank = pairs, rank
    return tuple(levels)


def _codes(frame: pd.DataFrame, name: str) -> Any:
    """Return a number for each value of a column; a missing value is one more value here."""
    return pd.factorize(find_column(frame, name), use_na_sentinel=False)[0].astype(np.int64)


def _is_nested(inner: Any, outer: Any) -> bool:
    """Tell whether every inner group lies in one outer group."""
    parent = np.zeros(int(inner.max()) + 1, dtype=np.int64)
    parent[inner] = outer
    return bool(np.array_equal(parent[inner], outer))


def _varies_within(frame: pd.DataFrame, name: str, groups: Any) -> bool:
    return groups is None or not _is_nested(groups, _codes(frame, name))


def _outcome(frame: pd.DataFrame, columns: Sequence[ColumnDescription], groups: Any) -> str:
    """Return the most likely outcome, or an empty name."""
    fine = [
        column
        for column in columns
        if column.kind == "numeric"
        and (column.n_unique > _FEWEST_VALUES or is_outcome(column.name))
        and _varies_within(frame, column.name, groups)
    ]
    named = [column for column in fine if is_outcome(column.name)]
    widths = {column.name: (column.maximum or 0.0) - (column.minimum or 0.0) for column in fine}
    finite = [column.name for column in named or fine if np.isfinite(widths[column.name])]
    return max(finite, key=lambda name: widths[name], default="")
