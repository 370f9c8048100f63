"""Names and places of parameters."""

from __future__ import annotations

from mlm_core.inference.parameters import find_parameters
from tests.core.problems import problem_of


def test_order_and_names(pupils):
    found = find_parameters(problem_of("y ~ x + (1 | s:d) + (x | c:s:d)", pupils))
    assert [one.label for one in found] == [
        "sd_(Intercept)|s:d",
        "sd_(Intercept)|c:s:d",
        "cor_x.(Intercept)|c:s:d",
        "sd_x|c:s:d",
        "sigma",
        "(Intercept)",
        "x",
    ]
    # Blocks are stored innermost level first.
    assert [(one.block, one.positions) for one in found] == [
        (1, (0,)), (0, (0,)), (0, (0, 1)), (0, (1,)), (-1, ()), (-1, (0,)), (-1, (1,)),
    ]  # fmt: skip
    assert [one.kind for one in found][3:] == ["sd", "sigma", "fixed", "fixed"]
