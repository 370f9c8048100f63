r"""Splitting a formula into names, numbers and signs.

The first step of reading a formula: characters become :class:`Token` records, each with its offset
in the text, and brackets are matched. Text is only ever compared and cut. Between backticks the
escapes ``\\``, ``\```, ``\n``, ``\r``, ``\t`` and ``\u{200f}`` stand for the characters that could
not be written there, as :func:`mlm_core.data.expressions.quoted` writes them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from mlm_core.data.expressions import MAX_DEPTH, continues_name, starts_name
from mlm_core.errors import FormulaError

MAX_LENGTH = 10_000

_SIGNS = frozenset("~+-*:/^(),|")
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CODE_POINT = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")
_ESCAPED = {"\\": "\\", "`": "`", "n": "\n", "r": "\r", "t": "\t"}
_SHOWN_AROUND = 60  # characters of the formula shown on either side of an error
_LONGEST_NAME_SHOWN = 40


class Token(NamedTuple):
    """One piece of a formula.

    Attributes
    ----------
    kind : str
        ``"name"``, ``"quoted"`` (a name in backticks), ``"number"``, ``"end"``, or the sign itself.
    text : str
        The name without its backticks and escapes, or the piece as written.
    position : int
        Offset of its first character in the formula.
    """

    kind: str
    text: str
    position: int


def split(formula: str) -> tuple[Token, ...]:
    """Split a formula; the last token is always of kind ``"end"``."""
    if len(formula) > MAX_LENGTH:
        raise refusal(
            formula,
            MAX_LENGTH,
            f"it has {len(formula):,} characters, and at most {MAX_LENGTH:,} are read. Give"
            " outcome, predictors and levels as plain arguments instead.",
        )
    found: list[Token] = []
    position = 0
    while position < len(formula):
        if _is_blank(formula[position]):
            position += 1
            continue
        token, position = _token(formula, position)
        found.append(token)
    return (*found, Token("end", "", len(formula)))


def brackets_with_bar(formula: str, found: tuple[Token, ...]) -> frozenset[int]:
    """Match the brackets; return the offsets of those that hold a bar of their own.

    These are the random terms. The depth of nesting is bounded here, once, for all that follows.
    """
    opened: list[int] = []
    with_bar: set[int] = set()
    for kind, _, position in found:
        if kind == "(":
            opened.append(position)
            if len(opened) > MAX_DEPTH:
                raise refusal(formula, position, f"brackets are nested over {MAX_DEPTH} deep.")
        elif kind == ")":
            if not opened:
                raise refusal(formula, position, "this bracket closes nothing. Remove it.")
            opened.pop()
        elif kind in ("|", "||"):
            if not opened:
                raise refusal(
                    formula, position, "a random term stands in brackets, as in (1 | group)."
                )
            with_bar.add(opened[-1])
    if opened:
        raise refusal(formula, opened[-1], "this bracket is never closed. Add the missing ')'.")
    return frozenset(with_bar)


def refusal(formula: str, position: int, reason: str) -> FormulaError:
    """Make the error, showing only the neighbourhood of the position and only what prints."""
    start = max(0, position - _SHOWN_AROUND)
    end = position + _SHOWN_AROUND
    before, after = "…" if start else "", "…" if end < len(formula) else ""
    shown = before + "".join(map(_shown, formula[start:end])) + after
    error = FormulaError(shown, position - start + len(before), reason)
    error.formula, error.position = formula, position
    return error


def named(text: str) -> str:
    """Name a piece of the formula in a message, cutting it when long."""
    return repr(text if len(text) <= _LONGEST_NAME_SHOWN else text[:_LONGEST_NAME_SHOWN] + "…")


def _token(formula: str, position: int) -> tuple[Token, int]:
    """Read the token that starts here; return it with the offset after it."""
    character = formula[position]
    if character == "`":
        return _quoted_name(formula, position)
    if starts_name(formula, position):
        end = position + 1
        while end < len(formula) and continues_name(formula[end]):
            end += 1
        return Token("name", formula[position:end], position), end
    if number := _NUMBER.match(formula, position):
        end = number.end()
        if end < len(formula) and continues_name(formula[end]):
            raise refusal(
                formula, position, "a name that starts with a digit is written in backticks: `2nd`."
            )
        return Token("number", number.group(), position), end
    if formula.startswith("||", position):
        return Token("||", "||", position), position + 2
    if character in _SIGNS:
        return Token(character, character, position), position + 1
    raise refusal(formula, position, _why_not(character))


def _quoted_name(formula: str, opening: int) -> tuple[Token, int]:
    """Read a name in backticks."""
    pieces: list[str] = []
    position = opening + 1
    while position < len(formula):
        character = formula[position]
        if character == "`":
            if not pieces:
                raise refusal(formula, opening, "the name between these backticks is empty.")
            return Token("quoted", "".join(pieces), opening), position + 1
        if character == "\\":
            character, position = _escape(formula, position)
        elif unicodedata.category(character) == "Cc":
            raise refusal(
                formula,
                position,
                f"the name in backticks holds the control character U+{ord(character):04X}. If the"
                f" column is really named so, write it as \\u{{{ord(character):x}}}.",
            )
        else:
            position += 1
        pieces.append(character)
    raise refusal(formula, opening, "this backtick is never closed. Add the missing `.")


def _escape(formula: str, position: int) -> tuple[str, int]:
    """Read an escape between backticks; return its character and the offset after it."""
    following = formula[position + 1 : position + 2]
    if following in _ESCAPED:
        return _ESCAPED[following], position + 2
    code = _CODE_POINT.match(formula, position)
    if code and int(code.group(1), 16) <= 0x10FFFF:
        return chr(int(code.group(1), 16)), code.end()
    raise refusal(
        formula, position, "a backslash in a name is written twice (\\\\), a backtick as \\`."
    )


def _is_blank(character: str) -> bool:
    return character in " \t\r\n" or unicodedata.category(character) == "Zs"


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def _why_not(character: str) -> str:
    """Say why a character cannot stand in a formula, and what to write instead."""
    if character == "=":
        return "'=' has no meaning here. Outcome and predictors are separated by '~'."
    if character in "\"'":
        return "quotation marks have no meaning here. Names with spaces stand in `backticks`."
    if character.isprintable():
        return f"{character!r} has no meaning here. If it belongs to a name, use `backticks`."
    return (
        f"it holds the character U+{ord(character):04X}, which does not print. Remove it; in a name"
        f" in backticks it can be written as \\u{{{ord(character):x}}}."
    )
