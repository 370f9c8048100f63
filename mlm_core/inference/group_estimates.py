"""Estimates group by group, ready to be drawn: in order, or before and after pooling.

Nothing is estimated here; the long tables of the fits (group, n, term, estimate) are brought into
the order and the pairs that a picture needs, with what it has to leave out counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.inference.summaries import WILD, readable_range


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


@dataclass(frozen=True, eq=False)
class Ordered:
    """Estimates of all groups in ascending order, with bounds.

    Attributes
    ----------
    table : DataFrame
        ``group``, ``n``, ``estimate``, ``lower``, ``upper``; bounds are NaN where there are none.
    readable : tuple of float
        Limits of an axis that a few very wide intervals do not squeeze.
    n_outside : int
        Estimates beyond those limits.
    n_missing : int
        Groups without an estimate; they are not in the table.
    n_unbounded : int
        Groups in the table without bounds.
    """

    table: pd.DataFrame
    readable: tuple[float, float]
    n_outside: int
    n_missing: int
    n_unbounded: int

    def of(self, group: str | None) -> tuple[str, float] | None:
        """Return a group and its estimate; None where it has none."""
        found = self.table.loc[self.table["group"] == group, "estimate"]
        return (group, float(found.iloc[0])) if group is not None and len(found) else None


def ordered_estimates(coefficients: pd.DataFrame, *, term: str) -> Ordered:
    """Order the groups' own estimates of one coefficient.

    Parameters
    ----------
    coefficients : DataFrame
        Long: ``group``, ``n``, ``term``, ``estimate``, ``lower``, ``upper``.
    term : str
        The coefficient wanted.
    """
    rows = coefficients.loc[
        coefficients["term"] == term, ["group", "n", "estimate", "lower", "upper"]
    ]
    return _ordered(rows)


def terms_of(effects: pd.DataFrame) -> tuple[str, ...]:
    """Return the effects in a long table, in order."""
    return tuple(dict.fromkeys(effects["term"]))


def ordered_modes(effects: pd.DataFrame, *, term: str, level: float = 0.95) -> Ordered:
    """Order conditional modes and give them normal bounds.

    Parameters
    ----------
    effects : DataFrame
        ``group``, ``n``, ``term``, ``mode``, ``sd``.
    term : str
        The effect wanted.
    level : float
        Coverage of the bounds.
    """
    reach = float(special.ndtri(0.5 + level / 2))
    rows = effects[effects["term"] == term]
    return _ordered(
        pd.DataFrame(
            {
                "group": rows["group"],
                "n": rows["n"],
                "estimate": rows["mode"],
                "lower": rows["mode"] - reach * rows["sd"],
                "upper": rows["mode"] + reach * rows["sd"],
            }
        )
    )


def _ordered(rows: pd.DataFrame) -> Ordered:
    table = rows.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    table = table.reset_index(drop=True)
    is_bounded = table["lower"].notna() & table["upper"].notna()
    ends = table[["lower", "upper"]].to_numpy(dtype=np.float64)
    estimates = table["estimate"].to_numpy(dtype=np.float64)
    # The intervals may be cut at the frame, the estimates themselves only when they are wild.
    readable = readable_range(ends, others=readable_range(estimates, fence=WILD), fence=1.0)
    is_outside = (estimates < readable[0]) | (estimates > readable[1])
    return Ordered(
        table=table,
        readable=readable,
        n_outside=int(is_outside.sum()),
        n_missing=len(rows) - len(table),
        n_unbounded=int((~is_bounded).sum()),
    )
