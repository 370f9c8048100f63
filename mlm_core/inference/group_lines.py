"""Lines to be drawn: where each group's line starts and ends, and how far pooling has moved it.

A line is drawn over the range of its own group's predictor and no further. Other terms of a model
are held at stated values. Coefficients come as the long tables of the fits (group, n, term,
estimate), so that pooled, unpooled and mixed lines are drawn by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

INTERCEPT = "(Intercept)"
MOST_POINTS = 5000


@dataclass(frozen=True, eq=False)
class Points:
    """Points of a scatter plot.

    Attributes
    ----------
    table : DataFrame
        ``x``, ``y``, ``group``.
    n_total : int
        Complete rows there are.
    """

    table: pd.DataFrame
    n_total: int

    @property
    def is_sample(self) -> bool:
        """Whether only some of the rows are among the points."""
        return len(self.table) < self.n_total


def sample_points(
    x: ArrayLike, y: ArrayLike, group: ArrayLike, *, most: int = MOST_POINTS, seed: int = 1
) -> Points:
    """Collect the points of a scatter plot, a random sample of them when there are very many.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Predictor and outcome; rows where either is missing are left out.
    group : array_like, shape (n,)
        Group label of each row.
    most : int
        Size of the sample.
    seed : int
        Seed of the generator: the same seed gives the same sample.
    """
    table = pd.DataFrame(
        {
            "x": np.asarray(x, dtype=np.float64),
            "y": np.asarray(y, dtype=np.float64),
            "group": np.asarray(group),
        }
    )
    is_complete = np.isfinite(table["x"]) & np.isfinite(table["y"])
    table = table[is_complete].reset_index(drop=True)
    n_total = len(table)
    if n_total > most:
        chosen = np.random.default_rng(seed).choice(n_total, most, replace=False)
        table = table.loc[np.sort(chosen)].reset_index(drop=True)
    return Points(table, n_total)


def group_ranges(x: ArrayLike, group: ArrayLike) -> pd.DataFrame:
    """Return the range of a predictor by group: ``group``, ``n``, ``lower``, ``upper``."""
    values = pd.DataFrame({"x": np.asarray(x, dtype=np.float64), "group": np.asarray(group)})
    ranges = values.dropna().groupby("group", sort=False)["x"].agg(["size", "min", "max"])
    ranges.columns = pd.Index(["n", "lower", "upper"])
    ranges = ranges.reset_index()
    ranges["group"] = ranges["group"].map(str)
    return ranges


def line_ends(
    coefficients: pd.DataFrame,
    ranges: pd.DataFrame,
    *,
    predictor: str,
    at: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return both ends of every group's line.

    Parameters
    ----------
    coefficients : DataFrame
        Long: ``group``, ``term``, ``estimate``. Terms other than the intercept and ``predictor``
        enter with the value that ``at`` gives them, zero where it gives none.
    ranges : DataFrame
        ``group``, ``n``, ``lower``, ``upper``, see :func:`group_ranges`.
    predictor : str
        The term on the horizontal axis.
    at : Mapping[str, float], optional
        Values at which the other terms are held, for example their means.

    Returns
    -------
    DataFrame
        ``group``, ``n``, ``intercept``, ``slope``, ``x_from``, ``y_from``, ``x_to``, ``y_to``;
        groups that lack a coefficient or a range are left out.
    """
    held = {INTERCEPT: 1.0, **(at or {})}
    rows = coefficients[["group", "term", "estimate"]]
    is_slope = rows["term"] == predictor
    slopes = rows[is_slope].set_index("group")["estimate"].rename("slope")
    others = rows[~is_slope]
    parts = others["estimate"] * others["term"].map(held).fillna(0.0).astype(np.float64)
    parts = parts.mask(others["term"].map(held).fillna(0.0) == 0, 0.0)
    intercepts = parts.groupby(others["group"], sort=False).sum(min_count=1).rename("intercept")
    is_broken = parts.isna().groupby(others["group"], sort=False).any()
    lines = pd.concat([intercepts.mask(is_broken), slopes], axis=1).dropna()
    lines.index = lines.index.map(str)
    ends = ranges.merge(lines, left_on="group", right_index=True, how="inner")
    return pd.DataFrame(
        {
            "group": ends["group"],
            "n": ends["n"],
            "intercept": ends["intercept"],
            "slope": ends["slope"],
            "x_from": ends["lower"],
            "y_from": ends["intercept"] + ends["slope"] * ends["lower"],
            "x_to": ends["upper"],
            "y_to": ends["intercept"] + ends["slope"] * ends["upper"],
        }
    ).reset_index(drop=True)


def shrinkage(raw: pd.DataFrame, shrunk: pd.DataFrame, *, term: str) -> pd.DataFrame:
    """Set each group's own estimate beside its partially pooled one.

    Parameters
    ----------
    raw, shrunk : DataFrame
        Long: ``group``, ``n``, ``term``, ``estimate``, of the unpooled and of the mixed fit.
    term : str
        The coefficient compared.

    Returns
    -------
    DataFrame
        ``group``, ``n``, ``raw``, ``shrunk``, and ``place``: ``n``, spread a little where groups
        share a size. Ordered by ``n``; groups without an estimate of their own are left out.
    """
    own = raw.loc[raw["term"] == term, ["group", "n", "estimate"]]
    pooled = shrunk.loc[shrunk["term"] == term, ["group", "estimate"]]
    both = own.merge(pooled, on="group", suffixes=("_raw", "_shrunk")).dropna()
    both.columns = pd.Index(["group", "n", "raw", "shrunk"])
    both = both.sort_values(["n", "raw"], kind="stable").reset_index(drop=True)
    return both.assign(place=_spread(both["n"].to_numpy(dtype=np.float64)))


def _spread(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spread equal sizes over 0.8 of the unit around them, in their given order."""
    rank = pd.Series(sizes).groupby(sizes).cumcount().to_numpy()
    times = pd.Series(sizes).groupby(sizes).transform("size").to_numpy()
    place: NDArray[np.float64] = sizes + 0.8 * ((rank + 0.5) / times - 0.5)
    return place


def mode_intervals(effects: pd.DataFrame, *, term: str, level: float = 0.95) -> pd.DataFrame:
    """Return conditional modes with normal bounds, ascending.

    Parameters
    ----------
    effects : DataFrame
        ``group``, ``n``, ``term``, ``mode``, ``sd``.
    term : str
        The effect wanted.
    level : float
        Coverage of the bounds.

    Returns
    -------
    DataFrame
        ``group``, ``n``, ``estimate``, ``lower``, ``upper``.
    """
    reach = float(stats.norm.ppf(0.5 + level / 2))
    rows = effects[effects["term"] == term].sort_values("mode", kind="stable")
    return pd.DataFrame(
        {
            "group": rows["group"],
            "n": rows["n"],
            "estimate": rows["mode"],
            "lower": rows["mode"] - reach * rows["sd"],
            "upper": rows["mode"] + reach * rows["sd"],
        }
    ).reset_index(drop=True)
