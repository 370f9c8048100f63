"""The vocabulary a model is written in: expressions, terms, random terms.

These are plain frozen records. A formula (:mod:`mlm_core.data.formula`) and the plain arguments of
:class:`mlm_core.data.model.Model` both end here, and :mod:`mlm_core.data.design` evaluates them with
its own arithmetic. Nothing here is ever handed to an interpreter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TransformName = Literal["center", "scale", "log", "power", "group_mean", "group_center"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of the table, by its exact name."""

    name: str

    def __str__(self) -> str:
        return quoted(self.name)


@dataclass(frozen=True, slots=True)
class Transform:
    """A named function of another expression.

    Attributes
    ----------
    function : {"center", "scale", "log", "power", "group_mean", "group_center"}
        ``center`` subtracts the mean, ``scale`` also divides by the standard deviation (n - 1),
        ``log`` is natural, ``power`` raises to ``exponent``; ``group_mean`` replaces a value by the
        mean over its group and ``group_center`` subtracts that mean.
    argument : Expression
        What the function is applied to.
    groups : tuple of str
        Grouping columns of the group functions, outermost first; empty for the others.
    exponent : float
        Exponent of ``power``; 1 for the others.
    """

    function: TransformName
    argument: Expression
    groups: tuple[str, ...] = ()
    exponent: float = 1.0

    def __str__(self) -> str:
        if self.function == "power":
            return f"I({self.argument}^{self.exponent:g})"
        groups = ":".join(quoted(group) for group in self.groups)
        return f"{self.function}({self.argument}{', ' + groups if groups else ''})"


Expression = Variable | Transform


@dataclass(frozen=True, slots=True)
class Term:
    """A product of expressions: one factor for a main effect, several for an interaction."""

    factors: tuple[Expression, ...]

    def __str__(self) -> str:
        return ":".join(str(factor) for factor in self.factors)


@dataclass(frozen=True, slots=True)
class RandomTerm:
    """What varies between the groups of one level.

    Attributes
    ----------
    groups : tuple of str
        Columns that together identify a group, outermost first.
    has_intercept : bool
        Whether the intercept varies.
    slopes : tuple of Term
        Terms whose coefficient varies.
    is_correlated : bool
        Whether intercept and slopes of this term share an unstructured covariance; otherwise each
        has a variance and all covariances are zero (written ``||``).
    """

    groups: tuple[str, ...]
    has_intercept: bool
    slopes: tuple[Term, ...]
    is_correlated: bool = True

    @property
    def level(self) -> str:
        """Name of the level as R prints it: innermost column first, joined by ``:``."""
        return ":".join(reversed(self.groups))

    def __str__(self) -> str:
        parts = ["1"] if self.has_intercept else ["0"]
        if not (self.has_intercept and self.slopes):
            parts = parts if not self.slopes else ["0"]
        inside = " + ".join([*parts, *(str(slope) for slope in self.slopes)])
        bar = "|" if self.is_correlated or not self.slopes else "||"
        return f"({inside} {bar} {':'.join(quoted(group) for group in self.groups)})"


def quoted(name: str) -> str:
    """Write a column name as a formula must: in backticks unless it is a plain identifier."""
    is_plain = name.replace("_", "a").replace(".", "a").isalnum() and not name[0].isdigit()
    return name if is_plain else "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def variables(expression: Expression) -> tuple[str, ...]:
    """Return every column an expression needs, the measured one first, then its grouping columns."""
    if isinstance(expression, Variable):
        return (expression.name,)
    return (*variables(expression.argument), *expression.groups)
