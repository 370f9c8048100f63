"""What formulas mean, where they are refused, and that hostile ones do nothing."""

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

from mlm_core.data.expressions import RandomTerm, Term, Transform, Variable
from mlm_core.data.formula import MAX_TERMS, parse
from mlm_core.data.model import Model
from mlm_core.errors import DuplicateLevelError, FormulaError, MlmError

# --- fixed part -----------------------------------------------------------------------------------


def fixed(formula: str) -> list[str]:
    model = Model(formula)
    return (["1"] if model.has_intercept else ["0"]) + [str(term) for term in model.fixed]


# right-hand sides of R 4 formulas and the labels that terms() gives them there
EXPANSIONS = [
    ("1", "1"),
    ("0", "0"),
    ("-1", "0"),
    ("x", "1 x"),
    ("+ x", "1 x"),
    ("x - 1", "0 x"),
    ("x + 0", "0 x"),
    ("x + -1", "0 x"),
    ("0 + x + 1", "1 x"),
    ("x - 0", "1 x"),
    ("x + x", "1 x"),
    ("a:b", "1 a:b"),
    ("a:a", "1 a"),
    ("a*b", "1 a b a:b"),
    ("a*a", "1 a"),
    ("a:b + a + b", "1 a b a:b"),
    ("a + b + b:a", "1 a b a:b"),
    ("a*b*c", "1 a b c a:b a:c b:c a:b:c"),
    ("a*b*c - a:b:c", "1 a b c a:b a:c b:c"),
    ("(a + b)*c", "1 a b c a:c b:c"),
    ("(a + b):c", "1 a:c b:c"),
    ("(a + b):(c + d)", "1 a:c a:d b:c b:d"),
    ("a + b:c*d", "1 a d b:c b:c:d"),
    ("a + b - a", "1 b"),
    ("a - a + a", "1 a"),
    ("a*b - (a + b)", "1 a:b"),
    ("a*b - b:a", "1 a b"),
    ("a - z", "1 a"),
    ("((a))", "1 a"),
]


@pytest.mark.parametrize(("right", "labels"), EXPANSIONS)
def test_fixed_part_is_expanded_as_in_r(right: str, labels: str) -> None:
    assert fixed(f"y ~ {right}") == labels.split()


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        ("x", Variable("x")),
        ("Größe.2", Variable("Größe.2")),
        ("`a b`", Variable("a b")),
        (r"""`it's \`x\` \\ "1"`""", Variable("""it's `x` \\ "1\"""")),
        ("`x + y`", Variable("x + y")),
        ("log", Variable("log")),
        ("center(x)", Transform("center", Variable("x"))),
        ("scale ( x )", Transform("scale", Variable("x"))),
        ("I(x^2)", Transform("power", Variable("x"), exponent=2)),
        ("I(x^0.5)", Transform("power", Variable("x"), exponent=0.5)),
        ("I(x^-1)", Transform("power", Variable("x"), exponent=-1)),
        ("I(log(x)^2)", Transform("power", Transform("log", Variable("x")), exponent=2)),
        ("center(log(x))", Transform("center", Transform("log", Variable("x")))),
        ("log(`a b`)", Transform("log", Variable("a b"))),
        ("group_mean(x, g)", Transform("group_mean", Variable("x"), ("g",))),
        ("group_mean(x, a/b)", Transform("group_mean", Variable("x"), ("a", "b"))),
        ("group_mean(x, a:b)", Transform("group_mean", Variable("x"), ("a", "b"))),
        ("group_mean(x, a/b/c)", Transform("group_mean", Variable("x"), ("a", "b", "c"))),
        ("group_center(log(x), (a/`b c`))", None),
    ],
)
def test_expressions(written: str, expression: Variable | Transform | None) -> None:
    if expression is None:
        inner = Transform("log", Variable("x"))
        expression = Transform("group_center", inner, ("a", "b c"))
    assert parse(f"y ~ {written}").fixed == (Term((expression,)),)
    assert parse(f"{written} ~ z").outcome == expression


# --- random part ----------------------------------------------------------------------------------

