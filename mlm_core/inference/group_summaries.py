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
from mlm_core.data.encoding import Encoder, numeric
from mlm_core.data.engine_samples import sample_groups
from mlm_core.data.engines import Source, distinct
from mlm_core.data.expressions import level_name
from mlm_core.data.model import Model
from mlm_core.data.nests import nest, path_texts
from mlm_core.data.pushdown import push_down
from mlm_core.data.tables import Table, in_memory, opened
from mlm_core.errors import NoCompleteRowsError
from mlm_core.inference.pushed_summaries import FENCE, summarise_source
from mlm_core.inference.summaries import readable_range

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
#: Of a table that an engine works through, groups with about so many rows together are read.
MOST_GROUPED_ROWS = 50_000
_COLUMNS = [
    *("position", "group", "n", "mean", "sd", "lower", "upper"),
    *("whisker_low", "q1", "median", "q3", "whisker_high"),
]


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
    n_all : int
        Groups there are: more than are here where these are a random sample of them.
    """

    values: Floats
    codes: NDArray[np.intp]
    start: NDArray[np.intp]
    n: NDArray[np.intp]
    labels: NDArray[np.object_]
    n_all: int


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
    level = level_name(tuple(groups))
    source = opened(data, [outcome, *groups])
    if isinstance(source, Source):
        found = summarise_source(source, outcome, groups)
        return _in_order(outcome, level, found.table, found.outliers, (found.mean, found.median))
    rows = grouped_values(source, outcome, groups)
    values, codes = rows.values, rows.codes
    table = _five_numbers(rows)
    low, high = table["whisker_low"].to_numpy()[codes], table["whisker_high"].to_numpy()[codes]
    out = (values < low) | (values > high)
    outliers = pd.DataFrame({"group": codes[out], "value": values[out]})
    whole = float(values.mean()), float(np.median(values))
    return _in_order(outcome, level, table, outliers, whole)


def _in_order(
    outcome: str,
    level: str,
    table: pd.DataFrame,
    outliers: pd.DataFrame,
    whole: tuple[float, float],
) -> GroupSummaries:
    """Order groups by median, and give their means intervals.

    ``outliers`` name the row of their group, ``whole`` is the mean and the median of all rows.
    """
    n, mean = table["n"].to_numpy(dtype=np.int64), table["mean"].to_numpy(dtype=np.float64)
    sd = np.where(n > 1, table["sd"].to_numpy(dtype=np.float64), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        quantile = special.stdtrit(np.where(n > 1, n - 1, np.nan), 0.5 + CONFIDENCE / 2)
        half = quantile * sd / np.sqrt(n)
    table = table.assign(n=n, sd=sd, lower=mean - half, upper=mean + half)
    by_median = table.sort_values(["median", "mean", "group"], kind="stable").index.to_numpy()
    position = np.empty(len(table), dtype=np.int64)
    position[by_median] = np.arange(1, len(table) + 1)
    table.insert(0, "position", position)
    place = outliers["group"].to_numpy(dtype=np.intp)
    return GroupSummaries(
        outcome=outcome,
        level=level,
        table=table[_COLUMNS].loc[by_median].reset_index(drop=True),
        outliers=pd.DataFrame(
            {
                "position": position[place],
                "group": table["group"].to_numpy()[place],
                "n": n[place],
                "value": outliers["value"],
            }
        ),
        mean=whole[0],
        median=whole[1],
        mean_range=readable_range(table[["lower", "upper"]], others=table["mean"]),
        n_obs=int(n.sum()),
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
    return pd.DataFrame(
        {
            "group": rows.labels,
            "n": n,
            "mean": mean,
            "sd": sd,
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
    found = opened(data, [outcome, *groups])
    n_all = None
    if isinstance(found, Source):
        table, n_all = _sampled(found, outcome, groups)
    else:
        table = in_memory(found, [outcome, *groups])
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
        n_all=n_all or len(present),
    )


def _sampled(source: Source, outcome: str, groups: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Read the rows of some groups of a source; return how many groups there are as well."""
    pushed = push_down(Model(outcome=outcome, levels=tuple(groups)), source, Encoder())
    keys = [f"k{index}" for index in range(len(pushed.keys))]
    rows = sample_groups(
        source,
        pushed.frame,
        keys,
        most_rows=MOST_GROUPED_ROWS,
        n_rows=pushed.completeness.n_complete,
    )
    n_all = source.over(distinct(pushed.frame.select(*keys))).n_rows
    return rows[[*keys, "v0"]].set_axis([*pushed.keys, outcome], axis=1), n_all
