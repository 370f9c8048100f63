"""The steps of the tour: what is asked, where, and how the answer is computed.

They follow one table from its groups to the question which of them are needed. Every number of an
answer comes from the fits of that table, when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from mlm_core.data.model import Model
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.own_slopes import own_slopes
from mlm_core.inference.pairs import pair_urn
from mlm_core.views.narrative import effects, groups, likelihood_ratio, lines, pooling, variance
from mlm_core.views.narrative import tour as narrative
from pages._ui import cache, described, fitted, opening
from pages._ui.examples import EXAMPLES
from pages._ui.link import AppState

TABLE = "classroom"
BOTH = EXAMPLES[TABLE].choices
SCHOOLS = replace(BOTH, levels=BOTH.levels[:1])
CLASSES = replace(BOTH, levels=BOTH.levels[1:])
OUTCOME, (PREDICTOR, *_), (SCHOOL, *_) = BOTH.outcome, BOTH.predictors, BOTH.levels
Answer = Callable[[], str]


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    title, question : str
        What it is about, and what to ask before the answer is shown (Markdown).
    page : str
        Section and file of the page it opens.
    answer : callable
        Gives the answer, computed when it is asked for.
    choices : AppState
        The model it opens the page with.
    opened : Mapping[str, object]
        Widgets of the page and their values; all others start as usual.
    panel : str
        What the presenter's view shows of the page; its first panel where this is empty.
    """

    title: str
    question: str
    page: str
    answer: Answer
    choices: AppState = BOTH
    opened: Mapping[str, object] = field(default_factory=dict)
    panel: str = ""


# --- answers --------------------------------------------------------------------------------------


def _bare(choices: AppState) -> Model:
    return replace(choices, predictors=()).model


def _nesting() -> str:
    return groups.nesting(described.groups(opening.bundled(TABLE), BOTH.levels))


def _pooled() -> str:
    return narrative.pooled_slope(fitted.pooled(opening.bundled(TABLE), BOTH.model), PREDICTOR)


def _medians() -> str:
    asked = {"outcome": OUTCOME, "groups": (SCHOOL,)}
    return groups.medians(cache.computed(summarise_groups, opening.bundled(TABLE), **asked))


def _pairs() -> str:
    asked = {"outcome": OUTCOME, "groups": (SCHOOL,)}
    return groups.likeness(cache.computed(pair_urn, opening.bundled(TABLE), **asked))


def _own_slopes() -> str:
    data, model = opening.bundled(TABLE), BOTH.model
    own = fitted.unpooled(data, model, level=SCHOOL)
    return lines.own_slopes(own_slopes(PREDICTOR, pooled=fitted.pooled(data, model), unpooled=own))


def _averages() -> str:
    data, model = opening.bundled(TABLE), BOTH.model
    fits = {"pooled": fitted.pooled(data, model), "mixed": fitted.mixed(data, model, method="REML")}
    return narrative.averages(
        PREDICTOR, unpooled=fitted.unpooled(data, model, level=SCHOOL), **fits
    )


def _pooling() -> str:
    path = fitted.path(opening.bundled(TABLE), SCHOOLS.model, method="REML", level=SCHOOL)
    return pooling.strength(path)


def _random_intercepts() -> str:
    fit = fitted.mixed(opening.bundled(TABLE), SCHOOLS.model, method="REML")
    return effects.mixed(fit)


def _share_given_ses() -> str:
    shares = fitted.shares(opening.bundled(TABLE), SCHOOLS.model, method="REML")
    return narrative.between_and_within(shares, outcome=OUTCOME)


def _schools_needed() -> str:
    compared = fitted.comparison_with_pooled(opening.bundled(TABLE), SCHOOLS.model, method="REML")
    return likelihood_ratio.test(compared.like_with_like)


def _share_without() -> str:
    shares = fitted.shares(opening.bundled(TABLE), _bare(SCHOOLS), method="REML")
    return narrative.between_and_within(shares, outcome=OUTCOME)


