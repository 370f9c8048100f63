"""Formulas written to do harm, and any text at all: read as data or refused; nothing happens."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlm_core.data.model import Model
from mlm_core.errors import MlmError

CODE = [
    "__import__('os').system('touch {path}')",
    "eval('1')",
    "compile('1', 'f', 'eval')",
    "open('{path}', 'w')",
    "os.system('touch {path}')",
    "os.system(touch)",
    "`os`.system(`touch {path}`)",
    "subprocess.run(['touch', '{path}'])",
    "(lambda: open('{path}', 'w'))()",
    "[open('{path}', 'w') for _ in range(1)]",
    "{{open('{path}', 'w')}}",
    "().__class__.__bases__[0].__subclasses__()",
    "x.__class__.__mro__",
    "getattr(x, '__class__')",
    "globals()",
    "__builtins__",
    "__builtins__.eval(x)",
    "f'{{x}}'",
    "{{x}}",
    "{{0.__class__}}",
    "{{}}",
    "%s",
    "${{x}}",
    "$(touch {path})",
    "`touch {path}`",
    "``touch {path}``",
    "; touch {path}",
    "| touch {path}",
    "\n!touch {path}",
    "system(`touch {path}`)",
    "I(__import__('os').system('touch {path}'))",
    "I(system(`touch {path}`)^2)",
    "I(x^__import__)",
    "I(x^(1).__class__)",
    "I(x**2)",
    "I(x := 2)",
    "log(exec)",
    "log(eval(x))",
    "center(open(`{path}`))",
    "Q('x')",
    "C(x, Treatment)",
    "np.log(x)",
    "np.load(`{path}`)",
    "bs(x, df=3)",
    "x[0]",
    "x # comment",
    "x \\ y",
    "x <- y",
    "x if y else z",
    "**x",
    "x, y",
    "x == y",
    "'x'",
    "'; DROP TABLE pupils; --",
    "<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "`<img src=x onerror=alert(1)>`",
    "[x](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "$\\input{{x}}$",
    "`a` `b`",
    "`a``b`",
    "`a\\`",
    "`a\\` + b`",
    "`a\\\\` + __import__('os')",
    "`\\u{{60}} + eval(x) + \\u{{60}}`",
    "`\\u{{}}`",
    "`\\u{{ffffff}}`",
    "`\\u{{d800}}`",
    "`\\x41`",
    "`\\N{{BULLET}}`",
    "`\n`",
    "`x + (1 | g)`",
    "`y ~ x`",
    "x\x00",
    "\x00",
    "`\x00`",
    "\x1b[31mx",
    "\u202ex",
    "`\u202ex`",
    "\u200fx",
    "x\u200by",
    "\ufeffx",
    "x\u2028y",
    "x\u00a0+\u00a0z",
    "x \u2212 1",
    "x \uff0b z",
    "\uff58",
    "\U0001f600",
    "`\U0001f600`",
    "\ud800",
    "`\ud800`",
    "(1 | g; touch)",
    "(1 | `{path}`)",
    "(1 | __import__('os'))",
    "(exec(x) | g)",
    "(1 | g) if x else y",
    "((1 | g)",
    "(1 | (g | h))",
    "(| | |)",
    "()",
    "(())",
    "x()",
    "log()",
    "log(log)",
    "I()",
    "I(I(I(x^2)^2)^2)",
    "I(x^1e308)",
    "I(x^1e309)",
    "I(x^inf)",
    "I(x^nan)",
    "group_mean(x, x)",
    "group_mean(group_mean(x, g), g)",
    "1e999",
    "0x1F",
    "1j",
    "\u0661",
    "00",
    "~",
    "~~~",
    "- - - x",
    "0 - 1",
]
LONG = [
    "(" * 9_000,
    "(" * 4_000 + "x" + ")" * 4_000,
    "log(" * 1_500 + "x" + ")" * 1_500,
    "I(" * 2_000 + "x" + "^2)" * 2_000,
    "(1 | " * 1_500 + "g" + ")" * 1_500,
    "x" * 9_990,
    "x" * 10_000_000,
    "`" + "x" * 9_900 + "`",
    "`" * 9_001,
    "\\" * 9_000,
    "`" + "\\\\" * 4_500 + "`",
    "x+" * 4_900 + "x",
    "x*" * 4_900 + "x",
    "x:" * 4_900 + "x",
    "x-" * 4_900 + "x",
    "-" * 9_000,
    "~" * 9_000,
    "|" * 9_000,
    "9" * 9_000,
    "I(x^" + "9" * 9_000 + ")",
    "(1|" + "g/" * 4_900 + "g)",
    "(1|" + "g:" * 4_900 + "g)",
    "(1|g)+" * 1_600 + "(1|g)",
    "+".join(f"(1|g{i})" for i in range(900)),
    "*".join(f"x{i}" for i in range(1_000)),
    "\u0301" * 9_000,
    " " * 9_990,
]
HOSTILE = [f"y ~ {text}" for text in CODE + LONG] + CODE + [f"{text} ~ x" for text in CODE]


class SideEffect(BaseException):
    """Raised where a formula makes anything happen; no ``except Exception`` hides it."""


_watched: list[str] | None = None
_EVENTS = (
    "exec",
    "compile",
    "import",
    "open",
    "os.",
    "subprocess.",
    "socket.",
    "ctypes.",
    "shutil.",
)


def _audit(event: str, _: Any) -> None:
    if _watched is not None and event.startswith(_EVENTS):
        _watched.append(event)


@contextmanager
def nothing_may_happen() -> Iterator[None]:
    """Let every door explode, and watch the interpreter's own audit events behind them."""
    global _watched

    def explode(*_: object, **__: object) -> None:
        raise SideEffect

    doors = [(builtins, name) for name in ("eval", "exec", "compile", "__import__", "open")]
    doors += [(os, "system"), (os, "popen"), (subprocess, "Popen")]
    kept = [(place, name, getattr(place, name)) for place, name in doors]
    seen: list[str] = []
    try:
        for place, name in doors:
            setattr(place, name, explode)
        _watched = seen
        yield
    finally:
        _watched = None
        for place, name, value in kept:
            setattr(place, name, value)
    assert seen == []


