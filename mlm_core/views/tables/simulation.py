"""Tables of the simulation."""

from __future__ import annotations

from mlm_core.inference.simulation_experiment import Experiment
from mlm_core.inference.simulation_missing import Estimate, MissingData, MissingRepeats
from mlm_core.inference.simulation_power import PowerGrid
from mlm_core.views.numbers import chosen, column, count, number, percent
from mlm_core.views.tables.table import Table, frame_of, records

ENDLESS = 1e4
"""Standard errors beyond which an interval is said to have no end."""


def performance(found: Experiment) -> Table:
    """Set all ways side by side for every coefficient."""
    rows = [answer.performance for term in found.terms for answer in found.of(term)]
    terms = [row.term for row in rows]
    firsts = [term if place == 0 or terms[place - 1] != term else ""
              for place, term in enumerate(terms)]  # fmt: skip
    cells = {
        "Coefficient": firsts,
        "Way": [row.kind for row in rows],
        "Truth": [chosen(row.truth) for row in rows],
        "Mean": [number(row.mean) for row in rows],
        "Real SE": [number(row.real_se) for row in rows],
        "Stated SE": [number(row.stated_se) for row in rows],
        "95% interval covers": [percent(row.coverage, 1) for row in rows],
        "False alarms at 5%": [percent(row.false_alarms, 1) for row in rows],
    }
    groups = ", ".join(
        f"{count(n)} groups of {level.name}"
        for n, level in zip(found.n_groups, found.design.levels, strict=True)
    )
    notes = (
        f"{count(found.n_repeats)} repeats of {count(found.n_rows)} rows in {groups}; seed"
        f" {found.seed}. Predictors and groups stay, random effects and residuals are drawn anew.",
        "Real SE: standard deviation of the estimates over the repeats. False alarms: how often a"
        " test at 5% rejects the true value. Mixed: Satterthwaite's degrees of freedom.",
    )
    return Table(frame_of(cells), "Promised and kept", notes, "performance")


def missing(found: MissingData) -> Table:
    """Set estimates before and after the loss beside the truth."""
    both = list(zip(found.before, found.after, strict=True))
    cells = {
        "Coefficient": [before.term for before, _ in both],
        "Truth": [chosen(before.truth) for before, _ in both],
        "Before": [number(before.estimate) for before, _ in both],
        "SE before": [number(before.se) for before, _ in both],
        "After": [number(after.estimate) for _, after in both],
        "SE after": [number(after.se) for _, after in both],
        "Interval after": [_interval(after) for _, after in both],
        "Holds the truth": ["yes" if after.covers else "no" for _, after in both],
    }
    note = (
        f"{count(found.n_lost)} of {count(found.n_rows)} outcomes lost, seed {found.seed}. Mixed"
        " model, restricted maximum likelihood, complete rows."
    )
    return Table(frame_of(cells), "Before and after", (note,), "missing")


def _interval(found: Estimate) -> str:
    """Return an interval; one of hardly any degrees of freedom ends nowhere."""
    if found.upper - found.lower > ENDLESS * found.se:
        return "without end"
    return f"{number(found.lower)} to {number(found.upper)}"


def missing_repeats(found: MissingRepeats) -> Table:
    """Set means and coverage over many tables side by side."""
    rows = records(found.summary)
    cells = {
        "Coefficient": [row["term"] for row in rows],
        "Truth": [chosen(row["truth"]) for row in rows],
        "Mean before": column([row["mean_before"] for row in rows], decimals=3),
        "Mean after": column([row["mean_after"] for row in rows], decimals=3),
        "Covers before": [percent(row["coverage_before"]) for row in rows],
        "Covers after": [percent(row["coverage_after"]) for row in rows],
    }
    note = f"{count(found.n_repeats)} tables, seeds from {found.seed} on."
    return Table(frame_of(cells), "Many tables", (note,), "missing-repeats")


def power(found: PowerGrid) -> Table:
    """Set simulated power beside the closed form."""
    cells = {
        "Groups": [count(cell.groups) for cell in found.cells],
        "Rows a group": [count(cell.rows) for cell in found.cells],
        "Power, simulated": [percent(cell.power, 1) for cell in found.cells],
        "Simulation error": [percent(cell.se, 1) for cell in found.cells],
        "Closed form": [percent(cell.closed_form, 1) for cell in found.cells],
    }
    note = (
        f"{count(found.repeats)} repeats a cell, seed {found.seed}; two-sided test at 5% by the"
        " mixed model with Satterthwaite's degrees of freedom. There is a closed form for two"
        " levels with groups of one size, without random slopes, where means of x differ between"
        " groups by chance alone and have no effect of their own."
    )
    return Table(frame_of(cells), "Power by size", (note,), "power-by-size")
