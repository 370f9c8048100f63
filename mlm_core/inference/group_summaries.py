"""The outcome group by group, before any model: five numbers, outliers, means.

Quantiles interpolate linearly between order statistics (R's type 7); whiskers reach the outermost
value within 1.5 quartile distances of the box; the interval of a mean is Student's, from the
group's own standard deviation. Rows with a missing value in a column concerned are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.data.columns import find_column
from mlm_core.data.encoding import numeric
from mlm_core.data.expressions import level_name
from mlm_core.data.nests import nest, path_texts
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import NoCompleteRowsError
from mlm_core.inference.summaries import readable_range

Floats = NDArray[np.float64]

FENCE = 1.5
CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class GroupSummaries:
    """The distribution of an outcome in every group.

    Attributes
    ----------
    outcome : str
        Name of the outcome.
    level : str
        Name of the level, innermost column first.
    table : DataFrame
        One row a group, ordered by median: ``position`` (1 is the lowest median), ``group``, ``n``,
        ``mean``, ``sd``, ``lower``, ``upper`` (95% interval of the mean), ``whisker_low``, ``q1``,
        ``median``, ``q3``, ``whisker_high``.
    outliers : DataFrame
        Values beyond the whiskers: ``position``, ``group``, ``n`` of the group, ``value``.
    mean, median : float
        Over all rows.
    mean_range : tuple of float
        Limits of an axis for the means that a few wide intervals do not squeeze.
    n_obs : int
        Rows used.
    """

    outcome: str
    level: str
    table: pd.DataFrame
    outliers: pd.DataFrame
    mean: float
    median: float
    mean_range: tuple[float, float]
    n_obs: int

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.table)

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups, lowest median first."""
        return tuple(self.table["group"])


@dataclass(frozen=True, eq=False)
class GroupedValues:
    """Values sorted by group and, within a group, by size.

    Attributes
    ----------
    values : ndarray, shape (n_rows,)
    codes : ndarray of int, shape (n_rows,)
        Group of each value.
    start, n : ndarray of int, shape (n_groups,)
        Where a group begins, and how many values it has (at least one).
    labels : ndarray of str, shape (n_groups,)
        Readable names, the keys joined by `` / ``, outermost first.
    """

    values: Floats
    codes: NDArray[np.intp]
    start: NDArray[np.intp]
    n: NDArray[np.intp]
    labels: NDArray[np.object_]


def summarise_groups(data: Table, *, outcome: str, groups: Sequence[str]) -> GroupSummaries:
    """Summarise a numeric column in every group.

    Parameters
    ----------
    data : DataFrame or any other table
    outcome : str
        A numeric column.
    groups : sequence of str
        Columns that together identify a group, outermost first.
    """
    rows = grouped_values(data, outcome, groups)
    values, codes, labels = rows.values, rows.codes, rows.labels
    table = _five_numbers(rows)
    by_median = table.sort_values(["median", "mean", "group"], kind="stable").index.to_numpy()
    position = np.empty(len(table), dtype=np.int64)
    position[by_median] = np.arange(1, len(table) + 1)
    table.insert(0, "position", position)
    low, high = table["whisker_low"].to_numpy()[codes], table["whisker_high"].to_numpy()[codes]
    out = (values < low) | (values > high)
    outliers = pd.DataFrame(
        {
            "position": position[codes[out]],
            "group": labels[codes[out]],
            "n": rows.n[codes[out]],
            "value": values[out],
        }
    )
    return GroupSummaries(
        outcome=outcome,
        level=level_name(tuple(groups)),
        table=table.loc[by_median].reset_index(drop=True),
        outliers=outliers,
        mean=float(values.mean()),
        median=float(np.median(values)),
        mean_range=readable_range(table[["lower", "upper"]], others=table["mean"]),
        n_obs=len(values),
    )


def _five_numbers(rows: GroupedValues) -> pd.DataFrame:
    """Summarise every group."""
    values, codes, start, n = rows.values, rows.codes, rows.start, rows.n
    q1, median, q3 = (_quantile(values, start, n, p) for p in (0.25, 0.5, 0.75))
    reach = FENCE * (q3 - q1)
    is_inside = (values >= (q1 - reach)[codes]) & (values <= (q3 + reach)[codes])
    mean = np.add.reduceat(values, start) / n
    squares = np.add.reduceat((values - mean[codes]) ** 2, start)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.sqrt(np.where(n > 1, squares / (n - 1), np.nan))
        quantile = special.stdtrit(np.where(n > 1, n - 1, np.nan), 0.5 + CONFIDENCE / 2)
        half = quantile * sd / np.sqrt(n)
    return pd.DataFrame(
        {
            "group": rows.labels,
            "n": n,
            "mean": mean,
            "sd": sd,
            "lower": mean - half,
            "upper": mean + half,
            "whisker_low": np.minimum.reduceat(np.where(is_inside, values, np.inf), start),
            "q1": q1,
            "median": median,
            "q3": q3,
            "whisker_high": np.maximum.reduceat(np.where(is_inside, values, -np.inf), start),
        }
    )


def _quantile(values: Floats, start: NDArray[np.intp], n: NDArray[np.intp], p: float) -> Floats:
    """Interpolate a quantile in every run of sorted values."""
    rank = p * (n - 1)
    below = np.floor(rank).astype(np.intp)
    above = np.minimum(below + 1, n - 1)
    low, high = values[start + below], values[start + above]
    quantile: Floats = low + (rank - below) * (high - low)
    return quantile


def grouped_values(data: Table, outcome: str, groups: Sequence[str]) -> GroupedValues:
    """Return the outcome in the order of its groups, rows without either left out.

    Raises
    ------
    UnknownColumnError, AmbiguousColumnError, NotNumericError, AllMissingError
        The columns cannot serve.
    NoCompleteRowsError
        No row has an outcome and a group.
    """
    table = in_memory(data, [outcome, *groups])
    values = numeric(find_column(table, outcome), outcome)
    nests = nest(table, groups)
    codes = nests[-1].codes
    used = np.flatnonzero((codes >= 0) & ~np.isnan(values))
    if not used.size:
        missing = {outcome: int(np.isnan(values).sum())}
        missing |= {name: int(table[name].isna().sum()) for name in groups}
        raise NoCompleteRowsError(missing, len(table))
    order = np.lexsort((values[used], codes[used]))
    present, own = np.unique(codes[used][order], return_inverse=True)
    n = np.bincount(own)
    return GroupedValues(
        values=values[used][order],
        codes=own.astype(np.intp),
        start=np.cumsum(n) - n,
        n=n,
        labels=path_texts(nests)[present],
    )
