"""Sentences on a list of models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlm_core.data.model import Model
from mlm_core.inference.model_sequence import model_sequence
from mlm_core.views.narrative import model_sequence as narrative

FORMULAS = ("mathkind ~ 1", "mathkind ~ ses", "mathkind ~ ses + yearstea")
MODELS = [Model(f"{formula} + (1 | schoolid/classid)") for formula in FORMULAS]
NAMES = ["bare", "*ses*", "years"]


@pytest.fixture(scope="module")
def found(classroom):
    return model_sequence(classroom, MODELS)


def test_the_last_step(found):
    sentence = narrative.last_step(found, NAMES)
    assert sentence.startswith(r"From \*ses\* to years: if the coefficient of yearstea is zero")
    assert sentence.endswith("These data do not ask for the step.")


def test_a_step_the_data_speak_for(classroom):
    two = model_sequence(classroom, MODELS[:2])
    assert narrative.last_step(two, NAMES[:2]).endswith("The data speak for the step.")
    assert narrative.grown(two, NAMES[:2]) is None


def test_a_step_to_a_smaller_model(classroom):
    back = model_sequence(classroom, MODELS[1::-1])
    sentence = narrative.last_step(back, NAMES[1::-1])
    assert sentence.endswith("The data speak against the smaller model.")
    flat = model_sequence(classroom, MODELS[2:0:-1])
    sentence = narrative.last_step(flat, NAMES[2:0:-1])
    assert sentence.endswith("These data do not speak against the smaller model.")


def test_one_model_and_no_test(classroom):
    one = model_sequence(classroom, MODELS[:1])
    assert narrative.last_step(one, NAMES[:1]).startswith("bare is the only model so far")
    assert narrative.preferred(one, NAMES[:1]) == ""
    other = Model("mathkind ~ minority + (1 | schoolid/classid)")
    pair = model_sequence(classroom, [MODELS[1], other])
    sentence = narrative.last_step(pair, ["a", "b"])
    assert "Neither a nor b is a special case" in sentence
    first, second = pair.table["aic"]
    assert second > first + 1.0
    assert sentence.endswith(f"the AIC of b is {second - first:.2f} higher.")
    back = narrative.last_step(model_sequence(classroom, [other, MODELS[1]]), ["b", "a"])
    assert back.endswith(f"the AIC of a is {second - first:.2f} lower.")


def test_a_variance_that_is_added_is_tested_at_its_boundary(classroom):
    inner = Model("mathkind ~ ses + (1 | schoolid)")
    found = model_sequence(classroom, [inner, MODELS[1]])
    test = found.tests[-1]
    assert test.p == pytest.approx(2.0 * test.p_boundary)
    sentence = narrative.last_step(found, ["a", "b"])
    assert f"would come up in about {100 * test.p_boundary:.0f} of 100 samples" in sentence


def test_what_aic_and_bic_prefer(found):
    sentence = narrative.preferred(found, NAMES)
    assert sentence.startswith(r"AIC prefers \*ses\* and years; BIC prefers \*ses\*.")
    table = found.table.assign(aic=[10.0, 10.0 + narrative.CLOSE, 11.9])
    near = narrative.preferred(replace(found, table=table), NAMES)
    assert near.startswith("AIC prefers bare and years;")
    table = found.table.assign(aic=found.table["bic"])
    agreed = narrative.preferred(replace(found, table=table), NAMES)
    assert agreed.startswith(r"AIC and BIC prefer \*ses\*. Differences below 2")


def test_variances_that_grow(found):
    caution = narrative.grown(found, NAMES)
    assert caution.severity == "caution"
    assert "between classid within schoolid by 11% in years" in caution.message
    shares = found.paths.table.assign(share=-narrative.GROWN)
    paths = replace(found.paths, table=shares)
    assert narrative.grown(replace(found, paths=paths), NAMES) is None


def test_slopes_that_grow_are_named(found):
    paths = replace(found.paths, table=found.paths.table[:1].assign(
        level="c:s", term="<b>", share=-0.5, model=1))  # fmt: skip
    message = narrative.grown(replace(found, paths=paths), NAMES).message
    assert "the next: between c within s (slope of <b>) by 50% in *ses*. That" in message
