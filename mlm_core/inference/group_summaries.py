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
from scipy import stats

from mlm_core.errors import NoCompleteRowsError, NotNumericError

Floats = NDArray[np.float64]

FENCE = 1.5
LABEL_SEPARATOR = " / "
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
        Values beyond the whiskers: ``position``, ``group``, ``value``.
    mean, median : float
        Over all rows.
    n_obs : int
        Rows used.
    """

    outcome: str
    level: str
    table: pd.DataFrame
    outliers: pd.DataFrame
    mean: float
    median: float
    n_obs: int

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.table)


def summarise_groups(data: pd.DataFrame, *, outcome: str, groups: Sequence[str]) -> GroupSummaries:
    """Summarise a numeric column in every group.

    Parameters
    ----------
    data : DataFrame
        The table.
    outcome : str
        A numeric column.
    groups : sequence of str
        Columns that together identify a group, outermost first.
    """
    rows = complete_rows(data, outcome, groups)
    codes, labels = group_codes(rows, groups)
    values = rows[outcome].to_numpy(dtype=np.float64)
    order = np.lexsort((values, codes))
    codes, values = codes[order], values[order]
    table = _five_numbers(values, codes, labels)
    by_median = table.sort_values(["median", "mean", "group"], kind="stable").index.to_numpy()
    position = np.empty(len(table), dtype=np.int64)
    position[by_median] = np.arange(1, len(table) + 1)
    table.insert(0, "position", position)
    low, high = table["whisker_low"].to_numpy()[codes], table["whisker_high"].to_numpy()[codes]
    out = (values < low) | (values > high)
    outliers = pd.DataFrame(
        {"position": position[codes[out]], "group": labels[codes[out]], "value": values[out]}
    )
    return GroupSummaries(
        outcome=outcome,
        level=":".join(reversed(groups)),
        table=table.loc[by_median].reset_index(drop=True),
        outliers=outliers,
        mean=float(values.mean()),
        median=float(np.median(values)),
        n_obs=len(values),
    )


def _five_numbers(
    values: Floats, codes: NDArray[np.intp], labels: NDArray[np.object_]
) -> pd.DataFrame:
    """Summarise values that are sorted by group and, within a group, by size."""
    n = np.bincount(codes, minlength=len(labels))
    start = np.concatenate([[0], np.cumsum(n)[:-1]])
    q1, median, q3 = (_quantile(values, start, n, p) for p in (0.25, 0.5, 0.75))
    reach = FENCE * (q3 - q1)
    is_inside = (values >= (q1 - reach)[codes]) & (values <= (q3 + reach)[codes])
    mean = np.add.reduceat(values, start) / n
    squares = np.add.reduceat((values - mean[codes]) ** 2, start)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.sqrt(np.where(n > 1, squares / (n - 1), np.nan))
        half = stats.t.ppf(0.5 + CONFIDENCE / 2, np.where(n > 1, n - 1, np.nan)) * sd / np.sqrt(n)
    return pd.DataFrame(
        {
            "group": labels,
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


def complete_rows(data: pd.DataFrame, outcome: str, groups: Sequence[str]) -> pd.DataFrame:
    """Return the rows that have an outcome and all keys, the outcome as floats.

    Raises
    ------
    NotNumericError
        The outcome holds text.
    NoCompleteRowsError
        No row is left.
    """
    columns = [outcome, *groups]
    values = pd.to_numeric(data[outcome], errors="coerce")
    astray = np.flatnonzero((values.isna() & data[outcome].notna()).to_numpy())
    if astray.size:
        row = int(astray[0])
        raise NotNumericError(outcome, row + 1, data[outcome].iloc[row])
    rows = data[columns].assign(**{outcome: values.astype(np.float64)}).dropna()
    if rows.empty:
        missing = {name: int(data[name].isna().sum()) for name in columns}
        raise NoCompleteRowsError(missing, len(data))
    return rows


def group_codes(
    rows: pd.DataFrame, groups: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Give every row (none with a missing key) the number of its group.

    Returns
    -------
    codes : ndarray of int, shape (n_rows,)
    labels : ndarray of object, shape (n_groups,)
        Readable names, the keys joined by `` / ``.
    """
    if len(groups) == 1:
        codes, uniques = pd.factorize(rows[groups[0]], sort=_is_sortable(rows[groups[0]]))
        return codes.astype(np.intp), np.array([str(key) for key in uniques], dtype=object)
    grouped = rows.groupby(list(groups), sort=False, dropna=False)
    codes = grouped.ngroup().to_numpy().astype(np.intp)
    first = rows[list(groups)].drop_duplicates()
    labels = [
        LABEL_SEPARATOR.join(str(key) for key in keys) for keys in first.itertuples(index=False)
    ]
    return codes, np.array(labels, dtype=object)


def _is_sortable(keys: pd.Series) -> bool:
    return keys.dtype != object or keys.map(type).nunique() <= 1
