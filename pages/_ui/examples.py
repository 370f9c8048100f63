"""The bundled tables as people meet them: a title, a sentence, and choices that fill every page."""

from __future__ import annotations

from dataclasses import dataclass

from pages._ui.link import AppState


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


EXAMPLES = {
    "classroom": Example(
        title="Pupils in classes in schools",
        story="1,190 first-graders in 312 classes of 107 schools, with their mathematics score in"
        " kindergarten and their family's socio-economic status.",
        question="How much of the score is a matter of the school, how much of the class?",
        choices=AppState(
            dataset="classroom",
            outcome="mathkind",
            predictors=("ses",),
            levels=("schoolid", "classid"),
        ),
    ),
    "hsb82": Example(
        title="High school and beyond",
        story="7,185 pupils of 160 American high schools, public and Catholic, with their"
        " mathematics achievement.",
        question="Does family background count equally in every school?",
        choices=AppState(
            dataset="hsb82",
            outcome="mAch",
            predictors=("ses",),
            levels=("school",),
            slopes=(("school", ("ses",)),),
        ),
    ),
    "sleepstudy": Example(
        title="Ten days with little sleep",
        story="18 lorry drivers, measured on ten days in a row of three hours of sleep a night.",
        question="How fast do reactions slow down, and does everybody slow down alike?",
        choices=AppState(
            dataset="sleepstudy",
            outcome="Reaction",
            predictors=("Days",),
            levels=("Subject",),
            slopes=(("Subject", ("Days",)),),
        ),
    ),
}
FIRST_EXAMPLE = "classroom"
