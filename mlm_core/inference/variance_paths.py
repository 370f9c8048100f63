"""From model to model: what becomes of each variance component.

The fall of a level's variance, as a share of what it was, is read as the share the new predictors
explain at that level (Raudenbush & Bryk 2002, ch. 4; Snijders & Bosker 2012, ch. 7). It can be
negative: a predictor that varies only inside groups makes the residual variance smaller, and what
sampling alone puts between the groups' means with it, so the level's own variance grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlm_core.fits.covariances import RESIDUAL
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.inference.comparison import check_same_rows
from mlm_core.notes import Note

# A rise below this share of what the component was is not worth a word.
_NOTICED = 1e-3


@dataclass(frozen=True, eq=False)
class VariancePaths:
    """Variance components along a list of models.

    Attributes
    ----------
    table : DataFrame
        Columns model (position in the list, from zero), level, term, variance, change (from the
        model before), share (the fall as a share of that, negative where it grows). NaN where a
        model, or the one before it, does not have the component. Outermost level first, the
        residual last, for each model.
    notes : tuple of Note
    """

    table: pd.DataFrame
    notes: tuple[Note, ...]


def variance_paths(fits: Sequence[MixedFit | PooledFit]) -> VariancePaths:
    """Follow every variance component along models of the same rows.

    Raises
    ------
    DifferentRowsError
        Two neighbours were fitted to different rows or outcomes.
    """
    keys = _components(fits)
    records, notes = [], []
    before: dict[tuple[str, str], float] = {}
    for position, fit in enumerate(fits):
        if position:
            check_same_rows(fits[position - 1], fit)
        now = _variances(fit)
        for level, term in keys:
            variance, earlier = now.get((level, term), np.nan), before.get((level, term), np.nan)
            change = variance - earlier
            share = -change / earlier if earlier > 0.0 else np.nan
            records.append((position, level, term, variance, change, share))
            if share < -_NOTICED:
                notes.append(_grown_note(position, level, term, share))
        before = now
    columns = ["model", "level", "term", "variance", "change", "share"]
    return VariancePaths(pd.DataFrame.from_records(records, columns=columns), tuple(notes))


def _variances(fit: MixedFit | PooledFit) -> dict[tuple[str, str], float]:
    if isinstance(fit, PooledFit):
        return {(RESIDUAL, ""): fit.sigma**2}
    table = fit.variances[fit.variances["other"] == ""]
    keys = zip(table["level"], table["term"], strict=True)
    return dict(zip(keys, table["variance"], strict=True))


def _components(fits: Sequence[MixedFit | PooledFit]) -> list[tuple[str, str]]:
    """Return every component of any model, outermost level first, the residual last."""
    found: dict[tuple[str, str], int] = {}
    levels: dict[str, int] = {}
    for fit in fits:
        for depth, level in enumerate(fit.levels if isinstance(fit, MixedFit) else ()):
            levels[level.name] = max(levels.get(level.name, 0), depth)
        for key in _variances(fit):
            found.setdefault(key, len(found))
    last = len(levels) + 1
    return sorted(found, key=lambda key: (levels.get(key[0], last), found[key]))


def _grown_note(position: int, level: str, term: str, share: float) -> Note:
    name = f"variance of {term} between groups of {level}" if term else "residual variance"
    message = (
        f"The {name} is {-share:.1%} larger in model {position + 1} than in the model before it."
        " That is no error: a predictor that varies inside the groups takes away residual variance,"
        " and what looked like it between groups turns out to be theirs. Read it as nothing"
        " explained at this level, not as a negative share."
    )
    numbers = {"model": position, "level": level, "term": term, "share": share}
    return Note("variance-grown", "caution", message, numbers)
