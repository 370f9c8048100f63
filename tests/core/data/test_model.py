"""The model as a record: two ways to write it, its text, and what it refuses."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from mlm_core.data.expressions import RandomTerm, Term, Transform, Variable
from mlm_core.data.model import Model
from mlm_core.errors import (
    DuplicateLevelError,
    ModelError,
    OutcomeIsPredictorError,
)

PUPILS = Model("mathkind ~ ses + (1 | schoolid/classid)", reference={"sector": "Public", "a": "b"})


# --- two ways to write one model ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "arguments"),
    [
        ("y ~ 1", {}),
        ("y ~ x", {"predictors": ["x"]}),
        ("y ~ x", {"predictors": "x"}),
        ("y ~ x + z", {"predictors": ["x", "z", "x"]}),
        ("y ~ x + z + x:z", {"predictors": [Term((Variable("x"), Variable("z"))), "x", "z"]}),
        ("y ~ log(x)", {"predictors": [Transform("log", Variable("x"))]}),
        ("y ~ `a b`", {"predictors": ["a b"]}),
        ("y ~ `log(x)`", {"predictors": ["log(x)"]}),
        ("y ~ (1 | a)", {"levels": "a"}),
        ("y ~ (1 | a/b/c)", {"levels": ["a", "b", "c"]}),
        ("y ~ (1 | a) + (1 | b:a)", {"levels": ["a", "b"]}),
        ("y ~ (x | a) + (1 | b:a)", {"levels": ["a", "b"], "slopes": {"a": ["x"]}}),
        ("y ~ (1 | a) + (x + z | b:a)", {"levels": ["a", "b"], "slopes": {"b": ["x", "z"]}}),
        (
            "y ~ (x || a/b)",
            {
                "levels": ["a", "b"],
                "slopes": {"a": ["x"], "b": "x"},
                "slope_covariance": "diagonal",
            },
        ),
    ],
)
def test_formula_and_plain_arguments_agree(formula: str, arguments: dict[str, Any]) -> None:
    written, given_plainly = Model(formula), Model(outcome="y", **arguments)
    assert written == given_plainly
    assert hash(written) == hash(given_plainly)
    assert Model(given_plainly.formula) == given_plainly


def test_outcome_may_be_a_function_of_a_column() -> None:
    assert Model(outcome=Transform("log", Variable("y"))) == Model("log(y) ~ 1")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("y~1", "y ~ 1"),
        ("y ~ (1|g)", "y ~ 1 + (1 | g)"),
        ("y ~ x - 1", "y ~ 0 + x"),
        ("y ~ a*b + (1|s)+(1|c:s)", "y ~ a + b + a:b + (1 | s/c)"),
        ("y ~ x + (x||s/c)", "y ~ x + (1 + x || s/c)"),
        ("y ~ x + (1|s/c) + (0+x|s)", "y ~ x + (1 | s/c) + (0 + x | s)"),
        ("log(`y 1`)~I(x^2)+(1|`s 1`/c)", "log(`y 1`) ~ I(x^2) + (1 | `s 1`/c)"),
    ],
)
def test_canonical_formula(written: str, canonical: str) -> None:
    assert Model(written).formula == canonical
    assert str(Model(written)) == canonical


# --- the record -----------------------------------------------------------------------------------


def test_parts() -> None:
    assert PUPILS.outcome == Variable("mathkind")
    assert PUPILS.fixed == (Term((Variable("ses"),)),)
    assert PUPILS.has_intercept
    assert PUPILS.levels == ("schoolid", "classid:schoolid")
    assert PUPILS.columns == ("mathkind", "ses", "schoolid", "classid")
    assert PUPILS.reference == (("a", "b"), ("sector", "Public"))


def test_columns_include_those_of_functions() -> None:
    model = Model("group_center(y, g) ~ log(x):group_mean(z, a/b) + (w | a/c)")
    assert model.columns == ("y", "g", "x", "z", "a", "b", "w", "c")


def test_two_blocks_at_a_level_are_one_level() -> None:
    assert Model("y ~ (1 | g) + (0 + x | g)").levels == ("g",)


def test_reference_distinguishes_models() -> None:
    assert Model("mathkind ~ ses + (1 | schoolid/classid)") != PUPILS
    assert Model("y ~ s", reference={"s": "a", "b": "c"}) == Model(
        "y ~ s", reference={"b": "c", "s": "a"}
    )


def test_model_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        PUPILS.has_intercept = False  # type: ignore[misc]


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_model_can_be_copied(again: Any) -> None:
    copied = again(PUPILS)
    assert copied == PUPILS
    assert hash(copied) == hash(PUPILS)
    assert copied.formula == PUPILS.formula


def test_repr_makes_the_model_again() -> None:
    assert repr(Model("y ~ x")) == "Model('y ~ x')"
    assert repr(PUPILS) == (
        "Model('mathkind ~ ses + (1 | schoolid/classid)', reference={'a': 'b', 'sector': 'Public'})"
    )


def test_other_models_made_of_it() -> None:
    pooled = PUPILS.pooled()
    assert pooled == Model("mathkind ~ ses", reference=dict(PUPILS.reference))
    assert PUPILS.random
    inner = RandomTerm(("schoolid", "classid"), True, ())
    assert PUPILS.replace_random([inner]).levels == ("classid:schoolid",)
    assert pooled.replace_random(PUPILS.random) == PUPILS
    without_intercept = Model("y ~ 0 + x + (1 | g)")
    assert not without_intercept.pooled().has_intercept


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ y",
        "y ~ log(y)",
        "y ~ center(log(y))",
        "log(y) ~ y",
        "log(y) ~ scale(y)",
        "y ~ x*y",
        "y ~ group_mean(y, g)",
        "y ~ x + (y | g)",
        "`a b` ~ `a b`",
    ],
)
def test_outcome_cannot_explain_itself(formula: str) -> None:
    with pytest.raises(OutcomeIsPredictorError):
        Model(formula)


@pytest.mark.parametrize(
    "formula", ["y ~ x + y - y", "y ~ `y `", "y ~ x + (1 | x)", "group_center(y, g) ~ g"]
)
def test_outcome_that_does_not_explain_itself(formula: str) -> None:
    assert Model(Model(formula).formula) == Model(formula)


@pytest.mark.parametrize("formula", ["y ~ (1 | y)", "log(y) ~ (1 | a/y)"])
def test_outcome_cannot_be_a_level(formula: str) -> None:
    with pytest.raises(ModelError, match="'y' is also chosen as a grouping level"):
        Model(formula)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({}, "needs a formula or an outcome"),
        ({"predictors": ["x"]}, "needs a formula or an outcome"),
        ({"formula": "y ~ x", "outcome": "y"}, "both as a formula"),
        ({"formula": "y ~ x", "predictors": ["x"]}, "both as a formula"),
        ({"formula": "y ~ x", "levels": ["x"]}, "both as a formula"),
        ({"formula": 3}, "must be a text"),
        ({"outcome": 3}, "3 is not a column name"),
        ({"outcome": ""}, "empty"),
        ({"outcome": "y", "predictors": [None]}, "None is not a column name"),
        ({"outcome": "y", "predictors": 3}, "predictors must be a list"),
        ({"outcome": "y", "levels": {"a": 1}}, "levels must be a list"),
        ({"outcome": "y", "levels": [1]}, "1 is not a column name"),
        ({"outcome": "y", "slopes": ["x"]}, "slopes must map"),
        ({"outcome": "y", "levels": ["school"], "slopes": {"shcool": ["x"]}}, "mean 'school'"),
        ({"outcome": "y", "slopes": {"school": ["x"]}}, r"the levels \(none\)"),
        ({"outcome": "y", "levels": ["a"], "slopes": {"a": 3}}, "slopes must be a list"),
        ({"outcome": "y", "slope_covariance": "full"}, "'unstructured' or 'diagonal'"),
        ({"outcome": "y", "reference": ["x"]}, "reference must map"),
        ({"outcome": "y", "reference": {"x": 1}}, "give '1'"),
        ({"outcome": "y", "reference": {1: "x"}}, "1 is not a column name"),
    ],
)
def test_refused_arguments(arguments: dict[str, Any], part: str) -> None:
    with pytest.raises(ModelError, match=part):
        Model(**arguments)


def test_a_level_listed_twice() -> None:
    with pytest.raises(DuplicateLevelError, match="'a' is listed twice"):
        Model(outcome="y", levels=["a", "b", "a"])


def test_outcome_among_plain_predictors() -> None:
    with pytest.raises(OutcomeIsPredictorError):
        Model(outcome="y", predictors=["x", "y"])


@pytest.mark.parametrize(
    ("model", "label"),
    [
        (Model(outcome="out `come`", predictors=["x"]), "out `come`"),
        (Model("log(y) ~ x + (1 | g)"), "log(y)"),
    ],
)
def test_the_outcome_is_named_as_people_name_it(model: Model, label: str) -> None:
    assert model.outcome_label == label
