"""The columns of a model: which carry fixed effects, and which vary at which level.

Terms are expanded into columns with R's rules: treatment coding; a factor is coded by contrasts in
a term when the term without it is also in the model, else by all its indicators.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlm_core.data.encoding import Encoder
from mlm_core.data.expressions import Expression, Term, Variable, measured, variables
from mlm_core.data.model import Model


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a column: a numeric expression, or the indicator of one category."""

    expression: Expression
    category: str | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """Columns of the table the factor needs."""
        return variables(self.expression)

    @property
    def label(self) -> str:
        """Label as R prints it, without backticks."""
        is_variable = isinstance(self.expression, Variable)
        text = self.expression.name if isinstance(self.expression, Variable) else ""
        return (text if is_variable else str(self.expression)) + (self.category or "")


@dataclass(frozen=True, slots=True)
class Column:
    """A product of factors; the empty product is the intercept."""

    factors: tuple[Factor, ...]

    @property
    def label(self) -> str:
        """Coefficient name as R prints it."""
        return ":".join(factor.label for factor in self.factors) or "(Intercept)"


INTERCEPT = Column(())


@dataclass(frozen=True, eq=False)
class Block:
    """Random effects of one level that share an unstructured covariance.

    Attributes
    ----------
    level : int
        Index into the hierarchy's levels, outermost 0.
    columns : tuple of Column
        What varies; the intercept first where it does.
    """

    level: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """Which columns a model has, and what is needed to code them for any rows.

    Attributes
    ----------
    fixed : tuple of Column
        Columns with a fixed coefficient, the intercept first where there is one.
    blocks : tuple of Block
        What varies between groups, innermost level first.
    encoder : Encoder
        What the fitted rows taught the transformations.
    """

    model: Model
    fixed: tuple[Column, ...]
    blocks: tuple[Block, ...]
    encoder: Encoder

    @property
    def has_intercept(self) -> bool:
        """Whether the fixed part has an intercept."""
        return INTERCEPT in self.fixed

    @property
    def varying(self) -> tuple[Column, ...]:
        """Every column but the intercept, fixed ones first, each once."""
        names = (*self.fixed, *(name for block in self.blocks for name in block.columns))
        return tuple(dict.fromkeys(name for name in names if name != INTERCEPT))


def lay_out(model: Model, encoder: Encoder, levels: Sequence[tuple[str, ...]]) -> Layout:
    """Expand the terms of a model into columns.

    Parameters
    ----------
    model : Model
    encoder : Encoder
        Has the categories of every categorical column; all other columns are numeric.
    levels : sequence of tuples
        Key columns of every level, outermost first.
    """
    fixed = _expand(model.fixed, model.has_intercept, encoder)
    return Layout(model, fixed, _blocks(model, levels, encoder), encoder)


def is_category(expression: Expression, encoder: Encoder) -> bool:
    """Tell whether an expression is a categorical column."""
    return isinstance(expression, Variable) and expression.name in encoder.categories


def _expand(terms: Sequence[Term], has_intercept: bool, encoder: Encoder) -> tuple[Column, ...]:
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
                by_contrasts, spans_constant = False, is_category(expression, encoder)
            choices = _choices(expression, encoder, by_contrasts)
            # R lets the first factor of an interaction vary fastest.
            products = [(*head, choice) for choice in choices for head in products]
        columns += [Column(product) for product in products]
        if len(term.factors) == 1 and is_category(term.factors[0], encoder):
            # All indicators of a factor add up to the constant: later factors need contrasts.
            present.add(frozenset())
    return tuple(dict.fromkeys(columns))


def _choices(expression: Expression, encoder: Encoder, by_contrasts: bool) -> list[Factor]:
    if not is_category(expression, encoder):
        return [Factor(expression)]
    categories = encoder.categories[measured(expression)]
    return [Factor(expression, category) for category in categories[by_contrasts:]]


def _blocks(model: Model, levels: Sequence[tuple[str, ...]], encoder: Encoder) -> tuple[Block, ...]:
    """Split random terms into blocks of jointly varying effects, innermost level first."""
    blocks: list[Block] = []
    for term in model.random:
        level = levels.index(term.groups)
        if term.is_correlated:
            parts = [(term.has_intercept, term.slopes)]
        else:
            parts = [(True, ())] if term.has_intercept else []
            parts += [(False, (slope,)) for slope in term.slopes]
        blocks += [
            Block(level, _expand(slopes, has_intercept, encoder)) for has_intercept, slopes in parts
        ]
    return tuple(sorted(blocks, key=lambda block: -block.level))
