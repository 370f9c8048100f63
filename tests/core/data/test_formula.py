"""What formulas mean, and where they are refused."""

from __future__ import annotations

import pytest

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
