"""What lines are drawn from, made by the engine that holds the table: ranges, points, means.

The range of a predictor in every group is one GROUP BY, the points are a random sample of the rows;
means of other columns stand in the moments of the fit already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.encoding import Encoder
from mlm_core.data.engine_samples import sample_rows
from mlm_core.data.engines import Source, as_float
from mlm_core.data.grouping import build_hierarchy
from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.data.pushdown import push_down
from mlm_core.errors import NeedsRowsError
from mlm_core.fits.groups import find_level
from mlm_core.moments.moments import Moments

SAMPLE = 1000
"""Rows in a sample: as many as a browser draws at once, and as an eye can use."""


def sample_size(n_rows: int, most: int) -> int:
    """Return how many of some rows are drawn: all of them up to ``most``, else a sample."""
    return n_rows if n_rows <= most else min(most, SAMPLE)


@dataclass(frozen=True, eq=False)
class PushedPoints:
    """Ranges by group and a sample of the rows.

    Attributes
    ----------
    ranges : DataFrame
        ``group``, ``n``, ``lower``, ``upper`` of the predictor, one row a group.
    points : DataFrame
        ``x``, ``y``, ``group``.
    n_total : int
        Rows that the points are a sample of.
    """

    ranges: pd.DataFrame
    points: pd.DataFrame
    n_total: int


def points_of_source(
    source: Source, moments: Moments, column: Column, level: str, *, most: int, seed: int
) -> PushedPoints:
    """Let the engine find the range of a column in every group, and draw rows.

    Parameters
    ----------
    source : Source
    moments : Moments
        Of a fit to the same table, with the column among its own.
    column : Column
    level : str
        Level whose groups are asked for.
    most : int
        More rows than this are drawn as a sample, see :func:`sample_size`.
    seed : int
    """
    import narwhals as nw

    rows = _Rows(source, moments, column, level)
    x = nw.col("x")
    asked = rows.frame.group_by(*rows.places).agg(
        nw.len().alias("n"), x.min().alias("lower"), x.max().alias("upper")
    )
    found = source.arrays(asked)
    labels, codes = rows.labels(found)
    order = np.argsort(codes, kind="stable")
    ranges = pd.DataFrame(
        {
            "group": labels[codes][order],
            "n": found["n"][order].astype(np.int64),
            "lower": as_float(found["lower"])[order],
            "upper": as_float(found["upper"])[order],
        }
    )
    size = sample_size(moments.n_rows, most)
    table = sample_rows(source, rows.frame, most=size, n_rows=moments.n_rows, seed=seed)
    return PushedPoints(ranges, rows.labelled(table), moments.n_rows)


def points_of_groups(
    source: Source,
    moments: Moments,
    column: Column,
    level: str,
    groups: Sequence[str],
    *,
    most: int,
    seed: int = 1,
) -> PushedPoints:
    """Let the engine fetch the rows of chosen groups, or a sample of them; no ranges."""
    import narwhals as nw

    rows = _Rows(source, moments, column, level)
    own = moments.levels[find_level(moments.levels, level)]
    places = np.flatnonzero(np.isin(own.labels(), list(groups)))
    columns = list(zip(rows.places, (keys[places].tolist() for keys in own.keys), strict=True))
    wanted = [
        reduce(and_, (nw.col(name) == values[place] for name, values in columns))
        for place in range(len(places))
    ]
    nothing = pd.DataFrame({"group": [], "n": [], "lower": [], "upper": []})
    if not wanted:
        return PushedPoints(nothing, pd.DataFrame({"x": [], "y": [], "group": []}), 0)
    frame = rows.frame.filter(reduce(or_, wanted))
    n_total = source.over(frame).n_rows
    size = sample_size(n_total, most)
    table = sample_rows(source, frame, most=size, n_rows=n_total, seed=seed)
    return PushedPoints(nothing, rows.labelled(table), n_total)


def held_means(
    moments: Moments, columns: Sequence[Column], predictor: Column
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the means at which other terms are held, and what products add to the slope.

    Raises
    ------
    NeedsRowsError
        A product is in the model without its other factors, so that their mean is not in the sums.
    """
    at, tilt = {}, {}
    for name in columns:
        if name in (INTERCEPT, predictor):
            continue
        if predictor.factors[0] in name.factors:
            rest = tuple(factor for factor in name.factors if factor != predictor.factors[0])
            tilt[name.label] = mean_of(moments, Column(rest))
        else:
            at[name.label] = mean_of(moments, name)
    return at, tilt


def mean_of(moments: Moments, column: Column) -> float:
    """Return the mean of a column over all rows.

    Raises
    ------
    NeedsRowsError
        The column is not among those summed.
    """
    if column not in moments.columns:
        raise NeedsRowsError(moments.n_rows, 0)
    return float(moments.shift[moments.columns.index(column)])


class _Rows:
    """The rows of a source with a predictor ``x``, the outcome ``y`` and the keys of a level."""

    def __init__(self, source: Source, moments: Moments, column: Column, level: str) -> None:
        import narwhals as nw

        known = moments.layout.encoder
        encoder = Encoder(constants=dict(known.constants), categories=dict(known.categories))
        pushed = push_down(moments.model, source, encoder)
        self._keys = moments.levels[find_level(moments.levels, level)].columns
        self.places = [f"g{index}" for index in range(len(self._keys))]
        taken = zip(self.places, self._keys, strict=True)
        self.frame = pushed.frame.select(
            x=nw.col(f"v{pushed.columns.index(column)}"),
            y=nw.col(f"v{len(pushed.columns)}"),
            **{place: nw.col(f"k{pushed.keys.index(name)}") for place, name in taken},
        )

    def labels(
        self, lines: Mapping[str, NDArray[Any]]
    ) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
        """Return the labels of groups, as the fits write them, and the group of every line."""
        keys = {name: lines[place] for place, name in zip(self.places, self._keys, strict=True)}
        hierarchy = build_hierarchy(keys, [self._keys], len(lines["g0"]))
        return hierarchy.levels[0].labels(), hierarchy.codes

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return points with the label of their group."""
        if not len(table):
            return pd.DataFrame({"x": [], "y": [], "group": []})
        labels, codes = self.labels({place: table[place].to_numpy() for place in self.places})
        return pd.DataFrame(
            {
                "x": table["x"].to_numpy(np.float64),
                "y": table["y"].to_numpy(np.float64),
                "group": labels[codes],
            }
        )
