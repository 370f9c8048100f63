"""Code for every page: what it calls, that it parses, that hostile names stay names."""

import pytest

from mlm_core.data.model import Model
from mlm_core.views import code
from mlm_core.views.source import Source
from tests.core.views.written import EVIL, calls_and_texts, printed_by

BUNDLED = Source("classroom.csv", bundled="classroom")
NESTED = Model("mathkind ~ ses + (1 | schoolid/classid)")
SMALL = Model("mathkind ~ ses + (1 | schoolid)")


def snippets(model, small, source, levels, outcome):
    return {
        "groups": code.groups(levels, source),
        "boxplots": code.boxplots(outcome, levels, source),
        "pairs": code.pairs(outcome, levels, source, seed=3),
        "pooled": code.pooled(model, source),
        "unpooled": code.unpooled(model, source, groups=levels),
        "mixed": code.mixed(model, source),
        "shares": code.shares(model, source),
        "compare": code.compare(small, model, source),
        "pooled_comparison": code.pooled_comparison(model, source),
        "random_terms": code.random_terms(model, source),
    }


PLAIN = snippets(NESTED, SMALL, BUNDLED, ["schoolid"], "mathkind")


def hostile():
    names = [f"{kind} {EVIL}" for kind in ("y", "x", "g")]
    model = Model(
        outcome=names[0],
        predictors=[names[1]],
        levels=[names[2]],
        slopes={names[2]: [names[1]]},
        reference={names[1]: EVIL},
    )
    small = Model(outcome=names[0], predictors=[names[1]], levels=[names[2]])
    return snippets(model, small, Source(f"{EVIL}.csv", delimiter=";"), [names[2]], names[0])


HOSTILE = hostile()


@pytest.mark.parametrize("name", PLAIN)
def test_python_parses_and_runs(name):
    assert printed_by(PLAIN[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_python_with_hostile_names_only_calls_what_it_should(name):
    called, texts = calls_and_texts(HOSTILE[name])
    assert not [each for each in called if "system" in each]
    assert any("system" in text for text in texts)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mixed", "fit <- lmer(mathkind ~ ses + (1 | schoolid/classid), data = dat)"),
        ("compare", "anova(big, small, refit = FALSE)"),
        ("pooled_comparison", "anova(fit, flat, refit = FALSE)"),
        ("random_terms", "ranova(fit)"),
        ("pooled", "fit <- lm(mathkind ~ ses, data = dat)"),
        ("pairs", "set.seed(3)"),
    ],
)
def test_r_calls_what_the_handout_calls(name, line):
    assert any(found.startswith(line) for found in PLAIN[name].r.splitlines())


def test_ml_and_different_fixed_parts():
    null = Model("mathkind ~ 1 + (1 | schoolid)")
    text = code.compare(null, SMALL, BUNDLED, method="ML").r
    assert "refit = TRUE" in text
    assert "REML = FALSE" in code.mixed(SMALL, BUNDLED, method="ML").r
    flat = code.compare(SMALL.pooled(), SMALL, BUNDLED)
    assert "small <- lm(" in flat.r
    assert "small = mlm.fit_pooled(" in flat.python
    assert "REML = FALSE))" in code.pooled_comparison(SMALL, BUNDLED, method="ML").r


def test_references_and_slopes_are_carried_over():
    model = Model("y ~ k + (k | g)", reference={"k": "b", "unused": "z"})
    text = code.shares(model, Source("a.csv")).r
    assert 'dat[["k"]] <- relevel(factor(dat[["k"]]), ref = "b")' in text
    assert "unused" not in text
    assert "every slope variable is zero" in text
    assert "robust" not in code.pooled(model.pooled(), Source("a.csv")).r


def test_r_parses_everything_hostile_names_included(r_parses):
    r_parses([*PLAIN.values(), *HOSTILE.values()])
