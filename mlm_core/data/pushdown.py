"""A model laid over a table that an engine works through: everything but the sums themselves.

What :mod:`mlm_core.data.design` does on arrays is written here once as narwhals expressions, which
DuckDB, Spark and polars each turn into their own plan: missing rows left out, categories as
indicators, transformations, products of columns. Constants (means, standard deviations, categories,
ranges) come from cheap passes without groups; means of groups are joined back by the engine.
Columns get names of our own, so that no name of the user's ever stands in a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, mul
from typing import TYPE_CHECKING, Any

import numpy as np

from mlm_core.data.completeness import Completeness
from mlm_core.data.encoding import Encoder, FloatArray
from mlm_core.data.engines import Source, check_columns
from mlm_core.data.expressions import Expression, Transform, Variable, measured
from mlm_core.data.layout import Column, lay_out
from mlm_core.data.model import Model
from mlm_core.data.pushed_constants import (
    learn_categories,
    learn_constants,
    learn_group_means,
    logarithm_or_power,
)
from mlm_core.data.pushed_ranges import Range, range_expressions, range_of
from mlm_core.errors import (
    AllMissingError,
    InfiniteValueError,
    NoCompleteRowsError,
    NotNumericError,
)

if TYPE_CHECKING:
    import narwhals as nw


@dataclass(frozen=True, eq=False)
class Pushed:
    """What is to be summed by group.

    Attributes
    ----------
    source : Source
    frame : narwhals LazyFrame
        Complete rows: key columns ``k0``, ... and values ``v0``, ... with the outcome last.
    keys : tuple of str
        The user's name of every key column.
    columns : tuple of Column
        What the values are, the outcome left out.
    origin : ndarray
        A value near the middle of every column, the outcome's last.
    encoder : Encoder
    completeness : Completeness
    """

    source: Source
    frame: nw.LazyFrame[Any]
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    origin: FloatArray
    encoder: Encoder
    completeness: Completeness


def push_down(model: Model, source: Source, encoder: Encoder) -> Pushed:
    """Lay a model over a source.

    Parameters
    ----------
    model : Model
    source : Source
    encoder : Encoder
        What is not known yet is learnt here.

    Raises
    ------
    TableError
        As :func:`mlm_core.data.design.build_design`; no row can be named.
    EngineError
        The engine stopped.
    """
    check_columns(source, model.columns)
    rows = _Rows(model, source, encoder)
    outcome = rows.number(model.outcome)
    for term in model.fixed:
        rows.prepare(term.factors)
    for slope in (slope for term in model.random for slope in term.slopes):
        rows.prepare(slope.factors)
    levels = list(dict.fromkeys(term.groups for term in model.random))
    columns = lay_out(model, encoder, levels).varying
    keys = tuple(dict.fromkeys(name for groups in levels for name in groups))
    frame, origin = rows.values(columns, outcome, keys)
    return Pushed(source, frame, keys, columns, origin, encoder, rows.completeness)


class _Rows:
    """The complete rows of a source, with a column for every expression asked for."""

    def __init__(self, model: Model, source: Source, encoder: Encoder) -> None:
        import narwhals as nw

        self._source, self._encoder = source, encoder
        self._place = {name: f"c{index}" for index, name in enumerate(model.columns)}
        self._reference = dict(model.reference)
        self._frame = source.frame.select(
            **{place: nw.col(name) for name, place in self._place.items()}
        )
        self._types = dict(self._frame.collect_schema())
        self._numbers: dict[Expression, str] = {}
        self._native: dict[str, dict[str, Any]] = {}
        self._ranges: dict[str, Range] = {}
        self._n_added = 0
        self.completeness = self._complete()

    def _complete(self) -> Completeness:
        """Count what is missing and keep the complete rows."""
        import narwhals as nw

        has = {place: _is_present(nw.col(place), self._types[place]) for place in self._types}
        counts = {place: here.cast(nw.Float64()).sum() for place, here in has.items()}
        wanted = {"n": nw.len(), "complete": reduce(and_, has.values()).cast(nw.Float64()).sum()}
        numeric = [place for place, dtype in self._types.items() if dtype.is_numeric()]
        ranges = range_expressions(
            {place: nw.when(has[place]).then(nw.col(place)) for place in numeric}
        )
        found = self._source.numbers({**wanted, **counts, **ranges}, self._frame)
        n_all, n_complete = int(found["n"]), int(np.nan_to_num(found["complete"]))
        missing = {}
        for name, place in self._place.items():
            missing[name] = n_all - int(np.nan_to_num(found[place]))
            if missing[name] == n_all:
                raise AllMissingError(name) if n_all else NoCompleteRowsError({}, 0)
        if not n_complete:
            raise NoCompleteRowsError(missing, n_all)
        if n_complete < n_all:
            self._frame = self._frame.filter(reduce(and_, has.values()))
            columns = {place: nw.col(place) for place in numeric}
            found = self._source.numbers(range_expressions(columns), self._frame)
        self._ranges = {place: range_of(found, place) for place in numeric}
        return Completeness(n_all, n_complete, missing)

    def prepare(self, expressions: Sequence[Expression]) -> None:
        """Learn the categories of a column, or make a column of numbers."""
        for expression in expressions:
            if isinstance(expression, Variable) and self._is_category(expression.name):
                self._learn_categories(expression.name)
            else:
                self.number(expression)

    def _is_category(self, name: str) -> bool:
        is_numeric = self._types[self._place[name]].is_numeric()
        return name in self._encoder.categories or not is_numeric

    def _learn_categories(self, name: str) -> None:
        import narwhals as nw

        if name not in self._native:
            place = self._place[name]
            dtype = self._types[place]
            found = learn_categories(
                self._source, self._frame.select(place), name, self._encoder,
                self._reference.get(name), self.completeness.n_complete,
                dtype.categories if isinstance(dtype, nw.Enum) else (),
            )  # fmt: skip
            self._native[name] = found

    def number(self, expression: Expression) -> str:
        """Return the column with the values of a numeric expression."""
        if expression not in self._numbers:
            self._numbers[expression] = (
                self._variable(expression.name)
                if isinstance(expression, Variable)
                else self._transform(expression)
            )
        return self._numbers[expression]

    def _variable(self, name: str) -> str:
        import narwhals as nw

        place = self._place[name]
        dtype = self._types[place]
        if not (dtype.is_numeric() or dtype == nw.Boolean()):
            example = self._source.collect(self._frame.select(place).head(1)).row(0)[0]
            raise NotNumericError(name, None, example)
        found = self._range(place) if dtype.is_numeric() else None
        for value in (found.least, found.largest) if found else ():
            if np.isinf(value):
                raise InfiniteValueError(name, None, value)
        own = self._add(nw.col(place).cast(nw.Float64()))
        if found:
            self._ranges[own] = found
        return own

    def _transform(self, expression: Transform) -> str:
        import narwhals as nw

        argument = self.number(expression.argument)
        value = nw.col(argument)
        match expression.function:
            case "center" | "scale":
                learn_constants(
                    self._source, self._frame, expression, self._encoder, argument,
                    self._range(argument).centre,
                )  # fmt: skip
                mean, scale = self._encoder.mean_and_scale(expression)
                return self._add((value - mean) / scale)
            case "log" | "power":
                least, largest, _ = self._range(argument)
                return self._add(
                    logarithm_or_power(
                        self._source, self._frame, expression, argument, least, largest
                    )
                )
            case "group_mean" | "group_center":
                place = self._group_mean(expression, argument)
                is_mean = expression.function == "group_mean"
                return place if is_mean else self._add(value - nw.col(place))

    def _group_mean(self, expression: Transform, argument: str) -> str:
        own = Transform("group_mean", expression.argument, expression.groups)
        if own not in self._numbers:
            place = f"e{len(self._numbers)}"
            keys = {self._place[name]: name for name in expression.groups}
            self._frame = learn_group_means(
                self._source, self._frame, own, self._encoder, keys, argument,
                self._range(argument).centre, place,
            )  # fmt: skip
            self._numbers[own] = place
        return self._numbers[own]

    def _add(self, values: nw.Expr) -> str:
        self._n_added += 1
        place = f"n{self._n_added}"
        self._frame = self._frame.with_columns(values.alias(place))
        return place

    def _range(self, place: str) -> Range:
        import narwhals as nw

        if place not in self._ranges:
            wanted = range_expressions({place: nw.col(place)})
            self._ranges[place] = range_of(self._source.numbers(wanted, self._frame), place)
        return self._ranges[place]

    def values(
        self, columns: Sequence[Column], outcome: str, keys: Sequence[str]
    ) -> tuple[nw.LazyFrame[Any], FloatArray]:
        """Return keys and products of factors, and a value near the middle of each product."""
        import narwhals as nw

        made = [reduce(mul, (self._factor(factor) for factor in name.factors)) for name in columns]
        names = {f"v{index}": values for index, values in enumerate([*made, nw.col(outcome)])}
        own = {f"k{index}": nw.col(self._place[name]) for index, name in enumerate(keys)}
        frame = self._frame.select(**own, **names)
        plain = [
            self._numbers[name.factors[0].expression]
            for name in columns
            if len(name.factors) == 1 and name.factors[0].category is None
        ]
        if len(plain) == len(columns) and all(place in self._ranges for place in [*plain, outcome]):
            ranges = [self._ranges[place] for place in [*plain, outcome]]
        else:
            found = self._source.numbers(
                range_expressions({name: nw.col(name) for name in names}), frame
            )
            ranges = [range_of(found, name) for name in names]
        return frame, np.array([found.centre for found in ranges])

    def _factor(self, factor: Any) -> nw.Expr:
        import narwhals as nw

        if factor.category is None:
            return nw.col(self._numbers[factor.expression])
        name = measured(factor.expression)
        native = self._native[name].get(factor.category)
        if native is None:  # a category known from other rows that does not occur in these
            return nw.col(self._place[name]).is_null().cast(nw.Float64())
        return (nw.col(self._place[name]) == nw.lit(native)).cast(nw.Float64())


def _is_present(column: nw.Expr, dtype: Any) -> nw.Expr:
    """Tell which values are there; what is no number counts as missing, as it does elsewhere."""
    return ~column.is_null() & ~column.is_nan() if dtype.is_float() else ~column.is_null()
