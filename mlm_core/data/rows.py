"""Values of a model's columns for blocks of rows; no model matrix is ever formed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.columns import find_column
from mlm_core.data.encoding import Encoder, FloatArray, is_categorical, numeric
from mlm_core.data.expressions import Expression, Variable, variables
from mlm_core.data.layout import Column, Layout
from mlm_core.data.model import Model
from mlm_core.errors import CellError


class Rows:
    """Values of columns for the rows of one table, computed block by block.

    Parameters
    ----------
    columns : Mapping[str, Series]
        The complete rows, by column.
    encoder : Encoder
        Codings; while fitting, what it has not learnt yet is learnt here.
    model : Model
        For the reference categories.
    use : {"fit", "predict"}
        When predicting, a column that was numeric in the fit must be numeric here.
    is_complete : ndarray of bool or None
        Which rows of the user's table these are, for messages that name one; None when all.
    """

    def __init__(
        self,
        columns: Mapping[str, pd.Series[Any]],
        encoder: Encoder,
        model: Model,
        use: Literal["fit", "predict"],
        is_complete: NDArray[np.bool_] | None,
    ) -> None:
        self._columns = columns
        self._encoder = encoder
        self._may_learn = use == "fit"
        self._is_complete = is_complete
        self._raw: dict[str, FloatArray] = {}
        self._numeric: dict[Expression, FloatArray] = {}
        self._codes: dict[str, NDArray[np.int32]] = {}
        self._reference = dict(model.reference)
        self.n_rows = len(next(iter(columns.values())))

    def prepare(self, expression: Expression) -> bool:
        """Evaluate an expression once; return whether it is categorical."""
        with self._rows_of_the_table():
            return self._prepare(expression)

    @contextmanager
    def _rows_of_the_table(self) -> Iterator[None]:
        """Let errors name rows as the user counts them, incomplete ones included."""
        try:
            yield
        except CellError as error:
            if self._is_complete is None or error.row is None:
                raise
            position = np.flatnonzero(self._is_complete)[error.row - 1]
            raise error.in_row(int(position) + 1) from None

    def _prepare(self, expression: Expression) -> bool:
        if expression in self._numeric:
            return False
        name = variables(expression)[0]
        if isinstance(expression, Variable):
            if name in self._codes:
                return True
            values = self._columns[name]
            is_known = name in self._encoder.categories
            if is_known or (self._may_learn and is_categorical(values)):
                if not is_known:
                    self._encoder.learn_categories(values, name, self._reference.get(name))
                self._codes[name] = self._encoder.category_codes(values, name)
                return True
        if name not in self._raw:
            self._raw[name] = numeric(self._columns[name], name)
        self._numeric[expression] = self._encoder.evaluate(expression, self._columns, self._raw)
        return False

    def categories(self, expression: Expression) -> tuple[str, ...]:
        """Return the categories of a prepared categorical column, the reference first."""
        return self._encoder.categories[variables(expression)[0]]

    def values(self, name: Column, rows: slice = slice(None)) -> FloatArray:
        """Return the values of a column in a block of rows, shape (block,)."""
        product: FloatArray | None = None
        for factor in name.factors:
            self.prepare(factor.expression)
            if factor.category is None:
                part = self._numeric[factor.expression][rows]
            else:
                codes = self._codes[variables(factor.expression)[0]][rows]
                position = self.categories(factor.expression).index(factor.category)
                part = (codes == position).astype(np.float64)
            product = part if product is None else product * part
        if product is None:
            return np.ones(len(range(*rows.indices(self.n_rows))))
        return product

    def outcome(self, expression: Expression) -> FloatArray:
        """Return the outcome, which must be numeric, shape (n_rows,)."""
        name = variables(expression)[0]
        with self._rows_of_the_table():
            self._raw[name] = numeric(self._columns[name], name)
            return self._encoder.evaluate(expression, self._columns, self._raw)


def rows_of(layout: Layout, frame: pd.DataFrame, is_complete: NDArray[np.bool_]) -> Rows:
    """Return access to the columns of new rows, coded as the fitted ones were.

    Parameters
    ----------
    layout : Layout
    frame : DataFrame
    is_complete : ndarray of bool (len(frame),)
        Rows to give access to.

    Raises
    ------
    UnknownColumnError, AmbiguousColumnError
        When a column of the model that is there twice, or not at all, is asked for.
    """
    names = [name for name in layout.model.columns if name in frame.columns]
    columns = {name: find_column(frame, name)[is_complete] for name in names}
    return Rows(columns, layout.encoder, layout.model, "predict", is_complete)
