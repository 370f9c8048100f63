"""The vocabulary a model is written in: expressions, terms, random terms.

These are plain frozen records. A formula (:mod:`mlm_core.data.formula`) and the plain arguments of
:class:`mlm_core.data.model.Model` both end here, and :mod:`mlm_core.data.design` evaluates them
with its own arithmetic. Nothing here is ever handed to an interpreter. ``str`` of a record is
formula text that reads back as the same record, whatever characters its names hold.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

from mlm_core.errors import ModelError

TransformName = Literal["center", "scale", "log", "power", "group_mean", "group_center"]
GROUP_FUNCTIONS: frozenset[TransformName] = frozenset({"group_mean", "group_center"})

#: Deepest nesting of functions and parentheses; far beyond use, far below the recursion limit.
MAX_DEPTH = 32
# A part of a level's name: in backticks with escapes, or plain up to the next colon.
_LEVEL_PART = re.compile(r"`((?:[^`\\]|\\.)*)`|([^:]+)")
_ESCAPED = re.compile(r"\\(.)")

_ESCAPES = {"\\": "\\\\", "`": "\\`", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of the table, by its exact name."""

    name: str

    def __post_init__(self) -> None:
        checked_name(self.name)

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

    def __post_init__(self) -> None:
        if self.function not in get_args(TransformName):
            known = ", ".join(get_args(TransformName))
            raise ModelError(f"{self.function!r} is not a function known here. Known: {known}.")
        if bool(self.groups) != (self.function in GROUP_FUNCTIONS):
            raise ModelError(
                f"{self.function} was given the grouping columns {self.groups!r}: group_mean and"
                " group_center need at least one, the other functions take none."
            )
        for group in self.groups:
            checked_name(group)
        if len(set(self.groups)) < len(self.groups):
            raise ModelError(f"{self.function} names a grouping column twice: {self.groups!r}.")
        if not (math.isfinite(self.exponent) and self.exponent != 0):
            raise ModelError(f"The exponent {self.exponent!r} must be a finite number, not zero.")
        if self.function != "power" and self.exponent != 1:
            raise ModelError(f"{self.function} takes no exponent, but got {self.exponent!r}.")
        self._check_depth()

    def _check_depth(self) -> None:
        depth, inner = 1, self.argument
        while isinstance(inner, Transform):
            depth, inner = depth + 1, inner.argument
        if not isinstance(inner, Variable):
            raise ModelError(f"{inner!r} is not an expression: give a Variable or a Transform.")
        if depth > MAX_DEPTH:
            raise ModelError(f"Functions are nested more than {MAX_DEPTH} deep: simplify the term.")

    def __str__(self) -> str:
        if self.function == "power":
            return f"I({self.argument}^{_number(self.exponent)})"
        groups = ":".join(quoted(group) for group in self.groups)
        return f"{self.function}({self.argument}{', ' + groups if groups else ''})"


Expression = Variable | Transform


@dataclass(frozen=True, slots=True)
class Term:
    """A product of expressions: one factor for a main effect, several for an interaction."""

    factors: tuple[Expression, ...]

    def __post_init__(self) -> None:
        if not self.factors or not all(isinstance(factor, Expression) for factor in self.factors):
            raise ModelError(
                f"A term was made of {self.factors!r}: give a tuple of at least one Variable or"
                " Transform."
            )

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
        return level_name(self.groups)

    @property
    def effects(self) -> str:
        """What varies, as it stands before the bar: ``"1"``, ``"1 + x"`` or ``"0 + x"``."""
        start = "1" if self.has_intercept else "0"
        return " + ".join([start, *(str(slope) for slope in self.slopes)])

    @property
    def bar(self) -> Literal["|", "||"]:
        """The bar between effects and groups; one bar where there is nothing to correlate."""
        return "|" if self.is_correlated or not self.slopes else "||"

    def __str__(self) -> str:
        return f"({self.effects} {self.bar} {combined(self.groups)})"


def level_name(groups: tuple[str, ...]) -> str:
    """Name a level as R prints it, innermost column first: ``classid:schoolid``.

    A column whose own name holds a colon or a backtick stands in backticks, so that
    :func:`level_columns` can take the name apart again.
    """
    return ":".join(quoted(g) if ":" in g or "`" in g else g for g in reversed(groups))


def level_columns(level: str) -> tuple[str, ...]:
    """Return the columns in the name of a level, innermost first."""
    found = _LEVEL_PART.findall(level)
    return tuple(_ESCAPED.sub(r"\1", inside) if inside else plain for inside, plain in found)


def combined(groups: tuple[str, ...]) -> str:
    """Write the combination of grouping columns as R names it: innermost first, ``b:a``."""
    return ":".join(quoted(group) for group in reversed(groups))


def quoted(name: str) -> str:
    r"""Write a column name as a formula must: in backticks unless it is a plain identifier.

    Between backticks a backslash and a backtick are preceded by a backslash, and whatever does not
    print (line ends, marks of writing direction, lone surrogates) is written as ``\n``, ``\t``,
    ``\r`` or its code point ``\u{200f}``, so that a formula always shows what it holds.
    """
    return name if is_plain(name) else "`" + "".join(map(_escaped, name)) + "`"


def is_plain(name: str) -> bool:
    """Tell whether a name may stand in a formula without backticks.

    Plain names start with a letter, ``_`` or ``.`` (not a dot before a digit, which is a number)
    and go on with letters, digits, ``_``, ``.`` and combining marks. A lone dot, which R reads as
    "all other columns", is not plain.
    """
    return name != "." and starts_name(name, 0) and all(map(continues_name, name))


def starts_name(text: str, position: int) -> bool:
    """Tell whether an unquoted name can start at this offset."""
    first, second = text[position : position + 1], text[position + 1 : position + 2]
    return first.isalpha() or first == "_" or (first == "." and not second.isdecimal())


def continues_name(character: str) -> bool:
    """Tell whether a character can stand inside an unquoted name."""
    if not character.isprintable():
        return False
    return (
        character.isalnum() or character in "_." or unicodedata.category(character).startswith("M")
    )


def checked_name(name: object) -> str:
    """Return a column name as plain text; refuse what cannot be one."""
    if not isinstance(name, str):
        raise ModelError(
            f"{name!r} is not a column name: names are texts. Rename the column, or put the name in"
            " quotation marks."
        )
    if not name:
        raise ModelError("A column name is empty. Give the column a name first.")
    return str(name)


def variables(expression: Expression) -> tuple[str, ...]:
    """Return every column an expression needs, the measured one first, then grouping columns."""
    if isinstance(expression, Variable):
        return (expression.name,)
    return (*variables(expression.argument), *expression.groups)


def measured(expression: Expression) -> str:
    """Return the one column whose values an expression transforms."""
    return variables(expression)[0]


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


def _number(value: float) -> str:
    """Write a number shortly where that loses nothing, in full otherwise."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))
