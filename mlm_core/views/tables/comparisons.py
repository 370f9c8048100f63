"""Tables of likelihood-ratio tests."""

from __future__ import annotations

import math

from mlm_core.fits.criterion import Method
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.inference.random_terms import PooledComparison, RandomTermTests
from mlm_core.views.numbers import column, count, fixed, p_value
from mlm_core.views.tables.table import Table, frame_of, records

BOUNDARY = (
    "p at the boundary: a variance cannot be negative, so under the null hypothesis the statistic"
    " tends to be smaller than a chi-square, whose plain p-value is therefore too large."
)


def likelihood_ratio(test: LikelihoodRatioTest, *, caption: str = "Likelihood-ratio test") -> Table:
    """Lay out two nested models and the test of the smaller one, as R's ``anova`` does."""
    frame = test.table
    is_last = [place == len(frame) - 1 for place in range(len(frame))]
    cells = {
        "Model": [str(model) for model in frame["model"]],
        "Parameters": [count(n) for n in frame["n_parameters"]],
        "AIC": column(frame["aic"], decimals=1),
        "BIC": column(frame["bic"], decimals=1),
        "Log-lik.": column(frame["log_likelihood"], decimals=2),
        "Deviance": column(frame["deviance"], decimals=2),
        "Chi²": [_last(fixed(test.statistic, _decimals(test.statistic)), last) for last in is_last],
        "df": [_last(count(test.df), last) for last in is_last],
        "p": [_last(p_value(test.p), last) for last in is_last],
    }
    notes = [f"Null hypothesis: {test.null_hypothesis}.", _method_note(test)]
    if test.p_boundary is not None:
        cells["p at the boundary"] = [_last(p_value(test.p_boundary), last) for last in is_last]
        notes.append(BOUNDARY)
    notes += [note.message for note in test.notes]
    return Table(frame_of(cells), caption, tuple(notes), "likelihood-ratio")


def pooled_comparison(comparison: PooledComparison) -> Table:
    """Lay out the mixed model against the linear one, as R prints it and like against like."""
    tests = (comparison.as_printed, comparison.like_with_like)
    method = comparison.like_with_like.method
    first = "as R prints it (REML against ML)" if method == "REML" else "as R prints it"
    cells = {
        "Comparison": [first, f"like against like ({method} both)"],
        "Chi²": [fixed(test.statistic, 2) for test in tests],
        "df": [count(test.df) for test in tests],
        "p": [p_value(test.p) for test in tests],
    }
    notes = [
        f"Null hypothesis: {comparison.like_with_like.null_hypothesis}.",
        comparison.note.message,
    ]
    if any(test.p_boundary is not None for test in tests):
        cells["p at the boundary"] = [p_value(test.p_boundary) for test in tests]
        notes.append(BOUNDARY)
    caption = "Mixed model against the pooled regression"
    return Table(frame_of(cells), caption, tuple(notes), "pooled-comparison")


def random_terms(tests: RandomTermTests) -> Table:
    """Lay out the tests that leave out one random term at a time, as lmerTest's ``ranova`` does."""
    frame = tests.table
    places = max((_decimals(value) for value in frame["statistic"] if value == value), default=2)
    cells = {
        "Left out": [_term(str(term)) for term in frame["term"]],
        "Parameters": [count(n) for n in frame["n_parameters"]],
        "Log-lik.": column(frame["log_likelihood"], decimals=2),
        "AIC": column(frame["aic"], decimals=1),
        "Chi²": ["" if math.isnan(x) else fixed(x, places) for x in frame["statistic"]],
        "df": ["" if math.isnan(x) else count(x) for x in frame["df"]],
        "p": ["" if math.isnan(x) else p_value(x) for x in frame["p"]],
        "p at the boundary": [
            "" if math.isnan(row["statistic"]) else p_value(row["p_boundary"])
            for row in records(frame)
        ],
    }
    notes = [f"Each line refits the model by {tests.method} without that term.", BOUNDARY]
    notes += [note.message for note in tests.notes]
    caption = "Random terms left out one at a time"
    return Table(frame_of(cells), caption, tuple(notes), "random-terms")


def _method_note(test: LikelihoodRatioTest) -> str:
    if test.small_method != test.method:
        return (
            f"The smaller model by its {_likelihood(test.small_method)}, the larger by its"
            f" {_likelihood(test.method)}."
        )
    refitted = ", refitted for this test" if test.is_refitted else ""
    return f"Both models by {_likelihood(test.method)}{refitted}."


def _likelihood(method: Method) -> str:
    return "restricted likelihood (REML)" if method == "REML" else "full likelihood (ML)"


def _decimals(statistic: float) -> int:
    """Return two decimals, or as many as a small statistic needs to show."""
    return 4 if 0 < statistic < 1 else 2


def _term(term: str) -> str:
    return "nothing" if term == "<none>" else term


def _last(text: str, is_last: bool) -> str:
    return text if is_last else ""
