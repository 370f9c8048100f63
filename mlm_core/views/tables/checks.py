"""Tables of checks: residual correlations, influence of groups, three standard errors."""

from __future__ import annotations

import pandas as pd

from mlm_core.data.expressions import level_columns
from mlm_core.inference.influence import GroupInfluence
from mlm_core.views.numbers import column, count, fixed, percent
from mlm_core.views.tables.table import Table, frame_of, records
from mlm_core.views.words import INTERCEPT, RESIDUAL, level_words

MOST_ROWS = 10


def residual_correlations(found: pd.DataFrame) -> Table:
    """Lay out how alike residuals of one group are, before and after its effects are taken out."""
    cells = {
        "Two rows of the same": [level_words(str(level)).removeprefix("between ")
                                 for level in found["level"]],
        "Fixed part taken out": [fixed(value, 3) for value in found["fixed_only"]],
        "Groups' effects too": [fixed(value, 3) for value in found["with_effects"]],
    }  # fmt: skip
    notes = (
        "Intraclass correlation of the residuals, from a one-way analysis of variance.",
        "A little below zero is what to expect in the last column: residuals around a group's own"
        " mean add up to about nothing.",
    )
    caption = "Correlation of residuals inside groups"
    return Table(frame_of(cells), caption, notes, "residual-correlations")


def influential_groups(found: GroupInfluence) -> Table:
    """Lay out the groups that move the fixed effects most, and how they move each variance."""
    table = found.table.dropna(subset=["cooks_distance"])
    top = table.sort_values("cooks_distance", ascending=False, kind="stable").head(MOST_ROWS)
    groups = [str(group) for group in top["group"]]
    cells: dict[str, list[str]] = {
        "Left out": groups,
        "Rows": [count(n) for n in top["n"]],
        "Cook's distance": column(top["cooks_distance"], digits=3),
    }
    for term in dict.fromkeys(found.coefficients["term"]):
        own = found.coefficients[found.coefficients["term"] == term].set_index("group")
        cells[f"{term}, SE"] = [fixed(own["change_in_se"][group], 2) for group in groups]
    for level, term in dict.fromkeys(
        zip(found.variances["level"], found.variances["term"], strict=True)
    ):
        is_own = (found.variances["level"] == level) & (found.variances["term"] == term)
        own = found.variances[is_own].set_index("group")
        cells[_variance(level, term)] = [_signed(own["share"][group]) for group in groups]
    notes = [
        "Cook's distance as lme4 has it: how far all fixed effects move together when the group is"
        " left out. SE: the step of a coefficient, in its standard errors. Var.: the change of a"
        " variance.",
    ]
    if len(found.table) > len(top):
        notes.append(f"The {len(top)} largest of {count(len(found.table))} groups.")
    notes += [note.message for note in found.notes]
    caption = f"Refitted without a group of {found.level}"
    return Table(frame_of(cells), caption, tuple(notes), "influence")


def _variance(level: str, term: str) -> str:
    if level == RESIDUAL:
        return "Var. residual"
    effect = "" if term == INTERCEPT else f", {term}"
    return f"Var. {level_columns(level)[0]}{effect}"


def _signed(share: float) -> str:
    text = percent(abs(share), 1)
    if share != share or text.strip("0.%") == "":
        return text
    return f"+{text}" if share > 0 else f"\u2212{text}"


def standard_errors(found: pd.DataFrame) -> Table:
    """Lay out one estimate with three standard errors."""
    cells = {
        "Term": [str(term) for term in found["term"]],
        "Estimate": column(found["estimate"]),
    }
    ses = pd.concat([found[f"se_{name}"] for name in ("model", "kr", "robust")])
    printed = column(ses)
    for position, (name, title) in enumerate(
        (("model", "model"), ("kr", "Kenward-Roger"), ("robust", "robust (CR2)"))
    ):
        first = position * len(found)
        cells[f"SE, {title}"] = printed[first : first + len(found)]
        cells[f"df, {title}"] = [fixed(row[f"df_{name}"], 1) for row in records(found)]
    notes = (
        "Model: from the estimated variances, Satterthwaite's degrees of freedom. Kenward-Roger:"
        " with what is not known of the variances added. CR2: from the residuals of whole outermost"
        " groups (Bell and McCaffrey), with degrees of freedom of its own.",
    )
    return Table(frame_of(cells), "Three standard errors", notes, "standard-errors")
