"""Sentences on where the variation lies and what it means for two rows of a group."""

from __future__ import annotations

from mlm_core.data.expressions import level_columns
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.shares import VarianceShares
from mlm_core.notes import Note
from mlm_core.views.narrative.wording import level_name, listed, name
from mlm_core.views.numbers import count, fixed, number, percents
from mlm_core.views.tables.table import records
from mlm_core.views.words import RESIDUAL

FEW_GROUPS = 4
"""With up to so many groups a caution says that the variance between them is hardly known."""


def shares(result: VarianceShares, *, outcome: str) -> str:
    """Say which share of the variation lies at which level."""
    rows = records(result.shares)
    texts = percents([row["share"] for row in rows])
    what = (
        f"Of the variation in {name(outcome)} that the predictors leave,"
        if result.is_conditional
        else f"Of all variation in {name(outcome)}"
    )
    parts = [f"{text} {_where(row['level'])}" for row, text in zip(rows, texts, strict=True)]
    parts[0] = parts[0].replace("% ", "% lies ", 1)
    return f"{what} {listed(parts)}.{_at(result)}"


def correlations(result: VarianceShares) -> str:
    """Say how two rows of the same group correlate, for every level."""
    rows = records(result.correlations)
    parts = [
        f"two rows of the same {level_name(row['level'])}"
        f"{' correlate' if place == 0 else ''} at {fixed(row['icc'], 2)}"
        for place, row in enumerate(rows)
    ]
    given = ", given their predictors" if result.is_conditional else ""
    sentence = listed(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}{given}."


def change(before: VarianceShares, after: VarianceShares, *, outcome: str) -> str:
    """Say how the predictors change the total variance that is left."""
    was, now = number(before.total_variance, 4), number(after.total_variance, 4)
    left = f"With the predictors the variance of {name(outcome)} left unexplained"
    if was == now:
        return f"{left} stays at {now}."
    direction = "falls" if after.total_variance < before.total_variance else "rises"
    return f"{left} {direction} from {was} to {now}."


def hardly_known(fit: MixedFit) -> Note | None:
    """Return a caution where a level has so few groups that its variance is hardly known."""
    few = {level: n for level, n in fit.n_groups.items() if n <= FEW_GROUPS}
    if not few:
        return None
    counts = listed([f"{count(n)} groups of {' within '.join(level_columns(level))}"
                     for level, n in few.items()])  # fmt: skip
    message = (
        f"There are only {counts}. How much groups differ can hardly be told from so few: the"
        " variance between them, and the tests and intervals that rest on it, may be far from what"
        " more groups would show. Where these few are all that matter, take the column as a"
        " predictor instead of a level."
    )
    return Note("few-groups", "caution", message, few)


def _where(level: str) -> str:
    if level == RESIDUAL:
        return "between rows of the same group"
    return f"between groups of {level_name(level)}"


def _at(result: VarianceShares) -> str:
    if not result.at:
        return ""
    held = listed([f"{name(term)} = {number(value)}" for term, value in result.at.items()])
    return f" As slopes vary between groups, this holds at {held}."
