"""Code for what is done with a fit: it parses, it runs, hostile names stay names."""

from __future__ import annotations

import pytest

from mlm_core.data.model import Model
from mlm_core.views import code_after_fit as code
from mlm_core.views.source import Source
from tests.core.views.written import EVIL, calls_and_texts, printed_by

NESTED = Model("mathkind ~ ses + (1 | schoolid/classid)")
BUNDLED = Source("classroom.csv", bundled="classroom")


def snippets(model, source):
    level = model.levels[-1]
    return {
        "effects": code.effects(model, source, level=level, term="(Intercept)"),
        "checks": code.checks(model, source),
        "sequence": code.sequence([model.pooled(), model], source, method="ML"),
    }


PLAIN = snippets(NESTED, BUNDLED)
HOSTILE = snippets(
    Model(outcome=f"y {EVIL}", predictors=[f"x {EVIL}"], levels=[f"g {EVIL}"]),
    Source(f"{EVIL}.csv", delimiter=";"),
)


@pytest.mark.parametrize("name", PLAIN)
def test_python_parses_and_runs(name):
    assert printed_by(PLAIN[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_python_with_hostile_names_only_calls_what_it_should(name):
    called, texts = calls_and_texts(HOSTILE[name])
    assert not [each for each in called if "system" in each]
    assert any("system" in text for text in texts)


def test_r_calls_the_packages():
    assert 'subset(modes, grpvar == "classid:schoolid"' in PLAIN["effects"].r
    assert 'clubSandwich::coef_test(fit, vcov = "CR2")' in PLAIN["checks"].r
    assert 'influence(fit, "schoolid")' in PLAIN["checks"].r
    assert "anova(fit1, fit2)" in PLAIN["sequence"].r
    assert "REML = FALSE" in PLAIN["sequence"].r


def test_r_parses(r_parses):
    r_parses([*PLAIN.values(), *HOSTILE.values()])
