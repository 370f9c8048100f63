"""The columns of a model: which carry fixed effects, and which vary at which level."""

from __future__ import annotations

from dataclasses import dataclass

from mlm_core.data.encoding import Encoder
from mlm_core.data.expressions import Expression, Variable, variables
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
