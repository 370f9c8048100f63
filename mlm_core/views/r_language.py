r"""R as a language to be written: names, strings, expressions and formulas of lme4.

A model is written from its records, never from text: names of columns stand in backticks unless R
reads them bare, strings are escaped, transformations become R expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mlm_core.data.expressions import Expression, RandomTerm, Transform, Variable
from mlm_core.data.model import Model

_BARE = re.compile(r"(?:[A-Za-z]|\.(?![0-9]))[A-Za-z0-9._]*")
_RESERVED = re.compile(
    "if|else|repeat|while|function|for|next|break|in|TRUE|FALSE|NULL|Inf|NaN|T|F"
    "|NA|NA_integer_|NA_real_|NA_complex_|NA_character_|\\.\\..*|\\."
)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def r_name(text: str) -> str:
    """Return a name as R reads it, in backticks where it must be."""
    if _BARE.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    return "`" + _escaped(text, "`") + "`"


def r_string(text: str) -> str:
    """Return a text as a string of R."""
    return '"' + _escaped(text, '"') + '"'


def r_vector(texts: Iterable[str]) -> str:
    """Return texts as a character vector of R."""
    return f"c({', '.join(map(r_string, texts))})"


def r_formula(model: Model, *, made: bool = False) -> str:
    """Return a model as an lme4 formula (of ``lm`` where it has no random part).

    Parameters
    ----------
    model : Model
        The model.
    made : bool
        Whether transformations are columns already, see :func:`r_columns`.
    """
    write = _named if made else _wrapped
    right = [":".join(map(write, term.factors)) for term in model.fixed]
    if not model.has_intercept:
        right.insert(0, "0")
    elif not right:
        right.append("1")
    right += _random(model.random, write)
    return f"{write(model.outcome)} ~ {' + '.join(right)}"


def r_columns(model: Model) -> list[str]:
    """Return the lines that add the transformations of a model to ``dat`` as columns.

    Needed where a formula is used on parts of the table: a mean must still be that of all rows.
    """
    factors = [model.outcome, *(factor for term in model.fixed for factor in term.factors)]
    return [
        f"dat[[{r_string(str(factor))}]] <- with(dat, {r_expression(factor)})"
        for factor in dict.fromkeys(factors)
        if isinstance(factor, Transform)
    ]


def r_expression(expression: Expression) -> str:
    """Return an expression as R computes it from complete rows."""
    if isinstance(expression, Variable):
        return r_name(expression.name)
    x = r_expression(expression.argument)
    atom = f"({x})" if isinstance(expression.argument, Transform) else x
    groups = ", ".join(map(r_name, expression.groups))
    match expression.function:
        case "center":
            return f"{atom} - mean({x})"
        case "scale":
            return f"c(scale({x}))"
        case "log":
            return f"log({x})"
        case "power":
            exponent = f"{expression.exponent:.15g}"
            return f"{atom}^{exponent if expression.exponent >= 0 else f'({exponent})'}"
        case "group_mean":
            return f"ave({x}, {groups})"
        case "group_center":
            return f"{atom} - ave({x}, {groups})"


def _wrapped(expression: Expression) -> str:
    """Return an expression for a formula, where bare arithmetic would have another meaning."""
    text = r_expression(expression)
    return text if isinstance(expression, Variable) else f"I({text})"


def _named(expression: Expression) -> str:
    """Return an expression as the name of its column."""
    return r_name(expression.name if isinstance(expression, Variable) else str(expression))


def _random(terms: tuple[RandomTerm, ...], write: Callable[[Expression], str]) -> list[str]:
    if _is_chain(terms):
        return [f"(1 | {'/'.join(map(r_name, terms[-1].groups))})"]
    return [_random_term(term, write) for term in terms]


def _is_chain(terms: tuple[RandomTerm, ...]) -> bool:
    """Tell whether the terms are the intercepts of ``(1 | a/b/c)``."""
    return len(terms) > 1 and all(
        not term.slopes and term.groups == terms[-1].groups[: depth + 1]
        for depth, term in enumerate(terms)
    )


def _random_term(term: RandomTerm, write: Callable[[Expression], str]) -> str:
    slopes = [":".join(map(write, slope.factors)) for slope in term.slopes]
    effects = ["1" if term.has_intercept else "0", *slopes]
    groups = ":".join(r_name(group) for group in reversed(term.groups))
    return f"({' + '.join(effects)} {term.bar} {groups})"


def _escaped(text: str, quote: str) -> str:
    whole = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates have no encoding
    return "".join(
        f"\\{letter}" if letter == quote else _ESCAPES.get(letter, letter)
        for letter in whole
        if letter != "\0"
    )
