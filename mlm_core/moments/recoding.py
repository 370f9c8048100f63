"""Moments under another coding: the constants and categories of a whole instead of a part's own.

What a part of the rows taught (the mean behind ``center``, the categories that occur) differs from
what all rows teach. A column of the whole is still a sum of columns of the part: with v the part's
value, center and scale give a v + b, the reference category is one less all other indicators, and a
category that never occurs is zero. So means and products follow by a linear map, exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from mlm_core.data.encoding import Encoder
from mlm_core.data.expressions import Expression, Transform, measured
from mlm_core.data.layout import Column, Factor
from mlm_core.errors import MomentsLackError, NotMergeableError
from mlm_core.moments.group_sums import GroupSums, key_columns
from mlm_core.moments.moments import FloatArray, Moments
from mlm_core.moments.packed import pairs, unpack

_Sum = list[tuple[float, tuple[Factor, ...]]]


class Affine(NamedTuple):
    """An expression as ``slope * base + constant``."""

    base: Expression
    slope: float
    constant: float


def affine(expression: Expression, encoder: Encoder) -> Affine:
    """Take the centring and scaling off an expression."""
    if not isinstance(expression, Transform) or expression.function not in ("center", "scale"):
        return Affine(expression, 1.0, 0.0)
    inner = affine(expression.argument, encoder)
    mean, scale = encoder.mean_and_scale(expression)
    return Affine(inner.base, inner.slope / scale, (inner.constant - mean) / scale)


def recoded(moments: Moments, columns: Sequence[Column], encoder: Encoder) -> GroupSums:
    """Return the sums of the columns wanted, coded by ``encoder``.

    Raises
    ------
    MomentsLackError
        A column cannot be made of those that were summed.
    NotMergeableError
        A constant stands inside a function that is not linear.
    """
    own = moments.layout.encoder
    k, scale = moments.k, moments.scale
    first, second = pairs(k)
    means = moments.means * scale[:, None]
    products = moments.products * (scale[first] * scale[second])[:, None]
    keys = key_columns(moments.levels)
    if encoder is own and all(name in moments.columns for name in columns):
        same = GroupSums(keys, moments.columns, moments.shift, moments.counts, means, products)
        return same.select(columns)
    matrix, origin = _map(moments, columns, encoder)
    full = unpack(products, k)
    moved = np.einsum("ia,abg,jb->ijg", matrix, full, matrix, optimize=True)
    upper = np.triu_indices(len(matrix))
    return GroupSums(keys, tuple(columns), origin, moments.counts, matrix @ means, moved[upper])


def _map(
    moments: Moments, columns: Sequence[Column], encoder: Encoder
) -> tuple[FloatArray, FloatArray]:
    """Return the weights of the part's columns in each one wanted, and where its origin goes."""
    outcome = Column((Factor(moments.model.outcome),))
    stored = (*moments.columns, outcome)
    place = {frozenset(name.factors): index for index, name in enumerate(stored)}
    wanted = (*columns, outcome)
    matrix, origin = np.zeros((len(wanted), len(stored))), np.zeros(len(wanted))
    for row, name in enumerate(wanted):
        parts = []
        for weight, factors in _in_terms_of(name, moments, encoder, place):
            if not factors:
                parts.append(weight)
                continue
            index = place[frozenset(factors)]
            matrix[row, index] += weight
            parts.append(weight * moments.shift[index])
        origin[row] = math.fsum(parts)
    return matrix, origin


def _in_terms_of(
    name: Column, moments: Moments, encoder: Encoder, place: dict[frozenset[Factor], int]
) -> _Sum:
    """Write a column as a weighted sum of the part's columns; no factor is the constant."""
    if not all(_is_known(factor.expression, encoder) for factor in name.factors):
        raise MomentsLackError(name.label, [column.label for column in moments.columns])
    for spelled_out in (False, True):
        sums = [
            _factor(factor, moments.layout.encoder, encoder, spelled_out) for factor in name.factors
        ]
        found = list(_multiplied(sums))
        if all(not factors or frozenset(factors) in place for _, factors in found):
            return found
    raise MomentsLackError(name.label, [column.label for column in moments.columns])


def _is_known(expression: Expression, encoder: Encoder) -> bool:
    """Tell whether the constants inside an expression are known."""
    while isinstance(expression, Transform):
        if expression.function in ("center", "scale") and expression not in encoder.constants:
            return False
        expression = expression.argument
    return True


def _multiplied(sums: list[_Sum]) -> Iterator[tuple[float, tuple[Factor, ...]]]:
    for choice in product(*sums):
        factors = tuple(factor for _, part in choice for factor in part)
        yield math.prod(weight for weight, _ in choice), factors


def _factor(factor: Factor, own: Encoder, whole: Encoder, spelled_out: bool) -> _Sum:
    """Write one factor of the whole in factors of the part."""
    if factor.category is None:
        slope, constant = _change(factor.expression, own, whole)
        return [(slope, (factor,)), *([(constant, ())] if constant else [])]
    known = own.categories.get(measured(factor.expression), ())
    if factor.category not in known:
        return []
    if factor.category != known[0] or not spelled_out:
        return [(1.0, (factor,))]
    others: _Sum = [(-1.0, (Factor(factor.expression, other),)) for other in known[1:]]
    return [(1.0, ()), *others]


def _change(expression: Expression, own: Encoder, whole: Encoder) -> tuple[float, float]:
    """Return a and b of (value in the whole) = a (value in the part) + b."""
    here, there = affine(expression, own), affine(expression, whole)
    inner: Expression = here.base
    while isinstance(inner, Transform):
        if own.constants.get(inner) != whole.constants.get(inner):
            raise NotMergeableError(
                f"{expression} takes a function of {inner}, whose mean was learnt from different"
                " rows in each part. Make the parts with the constants of one of them:"
                " moments(model, data, like=first)."
            )
        inner = inner.argument
    if here == there:
        return 1.0, 0.0
    slope = there.slope / here.slope
    return slope, there.constant - slope * here.constant
