"""How much hangs on single groups: the model refitted without each of them.

Cook's distance of a group is the shift of all fixed coefficients when it is left out,

    (J - p) / J  (beta - beta_-j)' Cov(beta)^-1 (beta - beta_-j) / p,

J the number of groups, as lme4's ``influence`` has it; beside it stands what becomes of every
variance. Refits are exact (:mod:`mlm_core.inference.refits`), not one-step approximations.

References
----------
Demidenko & Stukel (2005), Statistics in Medicine 24; Loy & Hofmann (2014), Journal of Statistical
Software 56.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.fits.covariances import RESIDUAL
from mlm_core.fits.groups import counts_at, find_level
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.refits import Progress, Refits, refit_without_groups
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupInfluence:
    """What every group of a level does to the fit.

    Attributes
    ----------
    level : str
    table : DataFrame
        Columns group, n, cooks_distance; groups in the fit's order, NaN where the model cannot be
        estimated without the group.
    coefficients : DataFrame
        Columns group, term, without (the estimate without the group), change (without less with),
        change_in_se.
    variances : DataFrame
        Columns group, level, term, without, change, share (change as a share of the variance with
        all groups; NaN where that is zero).
    notes : tuple of Note
    """

    level: str
    table: pd.DataFrame
    coefficients: pd.DataFrame
    variances: pd.DataFrame
    notes: tuple[Note, ...]


def influence(
    fit: MixedFit, level: str | None = None, *, progress: Progress | None = None
) -> GroupInfluence:
    """Leave out each group of a level in its turn.

    Parameters
    ----------
    fit : MixedFit
    level : str, optional
        Name of the level, or of its innermost column; the outermost by default.
    progress : callable, optional
        Called with groups done and groups in all; it may raise to stop the work.
    """
    index = 0 if level is None else find_level(fit.levels, level)
    found = refit_without_groups(fit, index, progress)
    grouping = fit.levels[index]
    labels = grouping.labels()
    moved = found.beta @ (fit.scale.outcome_scale * fit.scale.matrix).T + fit.scale.constant
    change = moved - fit.beta
    solved = np.linalg.solve(fit.vcov, np.nan_to_num(change).T).T
    p, n_groups = len(fit.beta), len(labels)
    share = max(n_groups - p, 1) / n_groups  # lme4's correction for the groups used up
    distance = np.where(found.is_estimable, share * (change * solved).sum(axis=1) / p, np.nan)
    counts = counts_at(fit.problem.moments, index).astype(np.int64)
    impossible = labels[~found.is_estimable]
    return GroupInfluence(
        level=grouping.name,
        table=pd.DataFrame({"group": labels, "n": counts, "cooks_distance": distance}),
        coefficients=_coefficients(fit, labels, moved, change),
        variances=_variances(fit, labels, found),
        notes=(_impossible_note(impossible, grouping.name),) if len(impossible) else (),
    )


def _coefficients(
    fit: MixedFit, labels: NDArray[np.object_], moved: FloatArray, change: FloatArray
) -> pd.DataFrame:
    p = len(fit.terms)
    return pd.DataFrame(
        {
            "group": np.repeat(labels, p),
            "term": np.tile(fit.terms, len(labels)),
            "without": moved.ravel(),
            "change": change.ravel(),
            "change_in_se": (change / np.sqrt(np.diag(fit.vcov))).ravel(),
        }
    )


def _variances(fit: MixedFit, labels: NDArray[np.object_], found: Refits) -> pd.DataFrame:
    """Return every variance without every group, components as in ``fit.variances``."""
    sigma2 = found.r2 / found.df * fit.scale.outcome_scale**2
    values: dict[tuple[str, str], FloatArray] = {}
    for index, level in enumerate(fit.levels):
        for block in fit.problem.structure.at_level(index):
            factors = block.to_user @ np.moveaxis(block.factor(found.theta.T), -1, 0)
            own = sigma2[:, None] * (factors**2).sum(axis=2)
            for position, column in enumerate(block.columns):
                values[level.name, column.label] = own[:, position]
    values[RESIDUAL, ""] = sigma2
    table = fit.variances[fit.variances["other"] == ""]
    now = {
        (str(level), str(term)): float(value)
        for level, term, value in zip(table["level"], table["term"], table["variance"], strict=True)
    }
    frames = []
    for (level_name, term), without in values.items():
        whole = now[level_name, term]
        frames.append(
            pd.DataFrame(
                {
                    "group": labels,
                    "level": level_name,
                    "term": term,
                    "without": without,
                    "change": without - whole,
                    "share": (without - whole) / whole if whole > 0.0 else np.nan,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _impossible_note(labels: NDArray[np.object_], level: str) -> Note:
    shown = ", ".join(str(label) for label in labels[:5])
    more = f" and {len(labels) - 5} more" if len(labels) > 5 else ""
    message = (
        f"Without {shown}{more} the model cannot be estimated: a predictor varies only through"
        f" that group of {level}, or too few groups are left. Its influence is not a number;"
        " what the model says there rests on it alone."
    )
    return Note("rests-on-one-group", "caution", message, {"groups": tuple(labels), "level": level})
