"""Names, strings and formulas of R; hostile ones go through R's own parser where R is there."""

import shutil
import subprocess

import pytest

from mlm_core.data.model import Model
from mlm_core.views.r_language import r_columns, r_formula, r_name, r_string, r_vector

HOSTILE = [
    "a b",
    "if",
    "TRUE",
    "_x",
    ".2a",
    "..1",
    "...",
    "ümlaut",
    "quote\"'`",
    "back\\slash",
    "line\nbreak\ttab",
    "`); system('touch /tmp/x'); (`",
    "# comment",
    "<script>",
    "x; q()",
    "%in%",
    "\\",
    "\\`",
]


@pytest.mark.parametrize("name", ["ses", "math.kind", "x_1", ".hidden", "A9"])
def test_plain_names_stay_bare(name):
    assert r_name(name) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_other_names_stand_in_backticks(name):
    assert r_name(name).startswith("`")
    assert r_name(name).endswith("`")
    assert "\n" not in r_name(name)


def test_strings_and_vectors():
    assert r_string('a"b\\c\n') == '"a\\"b\\\\c\\n"'
    assert r_vector(["a", "b c"]) == 'c("a", "b c")'
    assert r_string("a\0b\ud800") == '"ab?"'


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("y ~ x + (1 | a/b)", "y ~ x + (1 | a/b)"),
        ("y ~ 1 + (1 | a:b)", "y ~ 1 + (1 | a:b)"),
        ("y ~ 0 + x + (0 + x | a)", "y ~ 0 + x + (0 + x | a)"),
        ("y ~ x + (x || a) + (1 | a:b)", "y ~ x + (1 + x || a) + (1 | b:a)"),
        ("log(y) ~ x * z", "I(log(y)) ~ x + z + x:z"),
        ("y ~ center(x)", "y ~ I(x - mean(x))"),
        ("y ~ scale(x)", "y ~ I(c(scale(x)))"),
        ("y ~ I(x^2)", "y ~ I(x^2)"),
        ("y ~ I(center(x)^2)", "y ~ I((x - mean(x))^2)"),
        ("y ~ I(x^-1)", "y ~ I(x^(-1))"),
        ("y ~ group_mean(x, a:b)", "y ~ I(ave(x, a, b))"),
        ("y ~ group_center(x, a)", "y ~ I(x - ave(x, a))"),
        ("`y y` ~ `if`", "`y y` ~ `if`"),
    ],
)
def test_formulas(formula, written):
    assert r_formula(Model(formula)) == written


def test_columns_made_beforehand_are_named_in_the_formula():
    model = Model("y ~ center(x) + z")
    assert r_columns(model) == ['dat[["center(x)"]] <- with(dat, x - mean(x))']
    assert r_formula(model, made=True) == "y ~ `center(x)` + z"


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_reads_every_hostile_name_as_one_name():
    checks = [
        f"stopifnot(identical(as.character(quote({r_name(name)})), {r_string(name)}))"
        for name in HOSTILE
    ]
    code = "\n".join(['invisible(Sys.setlocale("LC_ALL", "C.UTF-8"))', *checks, 'cat("all read")'])
    done = subprocess.run(
        ["Rscript", "--vanilla", "--encoding=UTF-8", "-"],
        input=code, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "all read", done.stderr
