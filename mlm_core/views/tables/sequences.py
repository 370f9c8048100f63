"""Tables of a list of models: criteria and tests of neighbours, variances from model to model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlm_core.inference.fixed_tests import FixedTest, TermTests
from mlm_core.inference.marginal_means import MarginalMeans
from mlm_core.inference.model_sequence import ModelSequence
from mlm_core.views.numbers import column, count, decimals_for, fixed, number, p_value, percent
from mlm_core.views.tables.table import Table, frame_of, records
from mlm_core.views.words import INTERCEPT, RESIDUAL, level_words, term_words


def model_list(found: ModelSequence, names: Sequence[str]) -> Table:
    """Lay out the models with their criteria and the test of each against the one before."""
    frame = found.table
    cells = {
        "Model": list(names),
        "Parameters": [count(n) for n in frame["n_parameters"]],
        "AIC": column(frame["aic"], decimals=1),
        "BIC": column(frame["bic"], decimals=1),
        "Deviance": column(frame["deviance"], decimals=2),
        "R² fixed": [percent(share, 1) for share in frame["r2_marginal"]],
        "R² with groups": [percent(share, 1) for share in frame["r2_conditional"]],
        "Chi²": [_known(value, fixed(value, 2)) for value in frame["statistic"]],
        "df": [_known(value, count(value) if value == value else "") for value in frame["df"]],
        "p": [_known(value, p_value(value)) for value in frame["p"]],
    }
    if frame["p_boundary"].notna().any():
        cells["p at the boundary"] = [
            _known(value, p_value(value)) for value in frame["p_boundary"]
        ]
    by = "full maximum likelihood" if found.criteria == "ML" else "restricted likelihood (REML)"
    notes = [
        f"AIC, BIC and deviance by {by}, on the same {count(found.n_rows)} rows; smaller AIC and"
        " BIC are better. Chi² tests each model against the one above it.",
        "R²: Nakagawa's marginal (fixed part) and conditional (with the groups).",
    ]
    missing = [place for place, test in enumerate(found.tests[1:], start=2) if test is None]
    if missing:
        listed = ", ".join(count(place) for place in missing)
        notes.append(
            f"No test for model {listed}: neither it nor the one above is a special case of the"
            " other. Compare AIC or BIC."
        )
    return Table(frame_of(cells), "Models of the same rows", tuple(notes), "model-list")


def variance_changes(found: ModelSequence, names: Sequence[str]) -> Table:
    """Lay out every variance component of every model, with its change from the one before.

    Models go by their number, since names would make the table wider than a screen.
    """
    table = found.paths.table
    keys = list(dict.fromkeys(zip(table["level"], table["term"], strict=True)))
    places = decimals_for(table["variance"], digits=3)
    cells: dict[str, list[str]] = {"Variance": [_component(*key) for key in keys]}
    for position in range(len(names)):
        own = table[table["model"] == position]
        rows = {(row["level"], row["term"]): row for row in records(own)}
        variances = [rows[key]["variance"] for key in keys]
        cells[f"Model {position + 1}"] = [
            "–" if math.isnan(value) else fixed(value, places) for value in variances
        ]
        if position:
            changes = [_change(rows[key]["share"]) for key in keys]
            cells[f"{position + 1} against {position}"] = changes
    listed = "; ".join(f"{number}: {name}" for number, name in enumerate(names, start=1))
    notes = [f"Models: {listed}.", "Changes are from the model before. A dash: not in this model."]
    if found.paths.notes:
        notes.append("A variance that grows (+) is nothing explained, and no error.")
    return Table(
        frame_of(cells), "Variance components, model by model", tuple(notes), "variance-changes"
    )


def term_tests(found: TermTests) -> Table:
    """Lay out the F tests of all terms of a model."""
    frame = found.table
    cells = {
        "Term": [str(term) for term in frame["term"]],
        "F": column(frame["statistic"], decimals=2),
        "df": [count(value) for value in frame["df"]],
        "df, denominator": [fixed(value, 1) for value in frame["df_denominator"]],
        "p": [p_value(value) for value in frame["p"]],
    }
    told = {
        "I": "Type I: each term after those before it.",
        "II": "Type II: each term after all that do not contain it.",
        "III": "Type III: averages over the categories of the other factors, each counting once.",
    }
    notes = [told[found.kind], f"Degrees of freedom: {found.method}."]
    notes += [note.message for note in found.notes]
    return Table(frame_of(cells), "Tests of the fixed terms", tuple(notes), "term-tests")


def block_tests(tests: Sequence[FixedTest]) -> Table:
    """Lay out one hypothesis on coefficients tested by several methods."""
    cells = {
        "Degrees of freedom": [str(test.method) for test in tests],
        "F": column([test.statistic for test in tests], decimals=2),
        "df": [count(test.df) for test in tests],
        "df, denominator": [fixed(test.df_denominator, 1) for test in tests],
        "p": [p_value(test.p) for test in tests],
    }
    notes = (
        f"Null hypothesis: {tests[0].null_hypothesis}. Wald tests of the larger model; the"
        " asymptotic one takes the variances as known.",
    )
    return Table(frame_of(cells), "The same coefficients by F tests", notes, "block-tests")


def marginal_means(found: MarginalMeans, *, outcome: str) -> Table:
    """Lay out the mean outcome of every category, and what else is held where."""
    frame = found.table
    places = decimals_for(frame["se"])
    factors = list(frame.columns[: frame.columns.get_loc("estimate")])
    cells = {name: [str(each) for each in frame[name]] for name in factors}
    cells |= {
        f"Mean of {outcome}": column(frame["estimate"], decimals=places),
        "SE": column(frame["se"], decimals=places),
        "df": [fixed(value, 1) for value in frame["df"]],
        "95% from": column(frame["lower"], decimals=places),
        "95% to": column(frame["upper"], decimals=places),
    }
    notes = ["Of the other factors every category counts the same, however often it occurs."]
    if found.at:
        held = ", ".join(f"{name} = {number(value)}" for name, value in found.at.items())
        notes.append(f"Held at their means: {held}.")
    notes.append(f"Degrees of freedom: {found.method}.")
    caption = f"Marginal means by {', '.join(factors)}"
    return Table(frame_of(cells), caption, tuple(notes), "marginal-means")


def mean_differences(found: MarginalMeans) -> Table:
    """Lay out the difference of every two marginal means."""
    frame = found.differences
    places = decimals_for(frame["se"])
    cells = {
        "Difference": [f"{row['first']} less {row['second']}" for row in records(frame)],
        "Estimate": column(frame["estimate"], decimals=places),
        "SE": column(frame["se"], decimals=places),
        "95% from": column(frame["lower"], decimals=places),
        "95% to": column(frame["upper"], decimals=places),
        "p": [p_value(value) for value in frame["p"]],
        "p (Holm)": [p_value(value) for value in frame["p_holm"]],
    }
    notes = ("Holm: corrected for the number of differences in this table.",)
    return Table(frame_of(cells), "Differences of marginal means", notes, "mean-differences")


def _known(value: float, text: str) -> str:
    return "" if math.isnan(value) else text


def _component(level: str, term: str) -> str:
    words = level_words(level)
    if level == RESIDUAL or term == INTERCEPT:
        return words
    return f"{words}: {term_words(term)}"


def _change(share: float) -> str:
    if math.isnan(share):
        return ""
    text = fixed(-100.0 * share, 1)
    sign = "+" if share < 0.0 and text.strip("0.") else ""
    return f"{sign}{text}%"