@pytest.fixture(scope="module", autouse=True)
def audit() -> None:
    sys.addaudithook(_audit)


def test_the_watch_itself_notices(tmp_path: Path) -> None:
    with pytest.raises(SideEffect), nothing_may_happen():
        eval("1")  # noqa: S307
    with pytest.raises(AssertionError), nothing_may_happen():
        os.listdir(tmp_path)  # noqa: PTH208


def test_there_are_a_hundred_hostile_formulas() -> None:
    assert len(set(CODE + LONG)) >= 100


def test_hostile_formulas_do_nothing(tmp_path: Path) -> None:
    sentinel = tmp_path / "touched"
    n_read = 0
    for text in HOSTILE:
        formula = text.replace("{path}", str(sentinel)).replace("{{", "{").replace("}}", "}")
        with nothing_may_happen():
            model = understood(formula)
        n_read += model is not None
    assert list(tmp_path.iterdir()) == []
    assert 0 < n_read < len(HOSTILE) / 2


def understood(formula: str) -> Model | None:
    """Return the model, or nothing when the formula is refused as it should be."""
    try:
        model = Model(formula)
    except MlmError as error:
        assert 0 < len(str(error).encode()) < 2_000
        return None
    assert Model(model.formula) == model
    assert hash(Model(model.formula)) == hash(model)
    assert all(isinstance(name, str) for name in model.columns)
    return model


# --- any text at all ------------------------------------------------------------------------------

any_text = st.text(st.characters(exclude_categories=()), max_size=60)
pieces = st.lists(
    st.sampled_from([*"yxzgh~+-*:/^()|,.012`\\ \n'"])
    | st.sampled_from(["y ~ x", "||", "`a`", "log(", "I(x^2)", "group_mean(x, g)", "+ (x | g/h)"]),
    max_size=14,
).map("".join)


@settings(max_examples=300)
@given(any_text)
def test_any_text_is_read_or_refused(text: str) -> None:
    understood(text)
    understood(f"y ~ {text}")
    understood(f"y ~ `{text}`")


@settings(max_examples=600)
@given(pieces)
def test_any_heap_of_pieces_is_read_or_refused(text: str) -> None:
    understood(text)
    understood(f"y ~ {text}")
    understood(f"y ~ x + (1 | {text})")
