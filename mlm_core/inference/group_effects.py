"""The groups' effects as people read them: raw and shrunk, with intervals, and compared.

A conditional mode (BLUP) is what the model says of a group; the raw effect is what the group's own
rows say, given the fixed part and the groups around it. Two groups differ when their difference is
far from zero, not when their intervals miss each other: intervals of 95% that do not overlap tell
of a difference at about the 0.6% level. The comparison intervals of Goldstein & Healy (1995) are
shortened so that over all pairs of groups no overlap means a difference at the 5% level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.errors import UnknownColumnError
from mlm_core.fits.curvature import effect_products, effect_rows
from mlm_core.fits.descent import to_children
from mlm_core.fits.groups import find_level
from mlm_core.fits.mixed import MixedFit

FloatArray = NDArray[np.float64]
# Pairs are averaged over at most this many groups, evenly spread over the ordered SDs.
_MOST_COMPARED = 500
# Columns of Z inside a group whose correlations have a smaller eigenvalue carry no own estimate.
_TIED = 1e-9


@dataclass(frozen=True, eq=False)
class GroupEffects:
    """One effect of all groups of a level.

    Attributes
    ----------
    level, term : str
    table : DataFrame
        Columns group, n, raw, mode, sd, lower, upper, comparison_lower, comparison_upper; in the
        fit's order. ``raw`` is NaN where a group's rows cannot tell.
    sd : float
        The effect's standard deviation between groups.
    reach : float
        SDs from a mode to the end of its interval.
    comparison_reach : float
        The same for the comparison interval.
    n_apart : int
        Groups whose interval leaves out zero, the average group.
    """

    level: str
    term: str
    table: pd.DataFrame
    sd: float
    reach: float
    comparison_reach: float
    n_apart: int


def group_effects(
    fit: MixedFit, level: str, term: str = "(Intercept)", *, confidence: float = 0.95
) -> GroupEffects:
    """Return the conditional modes of one effect with intervals.

    Parameters
    ----------
    fit : MixedFit
    level : str
        Name of the level, or of its innermost column.
    term : str
        The effect.
    confidence : float
        Coverage of the intervals.

    Raises
    ------
    UnknownColumnError
        No such level, or the effect does not vary there.
    """
    index = find_level(fit.levels, level)
    effects = fit.effects(level)
    terms = list(dict.fromkeys(effects["term"]))
    if term not in terms:
        raise UnknownColumnError(term, terms)
    own = effects[effects["term"] == term].reset_index(drop=True)
    mode, sd = (own[name].to_numpy(dtype=np.float64) for name in ("mode", "sd"))
    reach = float(special.ndtri(0.5 + confidence / 2.0))
    comparison = comparison_reach(sd, confidence)
    table = pd.DataFrame(
        {
            "group": own["group"],
            "n": own["n"],
            "raw": raw_effects(fit, index)[terms.index(term)],
            "mode": mode,
            "sd": sd,
            "lower": mode - reach * sd,
            "upper": mode + reach * sd,
            "comparison_lower": mode - comparison * sd,
            "comparison_upper": mode + comparison * sd,
        }
    )
    variances = fit.variances
    is_own = (variances["level"] == fit.levels[index].name) & (variances["term"] == term)
    return GroupEffects(
        level=fit.levels[index].name,
        term=term,
        table=table,
        sd=float(variances.loc[is_own & (variances["other"] == ""), "sd"].iloc[0]),
        reach=reach,
        comparison_reach=comparison,
        n_apart=int(((table["lower"] > 0.0) | (table["upper"] < 0.0)).sum()),
    )


def comparison_reach(sd: FloatArray, confidence: float = 0.95) -> float:
    """Return the SDs a comparison interval reaches, averaged over all pairs of groups.

    For two groups of one SD it is 1.96 / sqrt(2) = 1.39.
    """
    ordered = np.sort(sd)
    if len(ordered) > _MOST_COMPARED:
        places = np.linspace(0, len(ordered) - 1, _MOST_COMPARED).round().astype(np.intp)
        ordered = ordered[places]
    first, second = np.triu_indices(len(ordered), 1)
    sums = ordered[first] + ordered[second]
    z = float(special.ndtri(0.5 + confidence / 2.0))
    if not sums.any():
        return z / float(np.sqrt(2.0))
    return z * float(np.hypot(ordered[first], ordered[second]).sum() / sums.sum())


def raw_effects(fit: MixedFit, level: int) -> FloatArray:
    """Return what each group's rows say by themselves, shape (q, G), given what lies outside.

    Least squares of the residuals from the fixed part and the outer levels' effects on the columns
    that vary; for an intercept the mean residual.
    """
    problem, at = fit.problem, fit.at
    moments = problem.moments
    v = at.root.residual_coefficients[:, None]
    if level:
        v = to_children(at.descent.coefficients[level - 1], moments.families[level])
    blocks = problem.structure.at_level(level)
    state = moments.states[level + 1]
    rows = np.concatenate([effect_rows(state, block) for block in blocks])
    products = np.concatenate([effect_products(rows, block) for block in blocks], axis=1)
    right = (rows * v).sum(axis=1)
    cross = np.moveaxis(products, -1, 0)
    root = np.sqrt(np.diagonal(cross, axis1=1, axis2=2))
    unit = np.where(root > 0.0, root, 1.0)
    scaled = cross / (unit[:, :, None] * unit[:, None, :])
    can_tell = np.linalg.eigvalsh(scaled)[:, 0] > _TIED
    found = np.full((len(cross), cross.shape[1]), np.nan)
    solved = np.linalg.solve(scaled[can_tell], (right.T / unit)[can_tell][..., None])[..., 0]
    found[can_tell] = solved / unit[can_tell]
    first, user = 0, []
    for block in blocks:
        user.append(block.to_user @ found[:, first : first + block.q].T)
        first += block.q
    return np.asarray(float(moments.scale[-1]) * np.concatenate(user))
