"""The table in use at a glance: its size in a sentence, its columns as a table, its first rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from mlm_core.data.columns import MissingReport
from mlm_core.data.groups import GroupsDescription
from mlm_core.data.kinds import ColumnDescription, Kind
from mlm_core.views import numbers
from mlm_core.views.escape import for_markdown
from mlm_core.views.tables.table import Table, frame_of
from pages._ui.dataset import MOST_SAMPLED, Dataset

_KINDS: dict[Kind, str] = {
    "numeric": "numbers",
    "binary": "two values",
    "categorical": "categories",
    "identifier": "identifier",
    "constant": "one value only",
    "empty": "empty",
    "mixed": "numbers and text",
}


def size(data: Dataset) -> str:
    """Return the sentence that names a table and its size."""
    rows, columns = data.n_rows, len(data.columns)
    units = ("row" if rows == 1 else "rows", "column" if columns == 1 else "columns")
    return (
        f"**{for_markdown(data.name)}** has {numbers.count(rows)} {units[0]}"
        f" and {numbers.count(columns)} {units[1]}."
    )


def drawn_from(data: Dataset) -> str:
    """Say what is made of a sample of a table's rows; nothing where all of them are used."""
    if data.place is None:
        return ""
    return (
        f"Made of {numbers.count(min(MOST_SAMPLED, data.n_rows))} of {numbers.count(data.n_rows)}"
        " rows, drawn at random: the table is too large to be read as a whole."
    )


def columns(described: Sequence[ColumnDescription]) -> Table:
    """Return one row a column: kind, distinct and missing values, range."""
    frame = frame_of(
        {
            "Column": [each.name for each in described],
            "Holds": [_KINDS[each.kind] for each in described],
            "Distinct": [numbers.count(each.n_unique) for each in described],
            "Missing": [numbers.count(each.n_missing) for each in described],
            "Smallest": [_number(each.minimum) for each in described],
            "Mean": ["" if each.kind == "identifier" else _number(each.mean) for each in described],
            "Largest": [_number(each.maximum) for each in described],
        }
    )
    return Table(frame, caption="Columns", footnotes=(), name="columns")


def rows_used(report: MissingReport) -> str:
    """Return the sentence that says how many rows are complete in the chosen columns."""
    if report.n_lost == 0:
        return f"All {numbers.count(report.n_rows)} rows have a value in every chosen column."
    return (
        f"{numbers.count(report.n_complete)} of {numbers.count(report.n_rows)} rows have a value in"
        f" every chosen column; the other {numbers.count(report.n_lost)} are left out of all fits,"
        " so that the same rows stand behind all of them."
    )


def missing(report: MissingReport) -> Table:
    """Return one row a chosen column: missing values, and rows that only it costs."""
    frame = frame_of(
        {
            "Column": report.table["column"],
            "Missing values": map(numbers.count, report.table["n_missing"]),
            "Rows only it costs": map(numbers.count, report.table["rows_lost_alone"]),
        }
    )
    return Table(frame, caption="", footnotes=(), name="missing")


def groups(description: GroupsDescription) -> Table:
    """Return one row a level: groups, and rows per group."""
    table = description.table
    counts = {
        "Groups": "groups",
        "Smallest": "minimum",
        "Mean size": "mean",
        "Largest": "maximum",
        "Groups of one row": "n_single",
    }
    frame = frame_of(
        {
            "Level": table["level"],
            **{
                title: numbers.column(table[name])
                if name == "mean"
                else map(numbers.count, table[name])
                for title, name in counts.items()
            },
        }
    )
    return Table(frame, caption="Groups of each level, and their rows", footnotes=(), name="groups")


def variation(levels_of_variables: pd.DataFrame) -> Table:
    """Return one row a column: the level it is constant at, and shares of its variance."""
    shares = {
        f"{str(name)[:1].upper()}{str(name)[1:]}": map(numbers.percent, levels_of_variables[name])
        for name in levels_of_variables.columns[2:]
    }
    frame = frame_of(
        {
            "Column": levels_of_variables["variable"],
            "Varies with": levels_of_variables["level"],
            **shares,
        }
    )
    footnote = "Percentages: share of the column's variance that lies between the groups."
    return Table(frame, caption="", footnotes=(footnote,), name="variation")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if not math.isfinite(value):
        return "infinite"
    return numbers.count(value) if value == round(value) else numbers.number(value)
