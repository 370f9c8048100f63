"""Walking over the tokens of a formula: what comes next, and columns and nests of columns.

The second step of reading a formula. A :class:`Cursor` knows where it stands and raises the error
for the token that makes no sense there; the grammar itself is in :mod:`mlm_core.data.formula`.
"""

from __future__ import annotations

from typing import NoReturn

from mlm_core.data.tokens import Token, brackets_with_bar, named, refusal, split

MAX_NESTED = 32


class Cursor:
    """A place among the tokens of a formula, brackets already matched.

    Attributes
    ----------
    tokens : tuple of Token
        All tokens; the last is of kind ``"end"``.
    bars : frozenset of int
        Offsets of the opening brackets that hold a bar of their own: the random terms.
    """

    def __init__(self, formula: str) -> None:
        self._formula = formula
        self.tokens = split(formula)
        self.bars = brackets_with_bar(formula, self.tokens)
        self._index = 0

    @property
    def next(self) -> Token:
        """The token to be read."""
        return self.tokens[self._index]

    @property
    def following(self) -> Token:
        """The token after the next."""
        return self.tokens[self._index + 1]

    def take(self) -> Token:
        """Read the next token."""
        token = self.next
        self._index += 1
        return token

    def accept(self, *kinds: str) -> Token | None:
        """Read the next token if it is of one of these kinds."""
        return self.take() if self.next.kind in kinds else None

    def close(self, wanted: str) -> None:
        """Read a closing bracket; ``wanted`` says what could have stood here."""
        if not self.accept(")"):
            self.refuse_next(wanted)

    def column(self, wanted: str) -> str:
        """Read the name of a column."""
        token = self.next
        if token.kind not in ("name", "quoted"):
            self.refuse_next(wanted)
        if token.kind == "name" and token.text == ".":
            self.refuse(token, "'.' for all other columns is not read here. Name the predictors.")
        return self.take().text

    def refuse(self, token: Token, reason: str) -> NoReturn:
        """Raise the error for a token that makes no sense."""
        raise refusal(self._formula, token.position, reason)

    def refuse_next(self, wanted: str) -> NoReturn:
        """Raise the error for a next token that is not the one expected."""
        ends = self.next.kind == "end"
        seen = "the formula ends" if ends else f"{named(self.next.text)} stands"
        self.refuse(self.next, f"{seen} where {wanted} is expected.")

    # --- nests of columns -------------------------------------------------------------------------

    def nest(self) -> list[tuple[str, ...]]:
        """Read ``a/b:c``: the columns that each step of the nesting adds, outermost first."""
        start = self.next
        units = self._unit()
        while self.accept("/"):
            units += self._unit()
        if sum(map(len, units)) > MAX_NESTED:
            self.refuse(start, f"over {MAX_NESTED} grouping columns are combined.")
        return units

    def _unit(self) -> list[tuple[str, ...]]:
        """Read ``b:a``, which names the innermost column first, or brackets around a nest."""
        units = self._nest_part()
        while operator := self.accept(":"):
            inner = self._nest_part()
            if len(units) + len(inner) > 2:
                self.refuse(operator, "':' joins columns; it cannot join a nest such as a/b.")
            units = [inner[0] + units[0]]
        return units

    def _nest_part(self) -> list[tuple[str, ...]]:
        if self.accept("("):
            inside = self.nest()
            self.close("'/', ':' or ')'")
            return inside
        return [(self.column("a grouping column"),)]
