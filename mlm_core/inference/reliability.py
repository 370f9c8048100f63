"""How far each group's own data tell its effect: the reliability of group means and slopes.

Before a group is seen its effects have covariance sigma^2 Lambda Lambda'; given its rows (and the
effects of the groups around it) sigma^2 Lambda A^-1 Lambda' is left, A = I + Lambda' M[z,z] Lambda
with everything inside integrated out. The share that is gone is the reliability: for a random
intercept tau^2 / (tau^2 + variance of the group's mean), the weight a conditional mode gives to the
group's own data (Raudenbush & Bryk 2002, pp. 46 and 230).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.fits.curvature import effect_products, effect_rows
from mlm_core.fits.groups import counts_at, find_level
from mlm_core.fits.mixed import MixedFit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reliability:
    """Reliability of the effects of one level's groups.

    Attributes
    ----------
    level : str
    groups : DataFrame
        Columns group, n, term, reliability; NaN for an effect that does not vary.
    terms : DataFrame
        Columns term, mean, min, max over all groups.
    """

    level: str
    groups: pd.DataFrame
    terms: pd.DataFrame


def reliability(fit: MixedFit, level: str) -> Reliability:
    """Return the reliability of every group's effects at one level.

    Near one a group's own mean can be read as it is; near zero it is mostly chance, and the
    conditional mode is drawn to the overall mean.

    Raises
    ------
    UnknownColumnError
        The model has no such level.
    """
    index = find_level(fit.levels, level)
    moments, grouping = fit.problem.moments, fit.levels[index]
    blocks = fit.problem.structure.at_level(index)
    # The blocks of a level stand side by side: A couples them.
    state = fit.at.ascent.steps[index][0][2].before if blocks else None
    labels, values = [], []
    if state is not None:
        rows = np.concatenate([effect_rows(state, block) for block in blocks])
        products = np.concatenate([effect_products(rows, block) for block in blocks], axis=1)
        prior, root = _block_diagonal(
            [block.to_user for block in blocks], [block.factor(fit.at.theta) for block in blocks]
        )
        a = root.T @ np.moveaxis(products, -1, 0) @ root + np.eye(len(root))
        left = np.asarray(np.linalg.inv(a))
        user = prior @ root
        before = (user**2).sum(axis=1)
        after = np.einsum("ia,gab,ib->gi", user, left, user)
        known = before > 0.0
        values = list(np.where(known, 1.0 - after / np.where(known, before, 1.0), np.nan).T)
        labels = [column.label for block in blocks for column in block.columns]
    n_terms = len(labels)
    groups = pd.DataFrame(
        {
            "group": np.repeat(grouping.labels(), n_terms),
            "n": np.repeat(counts_at(moments, index).astype(np.int64), n_terms),
            "term": np.tile(np.array(labels, dtype=object), grouping.n_groups),
            "reliability": np.array(values).T.ravel(),
        }
    )
    terms = pd.DataFrame.from_records(
        [
            (name, each.mean(), each.min(), each.max())
            for name, each in zip(labels, values, strict=True)
        ],
        columns=["term", "mean", "min", "max"],
    )
    return Reliability(grouping.name, groups, terms)


def _block_diagonal(
    maps: list[FloatArray], factors: list[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return T and Lambda of a level."""
    size = sum(len(one) for one in maps)
    both = np.zeros((2, size, size))
    first = 0
    for own, factor in zip(maps, factors, strict=True):
        place = slice(first, first + len(own))
        both[0, place, place], both[1, place, place] = own, factor
        first += len(own)
    return both[0], both[1]