X, Z = Term((Variable("x"),)), Term((Variable("z"),))
XZ = Term((Variable("x"), Variable("z")))
RANDOM = [
    ("(1 | a)", [RandomTerm(("a",), True, ())]),
    ("(1 || a)", [RandomTerm(("a",), True, ())]),
    ("(1 | a/b)", [RandomTerm(("a",), True, ()), RandomTerm(("a", "b"), True, ())]),
    ("(1 | a) + (1 | b:a)", [RandomTerm(("a",), True, ()), RandomTerm(("a", "b"), True, ())]),
    ("(1 | a:b) + (1 | a)", [RandomTerm(("a",), True, ()), RandomTerm(("a", "b"), True, ())]),
    ("(1 | a/b/c)", [RandomTerm(tuple("abc"[:n]), True, ()) for n in (1, 2, 3)]),
    ("(1 | b:a)", [RandomTerm(("a", "b"), True, ())]),
    ("(1 | b:a/c)", [RandomTerm(("a", "b"), True, ()), RandomTerm(("a", "b", "c"), True, ())]),
    ("(x | a)", [RandomTerm(("a",), True, (X,))]),
    ("(1 + x | a)", [RandomTerm(("a",), True, (X,))]),
    ("(0 + x | a)", [RandomTerm(("a",), False, (X,))]),
    ("(x - 1 | a)", [RandomTerm(("a",), False, (X,))]),
    ("(x || a)", [RandomTerm(("a",), True, (X,), is_correlated=False)]),
    ("(x + x | a)", [RandomTerm(("a",), True, (X,))]),
    ("(x*z | a/b)", [RandomTerm(g, True, (X, Z, XZ)) for g in (("a",), ("a", "b"))]),
    ("(1 + x | (a/b))", [RandomTerm(("a",), True, (X,)), RandomTerm(("a", "b"), True, (X,))]),
    ("(1 | a) + (0 + x | a)", [RandomTerm(("a",), True, ()), RandomTerm(("a",), False, (X,))]),
    ("(1 | a/b) + (0 + x | a)", None),
    ("(1 | `a b`)", [RandomTerm(("a b",), True, ())]),
    ("(x | x)", [RandomTerm(("x",), True, (X,))]),
    ("(log(x) | a)", None),
    ("(1 | " + "/".join("abcdefgh") + ")", None),
]


@pytest.mark.parametrize(("written", "terms"), RANDOM)
def test_random_part(written: str, terms: list[RandomTerm] | None) -> None:
    model = Model(f"y ~ z + {written}")
    assert terms is None or model.random == tuple(terms)
    assert Model(f"y ~ {written} + z") == model
    assert Model(model.formula) == model
    assert [len(term.groups) for term in model.random] == sorted(
        len(term.groups) for term in model.random
    )


def test_levels_are_named_as_in_r() -> None:
    assert Model("y ~ (1 | a/b/c)").levels == ("a", "b:a", "c:b:a")
    assert Model("y ~ (1 | a:b)").levels == ("a:b",)
    assert Model("y ~ (1 | a:b/c)").levels == ("a:b", "c:a:b")


@pytest.mark.parametrize(
    "random",
    [
        "(1|a) + (1|a)",
        "(x|a) + (1|a)",
        "(0+x|a) + (0+x|a)",
        "(1|a/b) + (1|a)",
        "(1|a:b) + (x|b:a)",
        "(1|a/a)",
        "(1|a:a)",
    ],
)
def test_nothing_varies_twice_between_the_same_groups(random: str) -> None:
    with pytest.raises(DuplicateLevelError, match="listed twice"):
        Model(f"y ~ {random}")


# --- refusals with their position -----------------------------------------------------------------

# the mark ▲ stands before the character that the error must point at
REFUSED = [
    ("▲", "no '~'"),
    ("y▲", "no '~'"),
    ("y x▲", "no '~'"),
    ("▲~ x", "no outcome"),
    ("y ~▲", "the formula ends"),
    ("y ~ x +▲", "the formula ends"),
    ("y ~ x ▲~ z", "'~' stands"),
    ("y ~ x ▲z", "'z' stands"),
    ("y ▲+ z ~ x", "one column"),
    ("▲2 ~ x", "'2' stands"),
    ("y ▲== x", "separated by '~'"),
    ("y ~ x ▲& z", "has no meaning"),
    ("y ~ x ▲%in% z", "has no meaning"),
    ("y ~ x▲[1]", "has no meaning"),
    ("y ~ ▲'x'", "quotation marks"),
    ("y ~ ▲(x", "never closed"),
    ("y ~ x▲)", "closes nothing"),
    ("y ~ ▲`x", "never closed"),
    ("y ~ ▲2", "only 0 and 1"),
    ("y ~ ▲2*x", "only 0 and 1"),
    ("y ~ ▲1*x", "on their own"),
    ("y ~ x*▲2", "cannot be part"),
    ("y ~ x:▲1", "cannot be part"),
    ("y ~ (x + ▲1)*z", "on their own"),
    ("y ~ ▲1.0", "only 0 and 1"),
    ("y ~ a▲/b", "a + a:b"),
    ("y ~ x▲^2", "inside I()"),
    ("y ~ (a + b)▲^2", "inside I()"),
    ("y ~ x*▲*2", "'*' stands"),
    ("y ~ x - ▲- z", "'-' stands"),
    ("y ~ ▲.", "Name the predictors"),
    ("y ~ x▲$z", "has no meaning"),
    ("y ~ ▲sqrt(x)", "not a function"),
    ("y ~ ▲centre(x)", "did you mean 'center'?"),
    ("y ~ ▲Log(x)", "did you mean 'log'?"),
    ("y ~ ▲group_centre(x, g)", "did you mean 'group_center'?"),
    ("y ~ `log`▲(x)", "'(' stands"),
    ("y ~ log(▲)", "')' stands"),
    ("y ~ log(x ▲+ z)", "last argument"),
    ("y ~ center(x▲, 2)", "last argument"),
    ("y ~ log(▲2)", "a column"),
    ("y ~ I(x▲)", "a power of one column"),
    ("y ~ I(x ▲+ z)", "a power of one column"),
    ("y ~ I(x^▲z)", "a number"),
    ("y ~ I(x^▲0)", "other than zero"),
    ("y ~ I(x^▲1e999)", "finite"),
    ("y ~ I(x^2▲^ 2)", "after the exponent"),
    ("y ~ group_mean(x▲)", "second argument"),
    ("y ~ group_mean(x, ▲)", "a grouping column"),
    ("y ~ group_mean(x, g▲, h)", "last argument"),
    ("y ~ group_mean(x, ▲g/g)", "twice"),
    ("y ~ group_mean(x, ▲2)", "a grouping column"),
    ("y ~ x ▲| g", "in brackets"),
    ("y ~ (1 | ▲)", "a grouping column"),
    ("y ~ (x ▲z | g)", "'z' stands"),
    ("y ~ (▲| g)", "nothing stands before the bar"),
    ("y ~ (1 | ▲1)", "a grouping column"),
    ("y ~ (1 | g ▲| h)", "'|' stands"),
    ("y ~ (1 | ▲| g)", "a grouping column"),
    ("y ~ (▲1 ~ g)", "on their own"),
    ("y ~ ▲(0 | g)", "nothing varies"),
    ("y ~ ▲(x - 1 - x | g)", "nothing varies"),
    ("y ~ (1 | a ▲+ b)", "(1 | a) + (1 | b)"),
    ("y ~ (1 | a ▲* b)", "(1 | a) + (1 | b)"),
    ("y ~ (1 | log▲(g))", "'(' stands"),
    ("y ~ (1 | a▲:(b/c))", "cannot join"),
    ("y ~ (▲2 + x | g)", "only 0 and 1"),
    ("y ~ x ▲- (1 | g)", "cannot be subtracted"),
    ("y ~ x * ▲(1 | g)", "part of a product"),
    ("y ~ (1 | g) ▲* x", "after a random term"),
    ("y ~ ▲x (1 | g)", "'+' is missing"),
    ("y ~ (▲(1 | g))", "on its own"),
    ("y ~ (a + ▲(1 | g))", "on its own"),
    ("y ~ (▲(1 | g) | h)", "on its own"),
]


