"""The bundled tables as people meet them: a title, a sentence, and choices that fill every page."""

from __future__ import annotations

from dataclasses import dataclass

from mlm_core.data.bundled import BUNDLED, BundledTable
from pages._ui.link import AppState

FIRST_EXAMPLE = "classroom"

# What the first model of each table asks, and the levels whose lines may differ in slope.
_QUESTIONS = {
    "classroom": "How much of a score is a matter of the school, how much of the class?",
    "hsb82": "Does family background count equally in every school?",
    "sleepstudy": "How fast do reactions slow down, and does everybody slow down alike?",
}
_WITH_SLOPES = ("hsb82", "sleepstudy")


@dataclass(frozen=True, slots=True)
class Example:
    """One bundled table with a first model for it.

    Attributes
    ----------
    title, story : str
        What the table is about, in a few words and in a sentence.
    question : str
        What the first model asks.
    choices : AppState
        The first model.
    """

    title: str
    story: str
    question: str
    choices: AppState


def _example(table: BundledTable) -> Example:
    slopes = ((table.levels[0], table.predictors),) if table.name in _WITH_SLOPES else ()
    return Example(
        title=table.title,
        story=table.description,
        question=_QUESTIONS[table.name],
        choices=AppState(
            dataset=table.name,
            outcome=table.outcome,
            predictors=table.predictors,
            levels=table.levels,
            slopes=slopes,
        ),
    )


EXAMPLES = {name: _example(BUNDLED[name]) for name in _QUESTIONS}
