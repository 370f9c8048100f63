"""Tables of variance components, their shares, and the correlations they imply."""

from __future__ import annotations

import pandas as pd

from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.share_intervals import ShareIntervals
from mlm_core.inference.shares import VarianceShares
from mlm_core.views.numbers import column, count, fixed, number, percent, percents
from mlm_core.views.tables.table import Table, frame_of, records, sizes_footnote
from mlm_core.views.words import RESIDUAL, level_words


def variances(fit: MixedFit) -> Table:
    """Lay out the variance components, each level named once, the residual last."""
    frame = fit.variances
    is_own = frame["other"] == ""
    own = frame[is_own]
    levels = [str(level) for level in own["level"]]
    shown = [level if place == 0 or levels[place - 1] != level else ""
             for place, level in enumerate(levels)]  # fmt: skip
    cells = {
        "Level": shown,
        "Term": [str(term) for term in own["term"]],
        "Variance": column(own["variance"]),
        "SD": column(own["sd"]),
    }
    cells |= _correlation_columns(own, frame[~is_own])
    notes = [f"Estimated by {fit.method}.", sizes_footnote(fit)]
    notes += [note.message for note in fit.notes if note.code.startswith("singular")]
    return Table(frame_of(cells), "Random effects", tuple(notes), "variance-components")


def _correlation_columns(own: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, list[str]]:
    """Return one column for each effect that a later one of its level is correlated with."""
    found = {(row["level"], row["other"], row["term"]): row["corr"] for row in records(pairs)}
    terms = list(dict.fromkeys(pairs["term"]))
    return {
        f"Corr with {term}": [
            fixed(found[key], 2) if (key := (row["level"], row["term"], term)) in found else ""
            for row in records(own)
        ]
        for term in terms
    }


def shares(result: VarianceShares, *, outcome: str, sure: ShareIntervals | None = None) -> Table:
    """Lay out how the variance divides over the levels, with the intervals of ``sure``."""
    frame = result.shares
    cells = {
        "Where": [_capital(level_words(level)) for level in frame["level"]] + ["Total"],
        "Variance": column([*frame["variance"], result.total_variance]),
        "Share": [*percents(frame["share"].tolist(), 1), "100.0%"],
    }
    if sure is not None:
        inside = percent(sure.confidence)
        cells[f"{inside} from"] = [*(percent(end, 1) for end in sure.shares["lower"]), ""]
        cells[f"{inside} to"] = [*(percent(end, 1) for end in sure.shares["upper"]), ""]
    notes = [
        "Of the variance that the predictors leave."
        if result.is_conditional
        else "No predictors: the whole variance of the outcome is divided."
    ]
    notes += [*_simulated(sure), *(note.message for note in result.notes)]
    return Table(frame_of(cells), f"Variance of {outcome} by level", tuple(notes), "shares")


def correlations(result: VarianceShares, *, sure: ShareIntervals | None = None) -> Table:
    """Lay out the correlation of two rows of one group, with the intervals of ``sure``."""
    frame = result.correlations
    cells = {
        "Correlation of": [_capital(str(members)) for members in frame["members"]],
        "ICC": column(frame["icc"], decimals=3),
    }
    if sure is not None:
        inside = percent(sure.confidence)
        cells[f"{inside} from"] = column(sure.correlations["lower"], decimals=3)
        cells[f"{inside} to"] = column(sure.correlations["upper"], decimals=3)
    inner = len(frame) > 1
    notes = ["Of two rows with the same predictor values." if result.is_conditional else ""]
    if inner:
        notes.append(
            "Rows that share an inner group share its outer groups too: their correlation is the"
            " sum of the shares of all these levels."
        )
    if result.at:
        held = ", ".join(f"{name} = {number(value)}" for name, value in result.at.items())
        notes.append(f"With slopes that vary, these hold at {held}.")
    notes += _simulated(sure)
    caption = "Intraclass correlations"
    return Table(frame_of(cells), caption, tuple(filter(None, notes)), "icc")


def _simulated(sure: ShareIntervals | None) -> list[str]:
    if sure is None:
        return []
    made = sure.bootstrap
    text = f"Intervals from {count(made.n)} samples drawn from the fitted model, seed {made.seed}."
    return [text, *(note.message for note in made.notes)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if not text.startswith(RESIDUAL) else text