@pytest.mark.parametrize(("marked", "part"), REFUSED)
def test_refused_formulas(marked: str, part: str) -> None:
    with pytest.raises(FormulaError) as refused:
        Model(marked.replace("▲", ""))
    assert part in str(refused.value)
    assert refused.value.position == marked.index("▲")


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ " + "*".join(f"x{i}" for i in range(20)),
        "y ~ " + "*".join(f"x{i}" for i in range(10)),
        "y ~ " + " + ".join(f"x{i}" for i in range(MAX_TERMS + 1)),
        "y ~ " + ":".join(f"x{i}" for i in range(100)),
        "y ~ " + ":".join(["(a*b*c*d*e*f*g*h*i)"] * 400),
        "y ~ " + "*".join(["(a*b*c*d*e*f*g*h*i)"] * 400),
        "y ~ (1 | " + "/".join(f"g{i}" for i in range(2000)) + ")",
        "y ~ " + " + ".join(f"(1 | g{i})" for i in range(900)),
        "y ~ " + "*".join(name * 40 for name in "abcdefghi"),
    ],
)
def test_too_many_terms_are_refused_at_once(formula: str) -> None:
    with pytest.raises(FormulaError):
        Model(formula)


def test_nine_names_crossed_are_not_too_many() -> None:
    assert len(Model("y ~ " + "*".join("abcdefghi")).fixed) == 511


def test_formula_must_be_a_text() -> None:
    with pytest.raises(MlmError, match="must be a text"):
        parse(3)  # type: ignore[arg-type]


# --- hostile formulas -----------------------------------------------------------------------------

CODE = [
    "__import__('os').system('touch {path}')",
    '__import__("os").system("touch {path}")',
    "eval('1')",
    "exec('import os')",
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
    "%(x)s",
    "${{x}}",
    "$(touch {path})",
    "`touch {path}`",
    "``touch {path}``",
    "; touch {path}",
    "| touch {path}",
    "&& touch {path}",
    "> {path}",
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
    "poly(x, 2)",
    "stats::rnorm(1)",
    "x[0]",
    "x; y",
    "x # comment",
    "x \\ y",
    "x -> y",
    "x <- y",
    "x if y else z",
    "x and y",
    "not x",
    "*x",
    "**x",
    "x @ y",
    "x ? y",
    "x, y",
    "x = y",
    "x == y",
    "x != y",
    "x < y",
    "'x'",
    '"x"',
    "'; DROP TABLE pupils; --",
    "<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "`<img src=x onerror=alert(1)>`",
    "[x](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    ":red[x]",
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
    "x\x08",
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
    "(1 | g))",
    "(1 | (g | h))",
    "(1 || | g)",
    "(| | |)",
    "()",
    "()()",
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
    "1_0",
    "\u0661",
    "00",
    "-",
    "+",
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
    assert len(set(CODE + LONG)) >= 150


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
