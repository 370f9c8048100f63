"""What transformations learn from rows that an engine works through.

The same constants as :class:`mlm_core.data.encoding.Encoder` learns from arrays. Sums are formed of
differences to a value near the middle, so that a year or a score of 1e9 keeps its digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mlm_core.data.encoding import Encoder, GroupMeans, refuse_stray_text
from mlm_core.data.engines import Source, distinct
from mlm_core.data.expressions import Transform
from mlm_core.errors import (
    DomainError,
    NotNumericError,
    TooManyCategoriesError,
    UnseenCategoryError,
)

if TYPE_CHECKING:
    import narwhals as nw

#: A categorical predictor of an engine's table may have at most so many categories: sums of
#: products are asked for in one query, and there are half as many of them as this number squared.
MOST_CATEGORIES = 200


def learn_categories(
    source: Source,
    column: nw.LazyFrame[Any],
    name: str,
    encoder: Encoder,
    reference: str | None,
    n_rows: int,
    declared: Sequence[str] = (),
) -> dict[str, Any]:
    """Learn the categories of a column, and return each as the engine holds it.

    Parameters
    ----------
    column : LazyFrame
        The column alone, complete rows.
    declared : sequence of str
        All categories in the order of the column's type, where that has one.

    Raises
    ------
    TooManyCategoriesError, NotNumericError, UnknownReferenceError
        As :meth:`mlm_core.data.encoding.Encoder.learn_categories`.
    UnseenCategoryError
        The categories were known already, and the rows hold another.
    """
    rows = source.collect(distinct(column).head(MOST_CATEGORIES + 1))
    values = rows[rows.columns[0]].to_list()
    if len(values) > MOST_CATEGORIES:
        raise TooManyCategoriesError(name, len(values), n_rows)
    native = {str(value): value for value in values}
    if name in encoder.categories:
        known = encoder.categories[name]
        unseen = sorted(set(native) - set(known))
        if unseen:
            raise UnseenCategoryError(name, unseen[0], known)
        return native
    try:
        refuse_stray_text(pd.Series(values), name)
    except NotNumericError as error:  # distinct values stand in no rows
        raise error.in_row(None) from None
    found = [category for category in declared if category in native] or sorted(native)
    encoder.set_categories(name, found, reference, n_rows)
    return native


def learn_constants(
    source: Source,
    frame: nw.LazyFrame[Any],
    expression: Transform,
    encoder: Encoder,
    argument: str,
    centre: float,
) -> None:
    """Learn what ``center`` or ``scale`` subtracts and divides by, unless it is known."""
    import narwhals as nw

    if expression in encoder.constants:
        return
    difference = nw.col(argument) - centre
    rows = frame.select(d=difference, s=difference * difference)
    found = source.numbers({"n": nw.len(), "d": nw.col("d").sum(), "s": nw.col("s").sum()}, rows)
    n, mean = found["n"], found["d"] / found["n"]
    deviation = 0.0
    if expression.function == "scale" and n > 1:
        deviation = float(np.sqrt(max(found["s"] - n * mean**2, 0.0) / (n - 1.0)))
    encoder.constants[expression] = (centre + mean, deviation)


def learn_group_means(
    source: Source,
    frame: nw.LazyFrame[Any],
    expression: Transform,
    encoder: Encoder,
    keys: Mapping[str, str],
    argument: str,
    centre: float,
    place: str,
) -> nw.LazyFrame[Any]:
    """Learn the means of groups and join them to the rows, as the column ``place``.

    Parameters
    ----------
    keys : Mapping[str, str]
        Key columns of the frame, and the user's name of each.
    """
    import narwhals as nw

    names = list(keys)
    shifted = frame.select(*names, (nw.col(argument) - centre).alias(place))
    means = shifted.group_by(*names).agg(nw.col(place).mean())
    means = means.with_columns(nw.col(place) + centre)
    found = source.arrays(means)
    arrays = [found[name] for name in names]
    index = pd.Index(arrays[0]) if len(names) == 1 else pd.MultiIndex.from_arrays(arrays)
    order = np.asarray(index.argsort())
    values = np.asarray(found[place], dtype=np.float64)
    key = (expression.argument, expression.groups)
    encoder.group_means[key] = GroupMeans(index[order], values[order])
    return frame.join(means, on=names, how="left")


def logarithm_or_power(
    source: Source,
    frame: nw.LazyFrame[Any],
    expression: Transform,
    argument: str,
    least: float,
    largest: float,
) -> nw.Expr:
    """Return the values of ``log`` or ``power`` of a column that goes from least to largest.

    Raises
    ------
    DomainError
        It is not defined for one of the values.
    """
    import narwhals as nw

    value = nw.col(argument)
    if expression.function == "log":
        if least <= 0.0:
            raise DomainError(str(expression), None, least)
        return value.log()
    exponent = expression.exponent
    if exponent != int(exponent) and least < 0.0:
        raise DomainError(str(expression), None, least)
    if exponent < 0.0 and least <= 0.0 <= largest:
        is_zero = (value == 0.0).cast(nw.Float64())
        if source.numbers({"n": nw.col("n").sum()}, frame.select(n=is_zero))["n"]:
            raise DomainError(str(expression), None, 0.0)
    return value**exponent
