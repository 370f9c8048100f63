"""A table in its three forms: as it would be printed, as columns of a grid, as a CSV file.

Whatever a cell or a column's name holds is text: HTML shows it letter by letter, and no spreadsheet
runs it as a formula.
"""

from __future__ import annotations

import csv
import html
import re
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mlm_core.views import numbers
from mlm_core.views.escape import for_html

if TYPE_CHECKING:
    from mlm_core.views.tables.table import Table

_NUMBER = re.compile(r"\s*[<>≈]?\s*[−+\-]?[\d.,]*\d[\d.,]*(×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?\s*%?\s*")
_PRINTED = re.compile(r"[−-]?(?=[\d.])(\d*|\d{1,3}(,\d{3})+)(\.\d+)?")
_EMPTY = {"", "n/a", "–", "—"}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_html(printed: Table) -> str:
    """Write a table as it would be printed, rules above and below, numbers aligned right."""
    frame = printed.frame
    shown = [_texts(frame.iloc[:, position]) for position in range(frame.shape[1])]
    classes = [' class="number"' if _is_numeric(texts) else "" for texts in shown]
    head = "".join(
        f'<th scope="col"{kind}>{for_html(column)}</th>'
        for column, kind in zip(frame.columns, classes, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(map(_cell, row, classes)) + "</tr>" for row in zip(*shown, strict=True)
    )
    caption = f"<caption>{for_html(printed.caption)}</caption>" if printed.caption else ""
    feet = "".join(f"<p>{for_html(text)}</p>" for text in printed.footnotes)
    return (
        f'<div class="mlm-table"><table>{caption}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{feet}</div>"
    )


def grid_columns(frame: pd.DataFrame) -> dict[str, object]:
    """Give every column of measured numbers in a grid one count of decimals."""
    places = {
        name: numbers.decimals_of_many(values)
        for name, values in frame.items()
        if pd.api.types.is_float_dtype(values.dtype)
    }
    return {
        str(name): st.column_config.NumberColumn(format=f"%.{decimals}f")
        for name, decimals in places.items()
    }


def as_csv(frame: pd.DataFrame) -> bytes:
    """Write a table as CSV; the leading mark lets spreadsheets recognise the encoding."""
    safe = frame.map(_harmless)
    safe.columns = pd.Index([_harmless(column) for column in frame.columns])
    # All texts are quoted: an unquoted carriage return would begin a new row, and a new formula.
    return safe.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC).encode("utf-8-sig")


def _texts(column: pd.Series) -> list[str]:
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["yes" if value else "no" for value in column]
    if pd.api.types.is_integer_dtype(column.dtype):
        return [numbers.count(value) for value in column]
    if pd.api.types.is_float_dtype(column.dtype):
        return numbers.column(column, decimals=numbers.decimals_of_many(column))
    return ["" if pd.isna(value) else str(value) for value in column.tolist()]


def _is_numeric(texts: list[str]) -> bool:
    told = [text for text in texts if text not in _EMPTY]
    return bool(told) and all(_NUMBER.fullmatch(text) for text in told)


def _cell(text: str, kind: str) -> str:
    # Spaces at the start (indented terms) are kept; everything else is one line.
    indent = "&nbsp;" * (len(text) - len(text.lstrip(" ")))
    return f"<td{kind}>{indent}{html.escape(text.strip())}</td>"


def _harmless(cell: object) -> object:
    """Return a cell for a spreadsheet: printed numbers readable as numbers, formulas as text."""
    if not isinstance(cell, str):
        return cell
    if _PRINTED.fullmatch(cell):
        return cell.replace("−", "-").replace(",", "")
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell
