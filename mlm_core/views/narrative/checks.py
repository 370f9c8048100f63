"""Sentences on checks: what the residuals, the effects and single groups say of a model."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from mlm_core.data.layout import INTERCEPT
from mlm_core.inference.influence import GroupInfluence
from mlm_core.inference.quantile_plots import QuantilePlot
from mlm_core.inference.residual_checks import Heterogeneity
from mlm_core.inference.residual_points import ResidualPoints
from mlm_core.notes import Note
from mlm_core.views.narrative.wording import counted, how_often, level_name, listed, name
from mlm_core.views.numbers import count, fixed, number, percent
from mlm_core.views.tables.table import records

STILL_ALIKE = 0.05
"""A correlation of residuals above, group effects taken out, is more than the groups leave."""
NOT_ALIKE = 0.005
"""A correlation of residuals up to this prints as none (the fixed part alone taken out)."""
CLEARLY_OUTSIDE = 0.10
"""Share of values outside a 95% band above which a quantile plot bends away from normal."""
HEAVY = 1.0
"""Excess kurtosis above (or below its negative) that a sentence speaks of."""
SKEWED = 0.5
"""Skewness beyond which a sentence speaks of it."""
UNUSUAL_P = 0.05
"""A p-value below says that the groups' residual variances differ by more than chance."""
MANY_SE = 0.5
"""A coefficient that moves by more standard errors than this rests heavily on one group."""
MANY_MORE = 1.5
"""Times Kenward and Roger's degrees of freedom from which Satterthwaite's are cautioned of."""
WIDENING = 2.0
"""Ratio of the largest to the smallest SD of neighbours above which residuals fan out."""


def verdict(correlations: pd.DataFrame) -> str:
    """Say whether the groups' effects carry what rows of one group have in common."""
    parts = [
        f"{fixed(row['fixed_only'], 2)} around the fixed part and by"
        f" {fixed(row['with_effects'], 2)} once the groups' effects are taken out as well"
        if place == 0
        else f"two rows of the same {level_name(row['level'])} by {fixed(row['fixed_only'], 2)} and"
        f" {fixed(row['with_effects'], 2)}"
        for place, row in enumerate(records(correlations))
    ]
    first = level_name(str(correlations["level"].iloc[0]))
    sentence = (
        f"The residuals of two rows of the same {first} are correlated by {'; of '.join(parts)}"
    )
    rows = records(correlations)
    rest = [row for row in rows if row["with_effects"] > STILL_ALIKE]
    if rest:
        names = listed([level_name(row["level"]) for row in rest])
        ending = f"Something that rows of one {names} share is not in the model yet."
    elif all(row["fixed_only"] <= NOT_ALIKE for row in rows):
        ending = "Rows of one group have nothing in common that an effect of the group could carry."
    else:
        ending = "The groups' effects carry what rows of one group have in common."
    return f"{sentence}. {ending}"


def quantiles(plot: QuantilePlot, *, of: str) -> str:
    """Say whether values look normal; ``of`` is what they are, Markdown-safe."""
    if not plot.n:
        return f"There is nothing to draw: the {of} do not vary."
    if plot.share_outside <= CLEARLY_OUTSIDE:
        return (
            f"The {of} look normal: {percent(plot.share_outside)} of {count(plot.n)} lie outside"
            " the band that holds 95% of normal values."
        )
    shape = _shape(plot)
    return (
        f"The {of} bend away from normal: {percent(plot.share_outside)} of {count(plot.n)} lie"
        f" outside the band that holds 95% of normal values{shape}. Fixed effects and their"
        " intervals bear that well where groups are many; intervals for single rows and single"
        " groups, and those of variances, do not."
    )


def _shape(plot: QuantilePlot) -> str:
    parts = []
    if abs(plot.skewness) > SKEWED:
        side = "right" if plot.skewness > 0 else "left"
        parts.append(f"a longer tail to the {side} (skewness {number(plot.skewness, 2)})")
    if plot.excess_kurtosis > HEAVY:
        parts.append(f"heavier tails (excess kurtosis {number(plot.excess_kurtosis, 2)})")
    if plot.excess_kurtosis < -HEAVY:
        parts.append(f"lighter tails (excess kurtosis {number(plot.excess_kurtosis, 2)})")
    return f": {listed(parts)}" if parts else ""


def residuals_over_fitted(found: ResidualPoints) -> str:
    """Say whether the means of neighbours stay at zero and their spread is one."""
    return (
        "A straight band around zero is what a model that fits leaves. A curve in the means of"
        " neighbours asks for another shape of a predictor, a fan for another scale of the outcome."
        f" {_spread(found.means['sd'])}"
    )


