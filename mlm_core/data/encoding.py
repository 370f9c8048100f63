"""Expressions evaluated on a table: variables and transformations become numbers or categories.

Evaluation is our own arithmetic on arrays. What a transformation learns from the fitted rows (a
mean, a standard deviation, group means, categories) is kept in an :class:`Encoder`, so that new
rows are coded exactly as the fitted ones were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.expressions import Expression, Transform, Variable
from mlm_core.data.kinds import first_text
from mlm_core.errors import (
    DomainError,
    InfiniteValueError,
    NotNumericError,
    TooManyCategoriesError,
    UnknownReferenceError,
    UnseenCategoryError,
)

FloatArray = NDArray[np.float64]
_NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal", "empty"}
# A text column most of whose values are numbers is a numeric column with typing errors in it.
_NUMERIC_SHARE = 0.5
# More categories than this, and more than a fifth of the rows: a name, not a category.
_CATEGORIES_ALWAYS_FINE = 50
_CATEGORIES_PER_ROW = 0.2


def is_categorical(values: pd.Series[Any]) -> bool:
    """Tell whether a column holds categories: texts, pandas categories, or truth values."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return True
    if values.dtype == object:  # Python objects: numbers, unless one of them is not
        return pd.api.types.infer_dtype(values, skipna=True) not in _NUMBERS
    return not pd.api.types.is_numeric_dtype(values.dtype)


def numeric(values: pd.Series[Any], name: str) -> FloatArray:
    """Return a column as float64, missing values as NaN.

    Raises
    ------
    NotNumericError, InfiniteValueError
        Naming the first offending data row, counted from 1.
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "fiu":
        array = np.asarray(values.to_numpy(), dtype=np.float64)
        _refuse_infinity(array, name)
        return array
    if is_categorical(values) and not pd.api.types.is_bool_dtype(values.dtype):
        found = first_text(values)
        if found is not None:
            raise NotNumericError(name, *found)
        values = pd.to_numeric(values)
    array = values.to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse_infinity(array, name)
    return array


def _refuse_infinity(array: FloatArray, name: str) -> None:
    # One sum meets every infinity; only then is it worth looking for the row.
    with np.errstate(invalid="ignore", over="ignore"):
        is_finite = np.isfinite(array.sum())
    if not is_finite and np.isinf(array).any():
        row = int(np.flatnonzero(np.isinf(array))[0])
        raise InfiniteValueError(name, row + 1, array[row])


@dataclass(frozen=True, eq=False)
class GroupMeans:
    """Means of an expression over the groups of some key columns."""

    keys: pd.Index[Any]
    means: FloatArray


@dataclass(frozen=True, eq=False)
class Encoder:
    """What the fitted rows taught each transformation and each category.

    Attributes
    ----------
    constants : dict
        Mean behind ``center``; mean and standard deviation (0 where nothing varies) behind
        ``scale``.
    group_means : dict
        Group means behind ``group_mean`` and ``group_center``.
    categories : dict
        Categories of every categorical column, the reference first.
    """

    constants: dict[Transform, tuple[float, float]] = field(default_factory=dict)
    group_means: dict[tuple[Expression, tuple[str, ...]], GroupMeans] = field(default_factory=dict)
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def learn_categories(self, values: pd.Series[Any], name: str, reference: str | None) -> None:
        """Fix the categories of a column and put the reference first.

        Raises
        ------
        NotNumericError
            The column is numeric but for a few texts.
        TooManyCategoriesError, UnknownReferenceError
            Nearly every row has its own text, or the reference does not occur.
        """
        refuse_stray_text(values, name)
        if isinstance(values.dtype, pd.CategoricalDtype):
            present = values.cat.remove_unused_categories().cat.categories
            found = [str(category) for category in present]
        else:
            found = sorted(str(category) for category in values.dropna().unique())
        self.set_categories(name, found, reference, len(values))

    def set_categories(
        self, name: str, found: list[str], reference: str | None, n_rows: int
    ) -> None:
        """Fix the categories of a column, the reference first.

        Raises
        ------
        TooManyCategoriesError, UnknownReferenceError
            There are too many for so few rows, or the reference is not among them.
        """
        limit = max(_CATEGORIES_ALWAYS_FINE, _CATEGORIES_PER_ROW * n_rows)
        if len(found) > limit:
            raise TooManyCategoriesError(name, len(found), n_rows)
        if reference is not None:
            if reference not in found:
                raise UnknownReferenceError(name, reference, found)
            found.remove(reference)
            found.insert(0, reference)
        self.categories[name] = tuple(found)

    def category_codes(self, values: pd.Series[Any], name: str) -> NDArray[np.int32]:
        """Return the index of every row's category; rows must not be missing.

        Raises
        ------
        UnseenCategoryError
            A row holds a category that the fitted rows did not.
        """
        known = self.categories[name]
        codes = pd.Index(known).get_indexer(pd.Index(values.astype(str)))
        if (codes < 0).any():
            unseen = values.iloc[int(np.flatnonzero(codes < 0)[0])]
            raise UnseenCategoryError(name, unseen, known)
        return codes.astype(np.int32)

    def evaluate(
        self,
        expression: Expression,
        columns: Mapping[str, pd.Series[Any]],
        values: Mapping[str, FloatArray],
    ) -> FloatArray:
        """Evaluate a numeric expression; constants not yet known are learnt from these rows.

        Parameters
        ----------
        expression : Expression
            What to evaluate.
        columns : Mapping[str, Series]
            The complete rows, for the key columns of group functions.
        values : Mapping[str, ndarray]
            Numeric columns by name, each of shape (n_rows,).

        Raises
        ------
        DomainError
            A logarithm or power is not defined for a value.
        """
        if isinstance(expression, Variable):
            return values[expression.name]
        argument = self.evaluate(expression.argument, columns, values)
        match expression.function:
            case "center" | "scale":
                self._learn_constants(expression, argument)
                mean, scale = self.mean_and_scale(expression)
                return np.asarray((argument - mean) / scale)
            case "log":
                logarithm: FloatArray = _checked(expression, argument, argument > 0, np.log)
                return logarithm
            case "power":
                return _power(expression, argument)
            case "group_mean":
                return self._group_means(expression, argument, columns)
            case "group_center":
                return np.asarray(argument - self._group_means(expression, argument, columns))

    def mean_and_scale(self, expression: Transform) -> tuple[float, float]:
        """Return what ``center`` or ``scale`` subtracts, and what it divides by."""
        mean, deviation = self.constants[expression]
        return mean, deviation if expression.function == "scale" and deviation else 1.0

    def _learn_constants(self, expression: Transform, argument: FloatArray) -> None:
        if expression not in self.constants:
            deviation = 0.0
            if expression.function == "scale" and len(argument) > 1:
                deviation = float(argument.std(ddof=1))
            self.constants[expression] = (float(argument.mean()), deviation)

    def _group_means(
        self, expression: Transform, argument: FloatArray, columns: Mapping[str, pd.Series[Any]]
    ) -> FloatArray:
        """Return each row's group mean; a group never seen takes the mean of its own rows here."""
        index = _key_index(columns, expression.groups)
        own = pd.Series(argument, index=index).groupby(level=list(range(index.nlevels))).mean()
        key = (expression.argument, expression.groups)
        if key not in self.group_means:
            self.group_means[key] = GroupMeans(
                own.index, np.asarray(own.to_numpy(dtype=np.float64))
            )
        fitted = self.group_means[key]
        position = fitted.keys.get_indexer(index)
        means = fitted.means[position]
        if (position < 0).any():
            means = np.where(position < 0, own.to_numpy()[own.index.get_indexer(index)], means)
        return means


