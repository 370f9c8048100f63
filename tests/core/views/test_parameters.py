"""Parameters in words."""

from __future__ import annotations

import pytest

from mlm_core.inference.parameters import Parameter
from mlm_core.views.parameters import parameter_words

WORDS = [
    (Parameter("", "sigma", "", ()), "residual SD"),
    (Parameter("", "fixed", "", ("(Intercept)",)), "intercept"),
    (Parameter("", "fixed", "", ("ses",)), "coefficient of ses"),
    (Parameter("", "sd", "b:a", ("ses",)), "SD of the slope of ses between b within a"),
    (
        Parameter("", "correlation", "a", ("(Intercept)", "ses")),
        "correlation of intercept and slope of ses between a",
    ),
]


@pytest.mark.parametrize(("parameter", "words"), WORDS)
def test_words(parameter, words):
    assert parameter_words(parameter) == words
