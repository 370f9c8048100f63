"""The list of models kept for comparison."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlm_core.notes import Note
from pages._ui import kept
from pages._ui.kept import Kept
from pages._ui.link import AppState

CHOICES = AppState(
    dataset="classroom",
    outcome="mathkind",
    predictors=("ses", "sex", "mathprep", "housepov"),
    levels=("schoolid", "classid"),
)
SLOPES = replace(CHOICES, slopes=(("schoolid", ("ses", "sex")),))
VARIES = {"mathprep": "classid", "housepov": "schoolid"}


def names(models: tuple[Kept, ...]) -> list[str]:
    return [each.name for each in models]


def test_a_model_is_added_once() -> None:
    one = kept.added((), CHOICES, "mine")
    assert names(one) == ["mine"]
    assert kept.added(one, replace(CHOICES, method="ML")) == one
    two = kept.added(one, CHOICES.without(("ses",)), "mine")
    assert names(two) == ["mine", "mine (2)"]
    assert names(kept.added(two, CHOICES.without(CHOICES.predictors)))[-1] == "no predictors"
    assert names(kept.added((), CHOICES)) == ["ses + sex + mathprep + housepov"]


def test_the_list_has_an_end() -> None:
    models: tuple[Kept, ...] = ()
    for number in range(kept.MOST_MODELS + 3):
        models = kept.added(models, replace(CHOICES, outcome=f"y{number}"))
    assert len(models) == kept.MOST_MODELS


def test_models_move_and_go() -> None:
    models = tuple(Kept(name, CHOICES) for name in "abc")
    assert names(kept.moved(models, 0, by=1)) == ["b", "a", "c"]
    assert names(kept.moved(models, 2, by=-1)) == ["a", "c", "b"]
    assert kept.moved(models, 0, by=-1) == models
    assert kept.moved(models, 2, by=1) == models
    assert names(kept.removed(models, 1)) == ["a", "c"]


def test_models_are_renamed() -> None:
    models = tuple(Kept(name, CHOICES) for name in "abc")
    assert names(kept.renamed(models, 1, "  mine ")) == ["a", "mine", "c"]
    assert names(kept.renamed(models, 1, "a")) == ["a", "a (2)", "c"]
    assert kept.renamed(models, 1, "   ") == models
    assert len(names(kept.renamed(models, 1, "x" * 99))[1]) == kept.LONGEST_NAME


def test_predictors_come_level_by_level() -> None:
    found = kept.ladder(SLOPES, VARIES)
    assert names(found) == ["no predictors", "+ ses, sex", "+ mathprep (classid)",
                            "+ housepov (schoolid)"]  # fmt: skip
    assert [each.choices.predictors for each in found] == [
        (),
        ("ses", "sex"),
        ("ses", "sex", "mathprep"),
        CHOICES.predictors,
    ]
    assert found[0].choices.slopes == ()
    assert found[1].choices.slopes == SLOPES.slopes


def test_many_predictors_are_counted() -> None:
    many = replace(CHOICES, predictors=tuple(f"predictor {n}" for n in range(9)))
    assert names(kept.ladder(many, {}))[1] == "+ 9 predictors"


def _note(code: str, **numbers: object) -> Note:
    return Note(code, "caution", "", {"level": "schoolid", **numbers})


@pytest.mark.parametrize(
    ("choices", "note", "slopes", "levels", "words"),
    [
        (CHOICES, _note("singular-zero", effect="intercept", level="classid:schoolid"), (),
         ("schoolid",), "without the level classid"),
        (SLOPES, _note("singular-zero", effect="slope of ses"), (("schoolid", ("sex",)),),
         ("schoolid", "classid"), "without the slope of ses at schoolid"),
        (SLOPES, _note("singular-combination"), (("schoolid", ("ses",)),),
         ("schoolid", "classid"), "without the slope of sex at schoolid"),
    ],
)  # fmt: skip
def test_what_a_simpler_model_is(choices, note, slopes, levels, words) -> None:  # type: ignore[no-untyped-def]
    rest = Note("rows-lost", "note", "", {})
    found, said = kept.simpler(choices, [rest, note])
    assert (found.slopes, found.levels, said) == (slopes, levels, words)


def test_correlations_go_before_slopes() -> None:
    note = _note("singular-correlation")
    found, said = kept.simpler(SLOPES, [note])
    assert found == replace(SLOPES, slope_covariance="diagonal")
    assert said == "without correlations of intercepts and slopes"
    again, said = kept.simpler(found, [note])
    assert again.slopes == (("schoolid", ("ses",)),)


def test_without_a_boundary_there_is_nothing_simpler() -> None:
    assert kept.simpler(CHOICES, []) is None
    assert kept.simpler(CHOICES, [Note("rows-lost", "note", "", {})]) is None