def _key_index(columns: Mapping[str, pd.Series[Any]], groups: tuple[str, ...]) -> pd.Index[Any]:
    """Return the keys of every row as an index."""
    if len(groups) == 1:
        own: pd.Index[Any] = pd.Index(columns[groups[0]].to_numpy())
        return own
    keys: list[Any] = [columns[group].to_numpy() for group in groups]
    index: pd.Index[Any] = pd.MultiIndex.from_arrays(keys)
    return index


def _power(expression: Transform, argument: FloatArray) -> FloatArray:
    """Raise to a power, refusing values it is not defined for."""
    exponent = expression.exponent
    is_defined = np.ones(len(argument), dtype=bool)
    if exponent != int(exponent):
        is_defined &= argument >= 0
    if exponent < 0:
        is_defined &= argument != 0
    checked: FloatArray = _checked(
        expression, argument, is_defined, lambda base: np.power(base, exponent)
    )
    return checked


def _checked(expression: Transform, argument: FloatArray, is_defined: Any, function: Any) -> Any:
    """Apply a function where every value allows it, else name the first value that does not."""
    if not is_defined.all():
        row = int(np.flatnonzero(~is_defined)[0])
        raise DomainError(str(expression), row + 1, argument[row])
    return function(argument)


def refuse_stray_text(values: pd.Series[Any], name: str) -> None:
    """Refuse a text column that is plainly meant to be numeric."""
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(values.dtype):
        return
    present = values.dropna()
    parsed = pd.to_numeric(present.astype(str), errors="coerce").notna()
    if len(present) and _NUMERIC_SHARE < parsed.mean() < 1.0:
        found = first_text(values)
        if found is not None:
            raise NotNumericError(name, *found)
