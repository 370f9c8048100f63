"""Roles: which columns of an unknown table may serve as outcome, predictor and levels.

Decided from the columns' descriptions, their names (:mod:`mlm_core.data.naming`) and from which
columns divide the rows more finely than others, which is counted in memory or by an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mlm_core.data.finding import find_column
from mlm_core.data.kinds import ColumnDescription, Role
from mlm_core.data.naming import is_label, is_outcome, unit_rank

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


class Divisions(Protocol):
    """How columns divide the rows; a missing value is one more value here."""

    @property
    def n_rows(self) -> int:
        """Rows of the table."""

    def n_groups(self, columns: tuple[str, ...]) -> int:
        """Return the number of different combinations of these columns' values."""

    def varying(self, names: Sequence[str], within: str) -> set[str]:
        """Return which of these columns take several values within a group of another."""


class FrameDivisions:
    """Divisions of a frame in memory."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._codes: dict[tuple[str, ...], Any] = {}

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self._frame)

    def n_groups(self, columns: tuple[str, ...]) -> int:
        """Return the number of different combinations of these columns' values."""
        return int(self._numbered(columns).max()) + 1

    def varying(self, names: Sequence[str], within: str) -> set[str]:
        """Return which of these columns take several values within a group of another."""
        groups = self._numbered((within,))
        return {name for name in names if not _is_nested(groups, self._numbered((name,)))}

    def _numbered(self, columns: tuple[str, ...]) -> Any:
        """Return a number for each combination of values."""
        if columns not in self._codes:
            *outer, last = columns
            if outer:
                own = self._numbered((last,))
                pairs = self._numbered(tuple(outer)) * (int(own.max()) + 1) + own
                codes = pd.factorize(pairs)[0]
            else:
                values = find_column(self._frame, last)
                codes = pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)
            self._codes[columns] = codes
        return self._codes[columns]


def _is_nested(inner: Any, outer: Any) -> bool:
    """Tell whether every inner group lies in one outer group."""
    parent = np.zeros(int(inner.max()) + 1, dtype=np.int64)
    parent[inner] = outer
    return bool(np.array_equal(parent[inner], outer))


def role_of(column: ColumnDescription, roles: Roles) -> Role:
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


def choose_roles(columns: Sequence[ColumnDescription], divisions: Divisions) -> Roles:
    """Choose levels first, because outcome and predictor should vary within their groups."""
    names = [column.name for column in columns]
    usable = [column for column in columns if names.count(column.name) == 1]
    levels = _chain(divisions, _candidates(usable))
    rest = [column for column in usable if column.name not in levels]
    inside = {column.name for column in rest}
    if levels:
        inside = divisions.varying(
            [column.name for column in rest if _may_serve(column)], levels[-1]
        )
    outcome = _outcome([column for column in rest if column.name in inside])
    fine = [column for column in rest if _may_serve(column) and column.name != outcome]
    order = {"numeric": 0, "binary": 1}
    fine.sort(key=lambda column: order.get(column.kind, 2))
    within = [column for column in fine if column.name in inside]
    return Roles(outcome, tuple(column.name for column in (within or fine)[:1]), levels)


def _may_serve(column: ColumnDescription) -> bool:
    is_coarse = column.kind == "categorical" and column.n_unique <= _MOST_CATEGORIES
    return is_coarse or column.kind in {"numeric", "binary"}


def _repeats(column: ColumnDescription, rows_per_group: float = 1.0) -> bool:
    n_present = column.n_rows - column.n_missing
    return column.n_unique * rows_per_group <= n_present and column.n_unique < n_present


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


def _chain(divisions: Divisions, columns: Sequence[ColumnDescription]) -> tuple[str, ...]:
    """Return the candidates that can stand one inside the other, outermost first."""
    ranked = [(unit_rank(column.name), column) for column in columns]
    if all(rank is not None for rank, _ in ranked):
        ranked.sort(key=lambda item: item[0] or 0)
    levels: tuple[str, ...] = ()
    n_outer, last_rank = 1, None
    for rank, column in ranked:
        is_known_inside = rank is not None and last_rank is not None and rank > last_rank
        n_groups = divisions.n_groups((*levels, column.name))
        is_nested = is_known_inside or n_groups == divisions.n_groups((column.name,))
        if levels and not is_nested:
            continue
        if n_groups >= divisions.n_rows or (levels and n_groups == n_outer):
            continue
        levels, n_outer, last_rank = (*levels, column.name), n_groups, rank
    return levels


def _outcome(columns: Sequence[ColumnDescription]) -> str:
    """Return the most likely outcome among columns that vary within groups, or an empty name."""
    fine = [
        column
        for column in columns
        if column.kind == "numeric"
        and (column.n_unique > _FEWEST_VALUES or is_outcome(column.name))
    ]
    named = [column for column in fine if is_outcome(column.name)]
    widths = {column.name: (column.maximum or 0.0) - (column.minimum or 0.0) for column in fine}
    finite = [column.name for column in named or fine if np.isfinite(widths[column.name])]
    return max(finite, key=lambda name: widths[name], default="")
