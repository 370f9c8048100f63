"""Moments by GROUP BY: the engine sums plain columns, the rest is the same as on arrays.

Products of columns are columns first and are then summed, because every engine sums a plain column
fast and some fall back to a loop for anything else. Values are taken around the overall mean, so
what is subtracted afterwards, n m m', is of the size of the variation. Where groups differ so much
that this would still cost digits of what varies inside them, a second pass sums the products of
deviations from the groups' own means, which the engine joins to the rows.

Symbols: k columns, the outcome last; G groups; P sums of products around the origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.completeness import Completeness
from mlm_core.data.encoding import Encoder
from mlm_core.data.engines import Source, as_float
from mlm_core.data.model import Model
from mlm_core.data.plain_columns import glance
from mlm_core.data.pushdown import Pushed, push_down
from mlm_core.moments.group_sums import GroupSums, assemble
from mlm_core.moments.moments import FloatArray, Moments
from mlm_core.moments.packed import pairs, position

if TYPE_CHECKING:
    import narwhals as nw

# Below this share of a column's variation, what varies inside groups is summed by itself: products
# carry about 16 digits, of which this leaves 11.
_CANCELS = 1e-5
# A sum of squares in one group below this share of the whole one is rounding.
_ROUNDING = 1e-14


def sum_by_engine(model: Model, source: Source, encoder: Encoder) -> Moments:
    """Sum a source into moments.

    Raises
    ------
    TableError
        The table cannot carry the model.
    EngineError, ChangedTypeError
        The engine stopped.
    """
    plain = None if encoder.constants or encoder.categories else glance(model, source)
    found = None if plain is None else _first_pass(plain)
    if plain is None or found is None or not _is_whole(found):
        plain = push_down(model, source, encoder)
        found = _first_pass(plain)
        completeness = plain.completeness
    else:
        n_rows = int(found["n"].sum())
        completeness = Completeness(n_rows, n_rows, dict.fromkeys(model.columns, 0))
    return assemble(model, plain.encoder, _sums(plain, found), completeness)


def _is_whole(found: nw.DataFrame[Any]) -> bool:
    """Tell whether no value was missing or infinite: it would show in its sums."""
    keys = [name for name in found.columns if name.startswith("k")]
    sums = [name for name in found.columns if name.startswith("d")]
    return (
        len(found) > 0
        and not any(found[name].null_count() for name in keys)
        and all(np.isfinite(as_float(found[name].to_numpy())).all() for name in sums)
    )


def _sums(pushed: Pushed, frame: nw.DataFrame[Any]) -> GroupSums:
    """Return counts, means and products inside the groups."""
    k = len(pushed.origin)
    found = {name: frame[name].to_numpy() for name in frame.columns}
    keys = {name: found.pop(f"k{index}") for index, name in enumerate(pushed.keys)}
    counts = as_float(found.pop("n"))
    means = np.stack([as_float(found.pop(f"d{index}")) for index in range(k)])
    means /= counts
    products = np.empty((k * (k + 1) // 2, len(counts)))
    for entry, (i, j) in enumerate(zip(*pairs(k), strict=True)):
        products[entry] = found.pop(f"p{entry}")
        if i == j:
            _clear_rounding(products[entry], counts, means[i])
        else:
            products[entry] -= counts * means[i] * means[j]
    diagonal = np.diag(position(k))
    for entry, (i, j) in enumerate(zip(*pairs(k), strict=True)):
        if i != j:
            is_flat = (products[diagonal[i]] == 0.0) | (products[diagonal[j]] == 0.0)
            products[entry][is_flat] = 0.0
    if pushed.keys:
        _sum_again(pushed, keys, counts, means, products)
    return GroupSums(keys, pushed.columns, pushed.origin, counts, means, products)


def _clear_rounding(squares: FloatArray, counts: FloatArray, mean: FloatArray) -> None:
    """Take the mean out of sums of squares in place; what is left of a constant is zero."""
    least = _ROUNDING * squares
    squares -= counts * mean * mean
    squares[(squares <= least) | (counts == 1.0)] = 0.0


def _first_pass(pushed: Pushed) -> nw.DataFrame[Any]:
    """Let the engine count and sum values and products around the origin."""
    import narwhals as nw

    k = len(pushed.origin)
    keys = [f"k{index}" for index in range(len(pushed.keys))]
    frame = pushed.frame.select(
        *keys, **{f"d{i}": nw.col(f"v{i}") - float(pushed.origin[i]) for i in range(k)}
    )
    frame = frame.with_columns(
        **{
            f"p{entry}": nw.col(f"d{i}") * nw.col(f"d{j}")
            for entry, (i, j) in enumerate(zip(*pairs(k), strict=True))
        }
    )
    sums = [nw.col(f"d{i}").sum() for i in range(k)]
    sums += [nw.col(f"p{entry}").sum() for entry in range(len(pairs(k)[0]))]
    if keys:
        return pushed.source.collect(frame.group_by(*keys).agg(nw.len().alias("n"), *sums))
    return pushed.source.collect(frame.select(nw.len().alias("n"), *sums))


# --- where groups differ far more than what is in them --------------------------------------------


def _sum_again(
    pushed: Pushed,
    keys: dict[str, NDArray[Any]],
    counts: FloatArray,
    means: FloatArray,
    products: FloatArray,
) -> None:
    """Replace products that have lost digits by sums of products of deviations, in place."""
    k = len(means)
    inside = products[np.diag(position(k))].sum(axis=-1)
    between = (counts * means**2).sum(axis=-1)
    poor = np.flatnonzero((inside < _CANCELS * between) & (between > 0.0)).tolist()
    if not poor:
        return
    found = _second_pass(pushed, poor)
    order = _matching(keys, {name: found[f"k{i}"] for i, name in enumerate(pushed.keys)})
    where = position(k)
    for i in poor:
        for j in range(k):
            entry = where[i, j]
            products[entry] = found[f"p{entry}"][order]


def _second_pass(pushed: Pushed, poor: list[int]) -> dict[str, NDArray[Any]]:
    """Let the engine join the groups' means of some columns, and sum products of deviations."""
    import narwhals as nw

    k = len(pushed.origin)
    keys = [f"k{index}" for index in range(len(pushed.keys))]
    frame = pushed.frame.select(
        *keys, **{f"d{i}": nw.col(f"v{i}") - float(pushed.origin[i]) for i in range(k)}
    )
    means = frame.group_by(*keys).agg(nw.col(f"d{i}").mean().alias(f"m{i}") for i in poor)
    joined = frame.join(means, on=keys, how="inner")
    inside = joined.with_columns(**{f"d{i}": nw.col(f"d{i}") - nw.col(f"m{i}") for i in poor})
    entries = sorted({int(position(k)[i, j]) for i in poor for j in range(k)})
    first, second = pairs(k)
    products = {
        f"p{entry}": nw.col(f"d{first[entry]}") * nw.col(f"d{second[entry]}") for entry in entries
    }
    summed = inside.select(*keys, **products).group_by(*keys)
    return pushed.source.arrays(summed.agg(nw.col(name).sum() for name in products))


def _matching(keys: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> NDArray[np.intp]:
    """Return, for every group, its place among the same groups in another order."""
    import pandas as pd

    wanted, found = (pd.MultiIndex.from_arrays(list(groups.values())) for groups in (keys, other))
    return np.asarray(found.get_indexer(wanted), dtype=np.intp)
