"""From a design to moments a fit can use: columns that carry information, checks that it exists.

All judgements are made on moments. Rank is judged on the correlations of the columns: a column
that the ones before it reproduce is dropped and named, as lme4 drops it; one that is nearly
reproduced stays with a caution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.design import Design
from mlm_core.data.expressions import variables
from mlm_core.data.grouping import check_levels
from mlm_core.data.layout import INTERCEPT, Column
from mlm_core.data.model import Model
from mlm_core.data.tables import Table
from mlm_core.errors import (
    ConstantOutcomeError,
    ConstantSlopeError,
    GroupOutcomeError,
    NoFixedEffectsError,
    TooFewRowsError,
    TooManyRandomEffectsError,
)
from mlm_core.moments.disclosure import SMALL_GROUPS
from mlm_core.moments.making import summed
from mlm_core.moments.moments import NO_VARIATION, Moments
from mlm_core.moments.packed import position, unpack
from mlm_core.moments.tree import State
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
# Share of a column's variation that the columns before it leave over: below the first it is theirs
# (condition number 1e7, rounding included), below the second it is doubtful (1e6).
_REPRODUCED = 1e-13
_NEARLY_REPRODUCED = 1e-12


@dataclass(frozen=True, eq=False)
class Preparation:
    """A design, its moments, and what was found on the way.

    Attributes
    ----------
    design : Design or None
        None where rows were never in memory.
    moments : Moments
        Of the columns that are kept.
    dropped : tuple of str
        Fixed columns left out.
    notes : tuple of Note
    """

    design: Design | None
    moments: Moments
    dropped: tuple[str, ...]
    notes: tuple[Note, ...]


def prepare(model: Model, data: Table | Moments) -> Preparation:
    """Lay a model over a table, sum the moments and check that they can carry the model.

    Raises
    ------
    TableError
        As :func:`mlm_core.data.design.build_design`; also for levels that cannot carry a variance,
        a constant outcome, too few rows, too many random effects, or a slope of something that is
        constant within groups.
    """
    found = summed(model, data)
    moments = found.moments
    check_levels(moments.levels, moments.n_rows)
    root = moments.root
    if not root.products[-1].any():
        raise ConstantOutcomeError(model.outcome_label, float(moments.shift[-1]))
    _check_slopes(moments)
    moments, dropped, notes = _independent(moments, root)
    single = _single_categories(moments)
    dropped = (*dropped, *single)
    notes = (*notes, *(_dropped_note(name, True) for name in single))
    if not moments.layout.fixed:
        raise NoFixedEffectsError
    n_theta = sum(
        len(block.columns) * (len(block.columns) + 1) // 2 for block in moments.layout.blocks
    )
    n_parameters = len(moments.layout.fixed) + n_theta + 1
    if n_parameters > moments.n_rows:
        raise TooFewRowsError(moments.n_rows, n_parameters)
    told = (note for note in moments.notes if note.code != SMALL_GROUPS)
    notes = (*moments.completeness.notes(), *told, *notes)
    return Preparation(found.design, moments, dropped, notes)


def check_outcome_inside(moments: Moments) -> None:
    """Refuse an outcome that is constant within the groups of a level with an intercept.

    Raises
    ------
    GroupOutcomeError
        The groups reproduce the outcome, so the likelihood has no maximum.
    """
    least = NO_VARIATION * moments.n_rows
    if moments.products[-1].sum() > least:
        return  # what varies inside the innermost groups varies inside all
    for block in moments.layout.blocks:
        if INTERCEPT in block.columns and moments.within[block.level + 1, -1, -1] <= least:
            name = moments.levels[block.level].name
            raise GroupOutcomeError(moments.layout.model.outcome_label, name)


def _check_slopes(moments: Moments) -> None:
    """Refuse slopes of columns that do not vary inside the groups, and too many random effects."""
    for block in moments.layout.blocks:
        level = moments.levels[block.level]
        for name in block.columns:
            if name != INTERCEPT and not moments.varies_inside(name, block.level):
                raise ConstantSlopeError(_variable(name), level.name)
        n_effects = level.n_groups * len(block.columns)
        if n_effects >= moments.n_rows:
            raise TooManyRandomEffectsError(level.name, n_effects, moments.n_rows)


def _variable(name: Column) -> str:
    return ":".join(variables(factor.expression)[0] for factor in name.factors)


def _independent(
    moments: Moments, root: State
) -> tuple[Moments, tuple[str, ...], tuple[Note, ...]]:
    """Drop fixed columns that are constant or reproduced by the ones before them."""
    fixed = moments.layout.fixed
    cross = unpack(root.products, moments.k)[..., 0]
    if INTERCEPT not in fixed:
        values = root.means[:, 0] + moments.shift / moments.scale
        cross = cross + root.weight[0] * np.outer(values, values)
    kept: list[int] = []
    dropped, notes = [], []
    for name in fixed:
        if name == INTERCEPT:
            continue
        index = moments.columns.index(name)
        share = _share_left(cross, kept, index)
        if share is None or share < _REPRODUCED:
            dropped.append(name)
            notes.append(_dropped_note(name.label, share is None))
            continue
        if share < _NEARLY_REPRODUCED:
            notes.append(_near_note(name.label, share))
        kept.append(index)
    if not dropped:
        return moments, (), tuple(notes)
    return _without(moments, dropped), tuple(name.label for name in dropped), tuple(notes)


def _single_categories(moments: Moments) -> tuple[str, ...]:
    """Return categorical predictors with one category: they have no column to begin with."""
    categories, used = moments.layout.encoder.categories, moments.layout.model.columns
    return tuple(name for name, found in categories.items() if len(found) == 1 and name in used)


def _share_left(cross: FloatArray, kept: list[int], index: int) -> float | None:
    """Return the share of a column's variation not reproduced by others; None if it has none."""
    if cross[index, index] <= 0.0:
        return None
    root = np.sqrt(np.diag(cross))
    if not kept:
        return 1.0
    unit = cross[np.ix_([*kept, index], [*kept, index])]
    scales = root[[*kept, index]]
    unit = unit / np.outer(scales, scales)
    weights = np.linalg.solve(unit[:-1, :-1], unit[:-1, -1])
    return float(1.0 - unit[-1, :-1] @ weights)


def _without(moments: Moments, dropped: list[Column]) -> Moments:
    layout = replace(
        moments.layout,
        fixed=tuple(name for name in moments.layout.fixed if name not in dropped),
    )
    keep = [moments.columns.index(name) for name in layout.varying]
    chosen = np.array([*keep, moments.k - 1], dtype=np.intp)
    where = position(moments.k)
    upper = np.triu_indices(len(chosen))
    return replace(
        moments,
        layout=layout,
        columns=layout.varying,
        shift=moments.shift[chosen],
        scale=moments.scale[chosen],
        means=moments.means[chosen],
        products=moments.products[where[chosen[upper[0]], chosen[upper[1]]]],
    )


def _dropped_note(label: str, is_constant: bool) -> Note:
    reason = (
        "has the same value in every row"
        if is_constant
        else "is reproduced exactly by the predictors before it"
    )
    message = f"The predictor {label} {reason}; it is left out of the model."
    return Note("predictor-dropped", "caution", message, {"term": label, "constant": is_constant})


def _near_note(label: str, share: float) -> Note:
    message = (
        f"The predictor {label} is almost reproduced by the predictors before it (all but"
        f" {share:.1e}"
        " of its variation): their coefficients cannot be told apart reliably. Consider"
        " removing one."
    )
    return Note("nearly-collinear", "caution", message, {"term": label, "share": share})
