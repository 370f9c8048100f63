"""Tables of intervals: profiles, variances along a slope, and what grouping costs."""

from __future__ import annotations

import pandas as pd

from mlm_core.inference.design_effect import DesignEffect
from mlm_core.inference.profile import Profile
from mlm_core.inference.reliability import Reliability
from mlm_core.inference.variance_function import VarianceFunction
from mlm_core.views.numbers import (
    MISSING,
    chosen,
    column,
    count,
    decimals_for,
    fixed,
    number,
    percent,
)
from mlm_core.views.parameters import parameter_words
from mlm_core.views.tables.table import Table, frame_of, records
from mlm_core.views.words import RESIDUAL, level_words, term_words


def profile_intervals(profile: Profile, intervals: pd.DataFrame, *, confidence: float) -> Table:
    """Lay out estimates and profile intervals of all parameters."""
    rows = records(intervals)
    cells = {
        "Parameter": [_capital(parameter_words(one)) for one in profile.parameters],
        "Estimate": [_own(row, "estimate") for row in rows],
        "Lower": [_own(row, "lower") for row in rows],
        "Upper": [_own(row, "upper") for row in rows],
    }
    notes = (
        f"{percent(confidence)} profile likelihood intervals, by full maximum likelihood (ML)"
        " whatever the method of the fit, as R's confint. SD: standard deviation.",
        "An interval that starts at 0 holds a standard deviation that the data cannot tell from"
        " none; a correlation from \u22121 to 1 is one of which they say nothing.",
    )
    return Table(frame_of(cells), "Profile intervals", notes, "profile-intervals")


def design_effect(found: DesignEffect) -> Table:
    """Lay out what each level adds to the variance of the overall mean."""
    rows = records(found.by_level)
    cells = {
        "Where": [_capital(level_words(row["level"])) for row in rows] + ["Design effect"],
        "Times the variance of a mean of independent rows": column(
            [*found.by_level["inflation"], found.design_effect], decimals=2
        ),
    }
    notes = (
        f"{count(found.n_obs)} rows are worth about {count(found.effective_n)} independent ones for"
        " the overall mean.",
    )
    return Table(frame_of(cells), "What grouping costs the overall mean", notes, "design-effect")


def reliability(found: Reliability) -> Table:
    """Lay out how reliable the groups' own data are, over all groups of a level."""
    rows = records(found.terms)
    cells = {
        "Effect": [_capital(term_words(row["term"])) for row in rows],
        "Mean": [_share(row["mean"]) for row in rows],
        "Least": [_share(row["min"]) for row in rows],
        "Most": [_share(row["max"]) for row in rows],
    }
    notes = (
        f"Over all groups of {found.level}: the share of what is seen of a group that is the"
        " group's own. Near 1 its mean can be read as it is, near 0 it is mostly chance.",
    )
    return Table(frame_of(cells), "Reliability", notes, "reliability")


def variance_points(found: VarianceFunction) -> Table:
    """Lay out variances and correlations at chosen values of a slope variable."""
    rows = records(found.table)
    variances = column(found.table["variance"])
    cells = {
        found.column: [chosen(row["x"]) for row in rows],
        "Where": [_capital(level_words(row["level"])) for row in rows],
        "Variance": variances,
        "Share": [percent(row["share"], 1) for row in rows],
        "ICC": ["" if row["level"] == RESIDUAL else fixed(row["icc"], 3) for row in rows],
    }
    held = ", ".join(f"{name} = {number(value)}" for name, value in found.at_means.items())
    notes = (f"Other slope variables at their means: {held}.",) if held else ()
    caption = f"Variance by level at values of {found.column}"
    return Table(frame_of(cells), caption, notes, "variance-points")


def _share(value: float) -> str:
    return fixed(value, 2) if value == value else MISSING


def _own(row: dict[str, float], key: str) -> str:
    """Print one cell with the precision its row asks for: parameters have units of their own."""
    known = [abs(row[name]) for name in ("estimate", "lower", "upper") if row[name] == row[name]]
    width = abs(row["upper"] - row["lower"])
    size = width if 0.0 < width < float("inf") else max(known, default=1.0)
    places = decimals_for([size], digits=3)
    return fixed(row[key], places)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