def _spread(sd: pd.Series[float]) -> str:
    if len(sd) == 1:
        return "With so few rows neither can be seen."
    smallest, largest = float(sd.min()), float(sd.max())
    spread = (
        f"The standard deviation of neighbours runs from {number(smallest)} to {number(largest)}"
    )
    if largest > WIDENING * smallest:
        return f"{spread}: the residual variance is not the same everywhere."
    return f"{spread}, about the same everywhere."


def influence(found: GroupInfluence) -> str:
    """Say which group moves the fixed effects most, and how far."""
    table = found.table.dropna(subset=["cooks_distance"])
    if table.empty:
        return "No group can be left out: the model cannot be estimated without any one of them."
    group = str(table["group"].iloc[int(table["cooks_distance"].to_numpy().argmax())])
    own = found.coefficients[found.coefficients["group"] == group]
    row = records(own.loc[[own["change_in_se"].abs().idxmax()]])[0]
    moved = abs(row["change_in_se"])
    sentence = (
        f"Of the groups of {level_name(found.level)}, group {name(group)} moves the fixed effects"
        f" most: without it the {_coefficient(row['term'])} is {number(row['without'], 4)},"
        f" {fixed(moved, 2)} standard errors {'higher' if row['change'] > 0 else 'lower'}."
    )
    if moved > MANY_SE:
        return f"{sentence} That is much for a single group: look at its rows."
    return f"{sentence} No conclusion hangs on a single group."


def variances_moved(found: GroupInfluence) -> str:
    """Say which group moves a variance most."""
    rows = found.variances.dropna(subset=["share"])
    if rows.empty:
        return ""
    row = records(rows.loc[[rows["share"].abs().idxmax()]])[0]
    what = (
        f"variance of the {_effect(row['term'])} between groups of {level_name(row['level'])}"
        if row["term"]
        else "residual variance"
    )
    change = "larger" if row["share"] > 0 else "smaller"
    return (
        f"Of the variances the {what} moves most: without group {name(row['group'])} it is"
        f" {number(row['without'], 4)}, {percent(abs(row['share']))} {change}."
    )


def _effect(term: str) -> str:
    return "intercept" if term == INTERCEPT.label else f"slope of {name(term)}"


def _coefficient(term: str) -> str:
    return "intercept" if term == INTERCEPT.label else f"coefficient of {name(term)}"


def heterogeneity(found: Heterogeneity) -> str:
    """Say whether groups share one residual variance."""
    if math.isnan(found.p):
        return (
            f"Too few groups of {level_name(found.level)} have enough rows to compare their"
            " residual variances."
        )
    left = ""
    if found.n_left_out:
        left = f" ({counted(found.n_left_out, 'group', 'groups')} with too few rows left out)"
    sentence = (
        f"If all groups of {level_name(found.level)} had one residual variance, Bartlett's"
        f" statistic of {number(found.statistic)} or more would come up {how_often(found.p)}{left}."
    )
    if found.p < UNUSUAL_P:
        return (
            f"{sentence} Some groups scatter more than others. The test also reacts to tails that"
            " are not normal; robust standard errors do not lean on one variance for all."
        )
    return f"{sentence} That is no clear sign against one variance for all."


def standard_errors(table: pd.DataFrame) -> str:
    """Say how far the robust standard errors lie from those of the model."""
    ratio = table["se_robust"] / table["se_model"]
    place = int(np.abs(np.log(ratio.to_numpy(dtype=np.float64))).argmax())
    row = records(table)[place]
    far = float(row["se_robust"] / row["se_model"])
    word = "larger" if far > 1.0 else "smaller"
    return (
        f"The robust standard error lies furthest from the model's for {name(row['term'])}:"
        f" {percent(abs(far - 1.0))} {word}. Where the three columns agree the choice between them"
        " does not matter; where they do not, report the robust one, or mend the model."
    )


def boundary_df(table: pd.DataFrame) -> Note | None:
    """Return a caution where Satterthwaite's degrees of freedom take a variance at zero as known.

    For singular fits; None where Kenward and Roger's are not clearly fewer.
    """
    ratio = table["df_model"] / table["df_kr"]
    place = int(ratio.to_numpy(dtype=np.float64).argmax())
    row = records(table)[place]
    if row["df_model"] < MANY_MORE * row["df_kr"]:
        return None
    message = (
        "A variance of this model is estimated as zero, or a correlation as plus or minus one."
        " Satterthwaite's degrees of freedom, as lmerTest prints them, take that as certain:"
        f" {fixed(row['df_model'], 1)} for {row['term']}, where Kenward and Roger's method counts"
        f" {fixed(row['df_kr'], 1)}. Read the latter."
    )
    numbers = {"term": row["term"], "satterthwaite": row["df_model"], "kr": row["df_kr"]}
    return Note("boundary-df", "caution", message, numbers)
