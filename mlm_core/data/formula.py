r"""Reading a formula in the notation of lme4 into records.

A recursive-descent parser over the tokens of :mod:`mlm_core.data.tokens`, for this grammar::

    formula  := expression "~" sum
    sum      := ["+" | "-"] addend { ("+" | "-") addend }
    addend   := "0" | "1" | product | "(" sum ("|" | "||") nest ")"
    product  := crossing { "*" crossing };   crossing := atom { ":" atom }
    atom     := expression | "(" sum ")"
    expression := name | function "(" expression ["," nest] ")" | "I" "(" expression "^" number ")"
    nest     := unit { "/" unit };   unit := part { ":" part };   part := name | "(" nest ")"

Sums, products and removals mean what they mean in R (Wilkinson and Rogers, 1973). A combination of
grouping columns is read as R names it, innermost first: ``b:a`` are the groups of ``a/b``. Nothing
typed is ever evaluated; length, depth and number of terms are bounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, get_args

from mlm_core.data.cursor import Cursor
from mlm_core.data.expressions import (
    GROUP_FUNCTIONS,
    Expression,
    RandomTerm,
    Term,
    Transform,
    TransformName,
    Variable,
)
from mlm_core.data.tokens import Token, named
from mlm_core.errors import ModelError, closest

MAX_TERMS = 512
MAX_FACTORS = 16
MAX_RANDOM_TERMS = 64
_MAX_PRODUCTS = 20_000  # pairs of terms multiplied while reading one formula

_FUNCTIONS: dict[str, TransformName] = {
    **{name: name for name in get_args(TransformName) if name != "power"},
    "I": "power",
}

_Terms = dict[frozenset[Expression], Term]
_Part = Literal["fixed", "random", "bracket"]


@dataclass(frozen=True)
class ParsedFormula:
    """What a formula says, in the order it says it.

    Attributes
    ----------
    outcome : Expression
        Left of the tilde.
    fixed : tuple of Term
        Fixed terms, expanded, without duplicates.
    has_intercept : bool
        Whether the fixed part has an intercept.
    random : tuple of RandomTerm
        Random terms, ``a/b`` written out as ``a`` and ``a`` with ``b``.
    """

    outcome: Expression
    fixed: tuple[Term, ...]
    has_intercept: bool
    random: tuple[RandomTerm, ...]


def parse(formula: str) -> ParsedFormula:
    """Read a formula such as ``"mathkind ~ ses + (1 | schoolid/classid)"``.

    Raises
    ------
    FormulaError
        With the offset of the first character that makes no sense.
    """
    if not isinstance(formula, str):
        raise ModelError(f"The formula must be a text, not {formula!r}.")
    return _Parser(formula).formula()


@dataclass
class _Sum:
    """Terms gathered so far between two brackets or bars."""

    terms: _Terms = field(default_factory=dict)
    has_intercept: bool = True


class _Parser(Cursor):
    """One walk over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._n_products = 0
        self._random: list[RandomTerm] = []

    # --- the whole --------------------------------------------------------------------------------

    def formula(self) -> ParsedFormula:
        if not any(token.kind == "~" for token in self.tokens):
            self.refuse(
                self.tokens[-1],
                "it has no '~' between outcome and predictors, as in y ~ x + (1 | group).",
            )
        if self.next.kind == "~":
            self.refuse(self.next, "no outcome stands left of '~'.")
        outcome = self._expression("the outcome")
        if not self.accept("~"):
            self.refuse(
                self.next, "left of '~' stands one column, or a function of one such as log(y)."
            )
        right = self._sum("fixed")
        if self.next.kind != "end":
            self.refuse_next("'+', '-', '*' or ':'")
        return ParsedFormula(
            outcome, tuple(right.terms.values()), right.has_intercept, tuple(self._random)
        )

    # --- sums and products ------------------------------------------------------------------------

    def _sum(self, part: _Part) -> _Sum:
        found = _Sum()
        sign = self.accept("+", "-")
        while True:
            if sign and sign.kind == "+":  # "+ -1", as R users write it
                sign = self.accept("-") or sign
            self._addend(found, part, sign)
            sign = self.accept("+", "-")
            if sign is None:
                return found

    def _addend(self, found: _Sum, part: _Part, sign: Token | None) -> None:
        is_added = sign is None or sign.kind == "+"
        start = self.next
        if start.kind == "number":
            found.has_intercept = self._intercept(part) == is_added
        elif start.kind == "(" and start.position in self.bars:
            if part != "fixed":
                self.refuse(start, "a random term stands on its own, not inside other brackets.")
            if sign and not is_added:
                self.refuse(sign, "a random term cannot be subtracted. Leave it out instead.")
            self._random.extend(self._random_term())
            if len(self._random) > MAX_RANDOM_TERMS:
                self.refuse(start, f"it has over {MAX_RANDOM_TERMS} random terms. Use fewer.")
        elif is_added:
            for key, term in self._product().items():
                found.terms.setdefault(key, term)
            self._check_number(found.terms, start)
        else:
            for key in self._product():
                found.terms.pop(key, None)

    def _intercept(self, part: _Part) -> bool:
        """Read a number that stands as a term: 1 for the intercept, 0 for none."""
        token = self.take()
        if token.text not in ("0", "1"):
            self.refuse(token, "only 0 and 1 can stand as terms, for no intercept and intercept.")
        if part == "bracket" or self.next.kind in ("*", ":", "/", "^"):
            self.refuse(token, "0 and 1 stand on their own and not in brackets, as in y ~ 0 + x.")
        return token.text == "1"

    def _product(self) -> _Terms:
        """Read ``a * b``: both and their interaction."""
        left = self._crossing()
        while operator := self.accept("*"):
            right = self._crossing()
            for key, term in (right | self._crossed(left, right, operator)).items():
                left.setdefault(key, term)
            self._check_number(left, operator)
        if self.next.kind == "/":
            self.refuse(
                self.next,
                "a/b is read among groups only, as in (1 | a/b). For a predictor b within a, write"
                " a + a:b.",
            )
        if self.next.kind == "^":
            self.refuse(
                self.next, "a power stands inside I(), as in I(x^2); for interactions write a * b."
            )
        return left

    def _crossing(self) -> _Terms:
        """Read ``a:b``: the interaction alone."""
        left = self._atom()
        while operator := self.accept(":"):
            left = self._crossed(left, self._atom(), operator)
        return left

    def _atom(self) -> _Terms:
        if self.next.kind == "number":
            self.refuse(self.next, "a number cannot be part of a product or an interaction.")
        if self.next.kind == "(":
            if self.next.position in self.bars:
                self.refuse(self.next, "a random term cannot be part of a product. Add it by +.")
            self.take()
            inside = self._sum("bracket")
            self.close("'+', '*', ':' or ')'")
            return inside.terms
        expression = self._expression("a term")
        return {frozenset((expression,)): Term((expression,))}

    def _crossed(self, left: _Terms, right: _Terms, operator: Token) -> _Terms:
        """Multiply each term of one side by each of the other."""
        self._n_products += len(left) * len(right)
        if self._n_products > _MAX_PRODUCTS:
            self.refuse(operator, "its products have too many terms. Write out those you mean.")
        crossed: _Terms = {}
        for first in left.values():
            for second in right.values():
                factors = tuple(dict.fromkeys(first.factors + second.factors))
                if len(factors) > MAX_FACTORS:
                    self.refuse(operator, f"an interaction has over {MAX_FACTORS} variables.")
                crossed.setdefault(frozenset(factors), Term(factors))
        self._check_number(crossed, operator)
        return crossed

    def _check_number(self, terms: _Terms, token: Token) -> None:
        if len(terms) > MAX_TERMS:
            self.refuse(token, f"it has over {MAX_TERMS} terms when written out. Use fewer.")

    # --- expressions ------------------------------------------------------------------------------

    def _expression(self, wanted: str) -> Expression:
        token = self.next
        if token.kind == "name" and self.following.kind == "(":
            return self._call()
        return Variable(self.column(wanted))

    def _call(self) -> Transform:
        """Read a function of one expression."""
        name = self.take()
        if self.take().position in self.bars:
            self.refuse(name, f"a '+' is missing between {named(name.text)} and the bracket.")
        function = _FUNCTIONS.get(name.text)
        if function is None:
            self.refuse(
                name,
                f"{named(name.text)} is not a function known here{closest(name.text, _FUNCTIONS)}."
                " Known: center(x), scale(x), log(x), I(x^2), group_mean(x, g) and"
                " group_center(x, g).",
            )
        argument = self._expression("a column")
        if function == "power":
            return Transform(function, argument, exponent=self._exponent())
        groups = self._groups_argument(name) if function in GROUP_FUNCTIONS else ()
        self.close(f"')', after the last argument of {name.text},")
        return Transform(function, argument, groups)

    def _exponent(self) -> float:
        """Read ``^2)`` of ``I(x^2)``."""
        if not self.accept("^"):
            self.refuse(self.next, "inside I() a power of one column is read, such as I(x^2).")
        sign = -1.0 if self.accept("-") else 1.0
        number = self.next
        if number.kind != "number":
            self.refuse_next("a number such as 2, 0.5 or -1")
        value = float(self.take().text)
        if value == 0 or not math.isfinite(value):
            self.refuse(number, "the exponent must be a finite number other than zero.")
        self.close("')', after the exponent,")
        return sign * value

    def _groups_argument(self, function: Token) -> tuple[str, ...]:
        if not self.accept(","):
            self.refuse_next(f"', group', the second argument of {function.text},")
        start = self.next
        # a:b and a/b are the same groups, so the columns stand as they are written
        groups = tuple(column for unit in self.nest() for column in reversed(unit))
        if len(set(groups)) < len(groups):
            self.refuse(start, "a grouping column is named twice.")
        return groups

    # --- random terms -----------------------------------------------------------------------------

    def _random_term(self) -> list[RandomTerm]:
        opening = self.take()
        if self.next.kind in ("|", "||"):
            self.refuse(self.next, "nothing stands before the bar. Write (1 | group) at least.")
        effects = self._sum("random")
        bar = self.accept("|", "||")
        if bar is None:
            self.refuse_next("'+' or '|'")
        units = self.nest()
        if self.next.kind in ("+", "*"):
            self.refuse(self.next, "groups are joined by '/' or ':'. Write (1 | a) + (1 | b).")
        self.close("'/', ':' or ')'")
        if self.next.kind not in ("+", "-", "end"):
            self.refuse_next("'+' after a random term")
        slopes, has_intercept = tuple(effects.terms.values()), effects.has_intercept
        if not (has_intercept or slopes):
            self.refuse(opening, "nothing varies in this random term. Write (1 | group) at least.")
        columns = accumulate(units)  # a, then a and b, then a, b and c
        return [RandomTerm(groups, has_intercept, slopes, bar.kind == "|") for groups in columns]
