"""Sentences of the simulation: what ignoring the groups does, what gets lost, what power there is.

Names are those of a design, our own: nothing a user typed enters a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from mlm_core.inference.simulation import OUTCOME, PUPIL, NestedDesign
from mlm_core.inference.simulation_experiment import (
    MIXED,
    NAIVE,
    ROBUST,
    Experiment,
    Performance,
)
from mlm_core.inference.simulation_levels import with_levels
from mlm_core.inference.simulation_lines import DrawnLines
from mlm_core.inference.simulation_missing import MissingData, MissingRepeats
from mlm_core.inference.simulation_power import WANTED, PowerGrid
from mlm_core.views.escape import for_markdown
from mlm_core.views.narrative.wording import counted, listed
from mlm_core.views.numbers import chosen, count, fixed, number, percent, percent_below
from mlm_core.views.tables.table import records

HONEST = 0.93
"""Coverage from which an interval keeps its promise of 95%, simulation error allowed for."""
HELPLESS = 0.85
"""Coverage below which even the mixed model is said to promise too much."""
BIASED = 3.0
"""A mean this many simulation errors from the truth is called off the mark."""


def design(drawn: NestedDesign) -> str:
    """Say what a design draws: how many groups and rows, and how the outcome comes about."""
    inner = "".join(
        f", {_roughly(level.sizes)}{chosen(level.groups)}"
        f" {level.name if level.groups == 1.0 else plural(level.name)} in each"
        for level in drawn.levels[1:]
    )
    whose = [f"{for_markdown(level.predictor)} one of {plural(level.name)}"
             for level in drawn.levels]  # fmt: skip
    where = "x = 0, other predictors the same," if _has_slopes(drawn) else "the same predictors"
    return (
        f"{chosen(drawn.outer.groups)} {plural(drawn.outer.name)}{inner},"
        f" {_roughly(drawn.row_sizes)}{chosen(drawn.rows)} pupils in each: about"
        f" {count(drawn.expected_rows)} rows. The outcome, in {for_markdown(drawn.unit)}, is"
        f" {_sum(_parts(drawn))}; x is a predictor of pupils, {', '.join(whose)}. At {where}"
        f" two pupils of one {drawn.outer.name} correlate at {fixed(drawn.icc, 2)}."
    )


def _sum(parts: list[str]) -> str:
    """Write a sum; what is below zero is taken away."""
    return " + ".join(parts).replace(" + −", " − ")


def _has_slopes(drawn: NestedDesign) -> bool:
    return any(level.slope_sd for level in drawn.levels)


def _roughly(sizes: str) -> str:
    return "" if sizes == "fixed" else "about "


def _parts(drawn: NestedDesign) -> list[str]:
    """Return what the outcome is the sum of."""
    found = [f"y = {chosen(drawn.intercept)}", f"{chosen(drawn.slope)} · x"]
    if drawn.contextual:
        found.append(f"{chosen(drawn.contextual)} · the {drawn.outer.name}'s mean of x")
    for level in drawn.levels:
        found.append(f"{chosen(level.effect)} · {for_markdown(level.predictor)}")
    for level in drawn.levels:
        slope = f", of its slope {number(level.slope_sd)}" if level.slope_sd else ""
        found.append(f"what each {level.name} adds (SD {number(level.intercept_sd)}{slope})")
    return [*found, f"chance (SD {number(drawn.residual_sd)})"]


def levels_of(preset: NestedDesign) -> Callable[[str], str]:
    """Return what names the levels of a design that has so many of them."""

    def named(n_levels: str) -> str:
        found = with_levels(preset, int(n_levels))
        return ", ".join(plural(level.name) for level in found.levels)

    return named


def ignoring(found: Experiment, term: str) -> str:
    """Say what ignoring the groups does to one coefficient."""
    naive, mixed = (found.answer(term, kind).performance for kind in (NAIVE, MIXED))
    robust = found.answer(term, ROBUST).performance
    times = naive.real_se / naive.stated_se
    return (
        f"**{_kept(naive)}** In {count(found.n_repeats)} repeats the pooled 95% interval for"
        f" {told(term)} holds the truth in **{percent(naive.coverage)}**: its standard error is"
        f" stated as {number(naive.stated_se)}, but the estimates really scatter by"
        f" {number(naive.real_se)}, {_times(times)}. A test at 5% raises a false alarm in"
        f" {percent(naive.false_alarms)} of the repeats. Cluster-robust intervals cover"
        f" {percent(robust.coverage)}, those of the mixed model {percent(mixed.coverage)}."
        + _helpless(mixed, found.n_groups[0])
        + _bias(naive, found.n_repeats)
    )


def _helpless(mixed: Performance, n_groups: int) -> str:
    """Say so where not even the mixed model keeps its promise."""
    if mixed.coverage >= HELPLESS:
        return ""
    return (
        f" Here not even the mixed model keeps its promise: {count(n_groups)} groups tell too"
        " little of what differs between groups."
    )


def outcome(drawn: NestedDesign) -> str:
    """Return the outcome with its unit, as plain text for an axis."""
    return f"{OUTCOME}, in {drawn.unit}"


def told(term: str) -> str:
    """Return what a coefficient is in words."""
    if term == PUPIL:
        return "the pupil-level predictor x"
    if term == "(Intercept)":
        return "the intercept"
    if term.startswith("w_"):
        return f"the {term.removeprefix('w_')}-level predictor {for_markdown(term)}"
    return "the group's mean of x"


def _kept(naive: Performance) -> str:
    if naive.coverage >= HONEST:
        return "Here ignoring the groups costs no honesty."
    return "Ignoring the groups promises more than it keeps."


def _times(times: float) -> str:
    if times >= 1.15:
        return f"{number(times, 2)} times as widely"
    return "about as stated" if times > 0.87 else "less widely than stated"


def _bias(naive: Performance, n_repeats: int) -> str:
    error = naive.real_se / math.sqrt(n_repeats)
    if abs(naive.mean - naive.truth) <= BIASED * error:
        return ""
    return (
        f" Worse, the pooled estimates are off the mark: {number(naive.mean)} on average, where the"
        f" truth is {chosen(naive.truth)}."
    )


def missing(found: MissingData) -> str:
    """Say what was lost and whether the intervals still hold the truth."""
    why = {
        "MCAR": "by chance alone",
        "MAR": "the more likely, the higher x",
        "MNAR": "the more likely, the higher y itself",
    }[found.mechanism]
    missed = [each.term for each in found.after if not each.covers]
    slope = next(each for each in found.after if each.term == PUPIL)
    before = next(each for each in found.before if each.term == PUPIL)
    verdict = (
        "All 95% intervals of what is left hold the truth."
        if not missed
        else f"The 95% interval misses the truth for {listed([told(term) for term in missed])}."
    )
    return (
        f"{count(found.n_lost)} of {count(found.n_rows)} outcomes"
        f" ({percent(found.n_lost / found.n_rows)}) get lost, {why}. The slope of x was"
        f" **{number(before.estimate)}** before and is **{number(slope.estimate)}** after; the"
        f" truth is {chosen(slope.truth)}. {verdict}"
    )


def missing_repeats(found: MissingRepeats) -> str:
    """Say how often the intervals of x hold the truth over many tables."""
    row = next(row for row in records(found.summary) if row["term"] == PUPIL)
    return (
        f"Over {counted(found.n_repeats, 'table', 'tables')} the slope of x averages"
        f" {number(row['mean_before'])} before and {number(row['mean_after'])} after the loss; its"
        f" 95% interval holds the truth in {percent(row['coverage_before'])} and"
        f" {percent(row['coverage_after'])}."
    )


def power(found: PowerGrid) -> str:
    """Say what it takes to find the effect."""
    what = f"an effect of {chosen(found.effect)} of {told(found.term)}"
    least = found.least
    if least is None:
        best = max(cell.power for cell in found.cells)
        return (
            f"Nowhere on this grid does a test at 5% find {what} with {percent(WANTED)} power: the"
            f" most is **{percent_below(best, WANTED)}**."
        )
    return (
        f"To find {what} with {percent(WANTED)} power, the fewest rows on this grid are"
        f" **{count(least.groups)} groups of {count(least.rows)}** ({percent(least.power)} power)."
        + _which_helps(found)
    )


def power_question(term: str, effect: float) -> str:
    """Ask what power will answer."""
    return (
        f"How many groups, of how many rows, does it take to find an effect of {chosen(effect)} of"
        f" {told(term)} with {percent(WANTED)} power?"
    )


def mechanism(name: str) -> str:
    """Return how outcomes get lost, as a choice."""
    words = {"MCAR": "by chance (MCAR)", "MAR": "by x (MAR)", "MNAR": "by y itself (MNAR)"}
    return words[name]


def _which_helps(found: PowerGrid) -> str:
    if found.term == PUPIL:
        return " For what varies inside groups, rows count wherever they are."
    return (
        " For what varies between groups, more groups help; more rows in the same groups soon do"
        " not."
    )


def plural(name: str) -> str:
    """Return the plural of a level's name."""
    return f"{name}es" if name.endswith("s") else f"{name}s"


def drawn(found: DrawnLines, design: NestedDesign, *, seed: int) -> str:
    """Say what one seed has drawn, and what the lines make of it."""
    groups = listed(
        [
            counted(n, f"group of {level.name}", f"groups of {level.name}")
            for n, level in zip(found.n_groups, design.levels, strict=True)
        ]
    )
    on_average = " on average" if _has_slopes(design) else ""
    return (
        f"Seed {seed} draws **{count(found.n_rows)} rows in {groups}**. One line for all"
        f" {_moves(found.pooled)} a unit of x, the mixed model's {_moves(found.mixed)}; inside a"
        f" group the truth is {chosen(design.slope)}{on_average}."
    )


def _moves(slope: float) -> str:
    return f"{'falls' if slope < 0 else 'rises'} by {number(abs(slope))}"
