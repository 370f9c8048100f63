"""Hypotheses on the fixed effects, term by term: types I, II and III.

A hypothesis is L beta = 0. Type I tests a term after the terms before it, type II after all terms
that do not contain it, both by the rows of the Cholesky factor of X'X with the columns in that
order (Goodnight 1980). Type III compares averages over the categories of the other factors, each
category with the same weight, so it does not depend on how often they occur. A term contains
another when it has the same numeric variables and more categorical ones (the SAS definition).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.expressions import Expression, measured
from mlm_core.data.layout import INTERCEPT, Column, Factor
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import MixedFit
from mlm_core.moments.packed import unpack

FloatArray = NDArray[np.float64]
HypothesisType = Literal["I", "II", "III"]


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """All coefficients of one term, or what they are compared by.

    Attributes
    ----------
    term : str
        The term as R prints it.
    contrasts : ndarray (q, p)
        L on the user's coefficients; rows may depend on one another.
    """

    term: str
    contrasts: FloatArray


@dataclass(frozen=True, slots=True)
class FixedTerm:
    """One term of the fixed part and the positions of its coefficients."""

    label: str
    numeric: tuple[Expression, ...]
    categorical: frozenset[Expression]
    positions: tuple[int, ...]

    def is_inside(self, other: FixedTerm) -> bool:
        """Tell whether the other term contains this one."""
        return self.numeric == other.numeric and self.categorical < other.categorical


def fixed_terms(fit: MixedFit) -> tuple[FixedTerm, ...]:
    """Return the terms of the fixed part in the order of their coefficients."""
    found: dict[tuple[Expression, ...], list[int]] = {}
    columns = fit.problem.moments.layout.fixed
    for position, column in enumerate(columns):
        if column != INTERCEPT:
            found.setdefault(tuple(f.expression for f in column.factors), []).append(position)
    terms = []
    for expressions, positions in found.items():
        factors = columns[positions[0]].factors
        categorical = frozenset(f.expression for f in factors if f.category is not None)
        # What a coefficient is called without its categories.
        label = ":".join(Factor(expression).label for expression in expressions)
        terms.append(FixedTerm(label, numeric_part(factors), categorical, tuple(positions)))
    return tuple(terms)


def numeric_part(factors: Sequence[Factor]) -> tuple[Expression, ...]:
    """Return the numeric expressions of a product, in one order for all orders of writing."""
    return tuple(sorted((f.expression for f in factors if f.category is None), key=str))


def hypotheses(fit: MixedFit, kind: HypothesisType) -> tuple[Hypothesis, ...]:
    """Return one hypothesis a term.

    Raises
    ------
    ModelError
        The type is none of the three.
    """
    if kind not in get_args(HypothesisType):
        raise ModelError(f"The type of a hypothesis is 'I', 'II' or 'III', not {kind!r}.")
    terms = fixed_terms(fit)
    if kind == "III":
        return tuple(Hypothesis(term.label, _averages(fit, term)) for term in terms)
    columns, cross = _cross_products(fit)
    found = []
    for term in terms:
        above = [other for other in terms if term.is_inside(other)]
        order = list(columns)
        if kind == "II":
            last = [i for t in (term, *above) for i in t.positions]
            order = [i for i in columns if i not in last] + last
        if kind == "II" and not above:  # after everything else: simply its coefficients
            contrasts = np.eye(fit.problem.p)[list(term.positions)]
        else:
            where = [columns.index(i) for i in order]
            factor = np.linalg.cholesky(cross[np.ix_(where, where)]).T
            contrasts = np.zeros((len(term.positions), fit.problem.p))
            contrasts[:, order] = factor[[order.index(i) for i in term.positions]]
            contrasts *= _scales(fit)
            # Each row counts its own coefficient once (Doolittle's form).
            contrasts /= contrasts[range(len(contrasts)), term.positions][:, None]
        found.append(Hypothesis(term.label, contrasts))
    return tuple(found)


def _cross_products(fit: MixedFit) -> tuple[list[int], FloatArray]:
    """Return X'X of stored columns, the intercept swept out, and which coefficients they are."""
    moments, fixed = fit.problem.moments, fit.problem.fixed
    root = moments.root
    cross = unpack(root.products, moments.k)[..., 0]
    if INTERCEPT not in moments.layout.fixed:
        values = root.means[:, 0] + moments.shift / moments.scale
        cross = cross + root.weight[0] * np.outer(values, values)
    columns = [i for i, index in enumerate(fixed) if index >= 0]
    indices = [fixed[i] for i in columns]
    return columns, cross[np.ix_(indices, indices)]


def _scales(fit: MixedFit) -> FloatArray:
    """Return the units of the stored columns, shape (p,): what hypotheses are multiplied by."""
    scale = fit.problem.moments.scale
    return np.array([scale[index] if index >= 0 else 1.0 for index in fit.problem.fixed])


def _averages(fit: MixedFit, term: FixedTerm) -> FloatArray:
    """Return the type III contrasts of a term: one row a coefficient."""
    columns = fit.problem.moments.layout.fixed
    own = [columns[i] for i in term.positions]
    coded: dict[Expression, set[str]] = {}
    for column in own:
        for factor in column.factors:
            if factor.category is not None:
                coded.setdefault(factor.expression, set()).add(factor.category)
    rows = [[_weight(fit, row, column, coded) for column in columns] for row in own]
    return np.array(rows)


def _weight(fit: MixedFit, row: Column, column: Column, coded: dict[Expression, set[str]]) -> float:
    """Return what a coefficient counts in the comparison that carries another's name."""
    if numeric_part(row.factors) != numeric_part(column.factors):
        return 0.0
    wanted = {f.expression: f.category for f in row.factors if f.category is not None}
    present = {f.expression: f.category for f in column.factors if f.category is not None}
    if not set(wanted) <= set(present):
        return 0.0
    weight = 1.0
    for expression, category in present.items():
        known = fit.problem.moments.layout.encoder.categories[measured(expression)]
        if expression not in wanted:
            weight /= len(known)
        elif category == wanted[expression]:
            continue
        elif category == known[0] and known[0] not in coded[expression]:
            weight = -weight  # compared with the reference, which has a coefficient here
        else:
            return 0.0
    return weight