def _both_levels() -> str:
    alone, nested = (
        fitted.shares(opening.bundled(TABLE), _bare(choices), method="REML")
        for choices in (CLASSES, BOTH)
    )
    return f"{variance.shares(nested, outcome=OUTCOME)} {narrative.alone_and_nested(alone, nested)}"


def _classes_needed() -> str:
    tests = fitted.random_term_tests(opening.bundled(TABLE), BOTH.model, method="REML")
    return narrative.least_needed(tests)


def _likelihood() -> str:
    return narrative.most_likely(fitted.mixed(opening.bundled(TABLE), BOTH.model, method="REML"))


STEPS = (
    Step(
        "What is nested in what?",
        "Pupils sit in classes, classes belong to schools. How many of each are there, and how few"
        " pupils may a class have before it can tell us next to nothing?",
        "data/groups",
        _nesting,
    ),
    Step(
        "One line for all",
        "Forget the schools for a moment. Two pupils differ by one unit of ses: by how much would"
        " you expect their scores to differ, and how sure could you be?",
        "explore/lines_differ",
        _pooled,
    ),
    Step(
        "Do schools differ?",
        "If it did not matter which school a pupil goes to, what would this row of boxes look"
        " like? What do you see instead?",
        "explore/groups_differ",
        _medians,
        opened={"of": SCHOOL},
    ),
    Step(
        "Two pupils of one school",
        "Draw two pupils from every school and correlate the pairs; draw again a few times. Around"
        " which value do the correlations scatter, and what would independence give?",
        "explore/groups_differ",
        _pairs,
        opened={"of": SCHOOL},
        panel="pairs",
    ),
    Step(
        "A line for every school",
        "Give every school its own line. Do the lines agree? How much of their disagreement would"
        " you put down to small schools?",
        "explore/lines_differ",
        _own_slopes,
        opened={"lines-of": SCHOOL},
        panel="own-lines",
    ),
    Step(
        "Which slope should you report?",
        "One pooled slope, a mean, a median, weighted means: which would you report, and what"
        " would you take for granted with it?",
        "model/pooling",
        _averages,
        opened={"lines-of": SCHOOL},
        panel="slopes-compared",
    ),
    Step(
        "Between one line and many",
        "Move the slider to both ends, then to the estimate. Which schools move most on the way,"
        " and why those?",
        "model/pooling",
        _pooling,
        choices=SCHOOLS,
        opened={"arrows-of": "(Intercept)"},
    ),
    Step(
        "A school is a draw",
        "The mixed model does not estimate a level for each school; it takes schools for a sample."
        " Which numbers describe them all, and what becomes of the slope?",
        "model/mixed",
        _random_intercepts,
        choices=SCHOOLS,
    ),
    Step(
        "How alike are pupils of one school?",
        "From the two variances of that model: how alike are two pupils of the same school, equal"
        " in ses?",
        "inference/variance",
        _share_given_ses,
        choices=SCHOOLS,
    ),
    Step(
        "Are schools needed?",
        "Could differences of this size come about by chance, if schools did not differ at all?",
        "inference/tests",
        _schools_needed,
        choices=SCHOOLS,
    ),
    Step(
        "Before any predictor",
        "Leave the predictor out. Which share of all variation lies between schools now, and what"
        " could explain it?",
        "inference/variance",
        _share_without,
        choices=replace(SCHOOLS, predictors=()),
    ),
    Step(
        "Schools and classes",
        "Now both levels. Taken alone, classes hold more of the variance than schools did. Do"
        " teachers matter more than schools?",
        "inference/variance",
        _both_levels,
        choices=replace(BOTH, predictors=()),
    ),
    Step(
        "Is every level needed?",
        "Back to the model with ses. Leave out one random term at a time: which is missed least,"
        " and is it safe to drop?",
        "inference/tests",
        _classes_needed,
        panel="random-terms",
    ),
    Step(
        "Where estimates come from",
        "All these models were fitted by likelihood, not by least squares. When do the two agree?",
        "learn/likelihood",
        _likelihood,
    ),
)
