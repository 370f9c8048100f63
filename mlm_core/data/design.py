"""From a model and a table to columns: what the moments are made of.

``build_design`` finds the complete rows, codes the groups, evaluates the expressions and expands
terms into columns with R's rules (treatment coding; a factor is coded by contrasts in a term when
the term without it is also in the model, else by all its indicators). The result names which
columns carry fixed effects and which vary at which level; it never forms a model matrix, it hands
out column values for any block of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.columns import find_column
from mlm_core.data.encoding import Encoder, FloatArray
from mlm_core.data.expressions import Expression, Term
from mlm_core.data.grouping import Hierarchy, build_hierarchy
from mlm_core.data.layout import INTERCEPT, Block, Column, Factor, Layout
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
    missing : dict
        Missing values of each column of the model.
    notes : tuple of Note
        What the reader should know of the table.
    """

    layout: Layout
    hierarchy: Hierarchy
    rows: Rows
    outcome: FloatArray
    is_complete: NDArray[np.bool_] | None
    missing: Mapping[str, int]
    notes: tuple[Note, ...]

    @property
    def n_rows(self) -> int:
        """Number of complete rows."""
        return self.rows.n_rows


def build_design(model: Model, frame: pd.DataFrame) -> Design:
    """Lay a model over a table.

    Raises
    ------
    TableError
        The table cannot carry the model: an unknown or empty column, no complete row, text or an
        infinity in a numeric column, groups that are crossed, single or all of one row.
    """
    columns, is_complete, missing = _complete_rows(model, frame)
    level_columns = list(dict.fromkeys(term.groups for term in model.random))
    keys = {name: columns[name].to_numpy() for groups in level_columns for name in groups}
    encoder = Encoder()
    rows = Rows(columns, encoder, model, "fit", is_complete)
    outcome = rows.outcome(model.outcome)
    fixed = _expand(model.fixed, model.has_intercept, rows)
    hierarchy = build_hierarchy(keys, level_columns, rows.n_rows)
    layout = Layout(model, fixed, _blocks(model, hierarchy, rows), encoder)
    for name in layout.varying:
        for factor in name.factors:
            rows.prepare(factor.expression)
    return Design(
        layout=layout,
        hierarchy=hierarchy,
        rows=rows,
        outcome=outcome,
        is_complete=is_complete,
        missing=missing,
        notes=_missing_notes(missing, len(frame), rows.n_rows),
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
        missing[name] = 0 if is_missing is None else int(is_missing.sum())
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
    """Return which values are missing; None where the type has no missing value."""
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else ""
    if kind in tuple("iub"):
        return None
    return np.isnan(values.to_numpy()) if kind == "f" else values.isna().to_numpy()


def _missing_notes(missing: Mapping[str, int], n_all: int, n_used: int) -> tuple[Note, ...]:
    if n_all == n_used:
        return ()
    counts = {name: count for name, count in missing.items() if count}
    listed = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    message = (
        f"{n_all - n_used:,} of {n_all:,} rows are left out because a value is missing ({listed})."
        " All fits of this model use the remaining rows."
    )
    numbers = {"n_all": n_all, "n_used": n_used, "missing": counts}
    return (Note("rows-lost", "note", message, numbers),)


def _expand(terms: Sequence[Term], has_intercept: bool, rows: Rows) -> tuple[Column, ...]:
    """Expand terms into columns, factors coded by R's rule of marginality."""
    present = {frozenset(), *(frozenset(term.factors) for term in terms)}
    spans_constant = has_intercept
    columns = [INTERCEPT] if has_intercept else []
    for term in terms:
        products: list[tuple[Factor, ...]] = [()]
        for expression in term.factors:
            by_contrasts = frozenset(term.factors) - {expression} in present
            if len(term.factors) == 1 and not spans_constant:
                # Without an intercept the first factor takes its place, as in R.
                by_contrasts, spans_constant = False, rows.prepare(expression)
            choices = _choices(expression, rows, by_contrasts)
            # R lets the first factor of an interaction vary fastest.
            products = [(*head, choice) for choice in choices for head in products]
        columns += [Column(product) for product in products]
        if len(term.factors) == 1 and products[0][0].category is not None:
            # All indicators of a factor add up to the constant: later factors need contrasts.
            present.add(frozenset())
    return tuple(dict.fromkeys(columns))


def _choices(expression: Expression, rows: Rows, by_contrasts: bool) -> list[Factor]:
    if not rows.prepare(expression):
        return [Factor(expression)]
    categories = rows.categories(expression)
    return [Factor(expression, category) for category in categories[by_contrasts:]]


def _blocks(model: Model, hierarchy: Hierarchy, rows: Rows) -> tuple[Block, ...]:
    """Split random terms into blocks of jointly varying effects, innermost level first."""
    position = {level.columns: index for index, level in enumerate(hierarchy.levels)}
    blocks: list[Block] = []
    for term in model.random:
        level = position[term.groups]
        if term.is_correlated:
            parts = [(term.has_intercept, term.slopes)]
        else:
            parts = [(True, ())] if term.has_intercept else []
            parts += [(False, (slope,)) for slope in term.slopes]
        blocks += [
            Block(level, _expand(slopes, has_intercept, rows)) for has_intercept, slopes in parts
        ]
    return tuple(sorted(blocks, key=lambda block: -block.level))
