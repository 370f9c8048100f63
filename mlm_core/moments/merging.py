"""Adding up moments of different rows: days, files, sites that never show a row to each other.

Constants and categories that every part learnt from its own rows are first brought to what all
rows together teach; groups with the same keys are then summed. The result equals the moments of all
rows up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from mlm_core.data.encoding import Encoder, GroupMeans
from mlm_core.data.expressions import Expression, Transform
from mlm_core.data.layout import lay_out
from mlm_core.data.model import Model
from mlm_core.errors import NotMergeableError
from mlm_core.moments.disclosure import merged_notes
from mlm_core.moments.group_sums import GroupSums, assemble
from mlm_core.moments.moments import Moments
from mlm_core.moments.recoding import affine, recoded

# Means of one group in two parts that differ by less than this share are the same mean.
_ROUNDING = 1e-12


def merged(parts: Sequence[Moments]) -> Moments:
    """Return the moments of the rows of all parts.

    Parameters
    ----------
    parts : sequence of Moments
        Of the same model.

    Raises
    ------
    NotMergeableError
        The models differ, or a column was understood differently, or a value depends on rows of
        several parts in a way that sums cannot repair.
    CrossedGroupsError
        Levels that were nested in every part are crossed in the whole.
    """
    model = parts[0].model
    for part in parts[1:]:
        if part.model != model:
            raise NotMergeableError(
                f"These are moments of different models: {model.formula} and"
                f" {part.model.formula}. Sum the same model everywhere."
            )
    if len(parts) == 1:
        return parts[0]
    encoder = _joint_encoder(model, parts)
    columns = lay_out(model, encoder, [level.columns for level in parts[0].levels]).varying
    sums = [recoded(part, columns, encoder) for part in parts]
    completeness = reduce(add, (part.completeness for part in parts))
    whole = assemble(model, encoder, _stacked(sums), completeness)
    return merged_notes(whole, [note for part in parts for note in part.notes])


def _stacked(sums: Sequence[GroupSums]) -> GroupSums:
    """Put the groups of all parts one after the other, around the origin of the first."""
    origin = sums[0].origin
    keys = {}
    for name in sums[0].keys:
        values = [part.keys[name] for part in sums]
        _check_kinds(name, values)
        keys[name] = np.concatenate(values)
    return GroupSums(
        keys=keys,
        columns=sums[0].columns,
        origin=origin,
        counts=np.concatenate([part.counts for part in sums]),
        means=np.concatenate(
            [part.means + (part.origin - origin)[:, None] for part in sums], axis=1
        ),
        products=np.concatenate([part.products for part in sums], axis=1),
    )


def _check_kinds(name: str, values: Sequence[np.ndarray[tuple[int], np.dtype[np.generic]]]) -> None:
    """Refuse keys that are numbers in one part and texts in another: 1 and '1' would not meet."""
    kinds = {"numbers" if part.dtype.kind in "iufb" else part.dtype.kind for part in values}
    if len(kinds) > 1:
        raise NotMergeableError(
            f"The groups of {name!r} are numbers in one part and texts or dates in another, so the"
            " same group would not be recognised. Give the column one type everywhere."
        )


# --- what all rows together teach -----------------------------------------------------------------


def _joint_encoder(model: Model, parts: Sequence[Moments]) -> Encoder:
    """Return what an encoder would have learnt from the rows of all parts."""
    encoders = [part.layout.encoder for part in parts]
    for name in sorted({name for encoder in encoders for name in encoder.categories}):
        if not all(name in encoder.categories for encoder in encoders):
            raise NotMergeableError(
                f"{name!r} holds categories in one part and numbers in another. Give it one type"
                " everywhere."
            )
    whole = Encoder(
        categories={
            name: _joint_categories([encoder.categories[name] for encoder in encoders], model, name)
            for name in encoders[0].categories
        }
    )
    sizes = np.array([part.completeness.n_complete for part in parts], dtype=np.float64)
    for transform in sorted(encoders[0].constants, key=_depth):
        whole.constants[transform] = _joint_constants(transform, encoders, sizes, whole)
    for key in encoders[0].group_means:
        found = [encoder.group_means[key] for encoder in encoders if key in encoder.group_means]
        whole.group_means[key] = _joint_group_means(key[0], found)
    return whole


def _joint_categories(found: Sequence[tuple[str, ...]], model: Model, name: str) -> tuple[str, ...]:
    """Return all categories, the reference first; sorted where every part has them sorted."""
    union = list(dict.fromkeys(category for categories in found for category in categories))
    asked = dict(model.reference).get(name)
    without = [[c for c in categories if c != asked] for categories in found]
    if all(categories == sorted(categories) for categories in without):
        union.sort()
    if asked is not None:
        union.remove(asked)
        union.insert(0, asked)
    return tuple(union)


def _joint_constants(
    transform: Transform, encoders: Sequence[Encoder], sizes: np.ndarray, whole: Encoder
) -> tuple[float, float]:
    """Return mean and standard deviation of a function's argument over all rows."""
    constants = [encoder.constants[transform] for encoder in encoders]
    if len(set(constants)) == 1:
        return constants[0]
    taken = [affine(transform.argument, encoder) for encoder in encoders]
    slopes = np.array([part.slope for part in taken])
    found = np.array(constants)
    means = (found[:, 0] - [part.constant for part in taken]) / slopes
    deviations = found[:, 1] / np.abs(slopes)
    n = sizes.sum()
    mean = means[0] + float(sizes @ (means - means[0])) / n
    squares = float((sizes - 1.0) @ deviations**2 + sizes @ (means - mean) ** 2)
    there = affine(transform.argument, whole)
    deviation = abs(there.slope) * float(np.sqrt(squares / (n - 1.0)))
    is_scale = transform.function == "scale"
    return float(there.slope * mean + there.constant), deviation if is_scale else 0.0


def _joint_group_means(argument: Expression, found: Sequence[GroupMeans]) -> GroupMeans:
    """Put the group means of all parts together; a group of two parts must have one mean."""
    keys = found[0].keys.append([part.keys for part in found[1:]])
    means = pd.Series(np.concatenate([part.means for part in found]), index=keys)
    by_group = means.groupby(level=list(range(keys.nlevels)))
    low, high = by_group.min().to_numpy(), by_group.max().to_numpy()
    if (high - low > _ROUNDING * np.abs(means.to_numpy()).max()).any():
        raise NotMergeableError(
            f"The group mean of {argument} needs all rows of a group, but some groups lie in"
            " several parts. Cut the table between these groups, or put the group means into the"
            " table before it is cut."
        )
    first = by_group.first()
    return GroupMeans(first.index, first.to_numpy(dtype=np.float64))


def _depth(expression: Expression) -> int:
    return 1 + _depth(expression.argument) if isinstance(expression, Transform) else 0
