"""The table in use at a glance: its size in a sentence, its columns as a table, its first rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mlm_core.data.groups import GroupsDescription
from mlm_core.data.kinds import ColumnDescription, Kind
from mlm_core.views import numbers
from mlm_core.views.escape import for_markdown
from pages._ui.cache import Table

FIRST_ROWS = 100

_KINDS: dict[Kind, str] = {
    "numeric": "numbers",
    "binary": "two values",
    "categorical": "categories",
    "identifier": "identifier",
    "constant": "one value only",
    "empty": "empty",
    "mixed": "numbers and text",
}


def size(table: Table) -> str:
    """Return the sentence that names a table and its size."""
    rows, columns = len(table.frame), len(table.columns)
    units = ("row" if rows == 1 else "rows", "column" if columns == 1 else "columns")
    return (
        f"**{for_markdown(table.name)}** has {numbers.count(rows)} {units[0]}"
        f" and {numbers.count(columns)} {units[1]}."
    )


def first_rows(table: Table) -> pd.DataFrame:
    """Return the rows a person looks at to see that a file was read as meant."""
    return table.frame.head(FIRST_ROWS)


def columns(described: Sequence[ColumnDescription]) -> pd.DataFrame:
    """Return one row a column: kind, distinct and missing values, range."""
    return pd.DataFrame(
        {
            "Column": [each.name for each in described],
            "Holds": [_KINDS[each.kind] for each in described],
            "Distinct": [each.n_unique for each in described],
            "Missing": [each.n_missing for each in described],
            "Smallest": [_number(each.minimum) for each in described],
            "Mean": ["" if each.kind == "identifier" else _number(each.mean) for each in described],
            "Largest": [_number(each.maximum) for each in described],
        }
    )


def groups(description: GroupsDescription) -> pd.DataFrame:
    """Return one row a level: groups, and rows per group."""
    table = description.table
    return pd.DataFrame(
        {
            "Level": table["level"],
            "Groups": table["groups"],
            "Smallest": table["minimum"],
            "Mean size": numbers.column(table["mean"]),
            "Largest": table["maximum"],
            "Groups of one row": table["n_single"],
        }
    )


def variation(levels_of_variables: pd.DataFrame) -> pd.DataFrame:
    """Return one row a column: the level it is constant at, and shares of its variance."""
    shares = {
        f"{str(name)[:1].upper()}{str(name)[1:]}": [
            numbers.percent(share) for share in levels_of_variables[name]
        ]
        for name in levels_of_variables.columns[2:]
    }
    return pd.DataFrame(
        {
            "Column": levels_of_variables["variable"],
            "Varies with": levels_of_variables["level"],
            **shares,
        }
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return numbers.count(value) if value == round(value) else numbers.number(value)
