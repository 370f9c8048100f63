"""The path from no pooling to complete pooling, ready to be drawn: lines and arrows by position.

Nothing is estimated here. Lines run over the range of their own group's predictor; other terms are
held at their overall means, those without variation inside groups at the group's own value. Arrows
lead from a group's own estimate to the one at each position.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.layout import INTERCEPT
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.inference.fitted_lines import FittedLines
from mlm_core.inference.group_estimates import shrinkage
from mlm_core.inference.pooling_path import PoolingPath
from mlm_core.inference.summaries import readable_range

Floats = NDArray[np.float64]

MOST_LINES = 400
"""More groups than this are drawn as a random sample: more lines are one dark patch."""


@dataclass(frozen=True, eq=False)
class PathLines:
    """Lines of the groups drawn, at every position of a path.

    Attributes
    ----------
    table : DataFrame
        ``group``, ``n``, ``x_from``, ``x_to``, ``own_from``, ``own_to`` (heights of the group's own
        line, NaN where it has none); one row a group.
    start, end : ndarray (T, G)
        Heights of the partially pooled line.
    readable : tuple of float
        Limits of the vertical axis that hold at every position.
    n_total : int
        Groups there are.
    """

    table: pd.DataFrame
    start: Floats
    end: Floats
    readable: tuple[float, float]
    n_total: int


def path_lines(
    path: PoolingPath,
    drawn: FittedLines,
    unpooled: UnpooledFit,
    *,
    most: int = MOST_LINES,
    keep: str | None = None,
    seed: int = 1,
) -> PathLines:
    """Lay the lines of a path over a predictor.

    Parameters
    ----------
    path : PoolingPath
    drawn : FittedLines
        The same model's lines over the predictor: gives ranges, and where other terms are held.
    unpooled : UnpooledFit
        At the level of the path.
    most : int
        More groups than this are drawn as a random sample.
    keep : str, optional
        A group that is drawn in any case.
    seed : int
        Seed of that sample.
    """
    chosen = _chosen(path.labels, most, keep, seed)
    ranges = drawn.by_group["pooled"].set_index("group").reindex(list(path.labels[chosen]))
    x_from, x_to = ranges["x_from"].to_numpy(), ranges["x_to"].to_numpy()
    own = dict(zip(unpooled.terms, unpooled.estimates[:, chosen], strict=True))
    own_level, own_slope = _line(own, drawn, {})
    pooled = {term: values[:, chosen] for term, values in path.coefficients.items()}
    constants = {term: values[chosen] for term, values in path.constants.items()}
    level, slope = _line(pooled, drawn, constants)
    table = pd.DataFrame(
        {
            "group": path.labels[chosen],
            "n": path.sizes[chosen].astype(np.int64),
            "x_from": x_from,
            "x_to": x_to,
            "own_from": own_level + own_slope * x_from,
            "own_to": own_level + own_slope * x_to,
        }
    )
    start, end = level + slope * x_from, level + slope * x_to
    fitted = np.concatenate([start[path.at_estimate :], end[path.at_estimate :]])
    readable = readable_range(table[["own_from", "own_to"]].to_numpy(), others=fitted)
    return PathLines(table, start, end, readable, len(path.labels))


def _line(
    coefficients: dict[str, Floats], drawn: FittedLines, constants: dict[str, Floats]
) -> tuple[Floats, Floats]:
    """Return the height at zero and the slope, shapes of the coefficients."""
    level = coefficients[INTERCEPT.label]
    for term, mean in drawn.at.items():
        if term in coefficients:
            level = level + coefficients[term] * constants.get(term, mean)
    slope = coefficients.get(drawn.predictor, np.zeros_like(level))
    for term, weight in drawn.tilt.items():
        if term in coefficients:
            slope = slope + coefficients[term] * weight
    return level, slope


def _chosen(
    labels: NDArray[np.object_], most: int, keep: str | None, seed: int
) -> NDArray[np.intp]:
    """Return the positions of the groups that are drawn, ascending."""
    if len(labels) <= most:
        return np.arange(len(labels))
    drawn = np.random.default_rng(seed).choice(len(labels), most, replace=False)
    return np.asarray(np.union1d(drawn, np.flatnonzero(labels == keep)), dtype=np.intp)


@dataclass(frozen=True, eq=False)
class PathArrows:
    """Own and partially pooled estimates of one term, at every position of a path.

    Attributes
    ----------
    term : str
    table : DataFrame
        ``group``, ``n``, ``place`` (the size, spread where groups share it), ``raw``, ``weight``
        (share of the group's own estimate in the fit, see :func:`weights`); ordered by size, groups
        without an estimate of their own left out.
    shrunk : ndarray (T, G)
    overall : ndarray (T,)
        The common value they are drawn to.
    readable : tuple of float
        Limits of the vertical axis that hold at every position.
    """

    term: str
    table: pd.DataFrame
    shrunk: Floats
    overall: Floats
    readable: tuple[float, float]

    def moves(self, place: int) -> pd.DataFrame:
        """Return ``group``, ``n``, ``raw``, ``weight`` and ``shrunk`` at one position."""
        return self.table.assign(shrunk=self.shrunk[place])


def path_arrows(
    path: PoolingPath,
    fit: MixedFit,
    unpooled: UnpooledFit,
    *,
    term: str,
    most: int = MOST_LINES,
    keep: str | None = None,
    seed: int = 1,
) -> PathArrows:
    """Set each group's own estimate beside those of a path; see :func:`path_lines`."""
    along = path.estimates(term)
    at_fit = pd.DataFrame({"group": path.labels, "term": term, "estimate": along[path.at_estimate]})
    chosen = path.labels[_chosen(path.labels, most, keep, seed)]
    own = unpooled.coefficients
    moved = shrinkage(own[own["group"].isin(set(chosen))], at_fit, term=term)
    place = pd.Index(path.labels).get_indexer(pd.Index(moved["group"]))
    weight = weights(fit, path.level, term)[place]
    overall = _common(path, term)
    return PathArrows(
        term,
        moved[["group", "n", "place", "raw"]].assign(weight=weight),
        along[:, place],
        overall,
        readable_range(moved["raw"], others=np.concatenate([moved["shrunk"], overall])),
    )


def _common(path: PoolingPath, term: str) -> Floats:
    """Return the fixed coefficient, predictors without variation inside groups at their means."""
    found = path.overall[term]
    if term == INTERCEPT.label:
        for name, values in path.constants.items():
            if name in path.overall:
                found = found + path.overall[name] * float(values.mean())
    return found


def weights(fit: MixedFit, level: str, term: str) -> Floats:
    """Return how much each group's own data count in its estimate of a term, from 0 to 1.

    One less the conditional variance of the effect over its variance; for a random intercept
    tau^2 / (tau^2 + sigma^2 / n), the reliability of the group's mean. Zero where the term does not
    vary between the groups.

    References
    ----------
    Raudenbush & Bryk (2002), Hierarchical Linear Models, 2nd edition, equation 3.42.
    """
    effects = fit.effects(level)
    own = effects.loc[effects["term"] == term, "sd"].to_numpy(dtype=np.float64)
    table = fit.variances
    row = table[(table["level"] == level) & (table["term"] == term) & (table["other"] == "")]
    variance = float(row["variance"].sum())
    groups = fit.n_groups[level]
    if not len(own) or variance <= 0.0:
        return np.zeros(groups)
    return np.clip(1.0 - own**2 / variance, 0.0, 1.0)
