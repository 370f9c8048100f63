"""Code for intervals and simulated tests: it runs as it stands (Python), and names what R needs."""

from __future__ import annotations

import pytest

from mlm_core.data.model import Model
from mlm_core.views import inference_code
from mlm_core.views.source import Source

MODEL = Model("mathkind ~ ses + (1 | schoolid/classid)")
SOURCE = Source("classroom.csv", bundled="classroom")


def test_the_python_runs(capsys):
    for code in (
        inference_code.profile(MODEL, SOURCE),
        inference_code.share_intervals(MODEL, SOURCE, n=30, seed=2),
        inference_code.simulated_terms(MODEL, SOURCE, n=30, seed=2),
    ):
        exec(compile(code.python, "page", "exec"), {})  # noqa: S102
        assert "schoolid" in capsys.readouterr().out
        assert "summary" not in code.python


@pytest.mark.parametrize(
    ("code", "call"),
    [
        (inference_code.profile(MODEL, SOURCE, method="ML"), "confint(fit)"),
        (inference_code.share_intervals(MODEL, SOURCE, n=30, seed=2), "nsim = 30, seed = 2"),
        (inference_code.simulated_terms(MODEL, SOURCE, n=30, seed=2), "RLRsim::exactRLRT"),
    ],
)
def test_the_r(code, call):
    assert call in code.r
    assert "lmer(mathkind ~ ses + (1 | schoolid/classid)" in code.r
    assert "summary(fit)" not in code.r
