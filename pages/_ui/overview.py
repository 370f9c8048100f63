"""The table in use at a glance: its size in a sentence, its columns as a table, its first rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

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
            "Mean": [_number(each.mean) for each in described],
            "Largest": [_number(each.maximum) for each in described],
        }
    )


def _number(value: float | None) -> str:
    return "" if value is None else numbers.number(value)
