"""What an equation is made of: regressors and the levels at which their coefficients vary.

A model alone knows its terms; a fit also knows the categories of categorical predictors, each of
which has a coefficient of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from mlm_core.data.expressions import Expression
from mlm_core.data.layout import Column
from mlm_core.data.model import Model
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit


@dataclass(frozen=True, slots=True)
class Regressor:
    """A column of the fixed or random part: factors with the category they pick, if any."""

    factors: tuple[tuple[Expression, str | None], ...]


@dataclass(frozen=True, slots=True)
class VaryingLevel:
    """What varies at one level: blocks of regressors (the empty one is the intercept)."""

    groups: tuple[str, ...]
    blocks: tuple[tuple[Regressor, ...], ...]


INTERCEPT = Regressor(())


def fixed_regressors(model: Model | MixedFit | PooledFit) -> list[Regressor]:
    """Return what has a fixed coefficient, in order."""
    if isinstance(model, Model):
        terms = [Regressor(tuple((f, None) for f in term.factors)) for term in model.fixed]
        return [INTERCEPT, *terms] if model.has_intercept else terms
    moments = model.problem.moments if isinstance(model, MixedFit) else model.moments
    return [_of_column(column) for column in moments.layout.fixed]


def varying_levels(model: Model | MixedFit | PooledFit) -> list[VaryingLevel]:
    """Return what varies between groups, outermost level first."""
    if isinstance(model, PooledFit):
        return []
    if isinstance(model, MixedFit):
        blocks = model.problem.moments.layout.blocks
        return [
            VaryingLevel(
                level.columns,
                tuple(tuple(map(_of_column, b.columns)) for b in blocks if b.level == depth),
            )
            for depth, level in enumerate(model.levels)
        ]
    found: dict[tuple[str, ...], list[tuple[Regressor, ...]]] = {}
    for term in model.random:
        slopes = [Regressor(tuple((f, None) for f in slope.factors)) for slope in term.slopes]
        effects = [INTERCEPT, *slopes] if term.has_intercept else slopes
        own = found.setdefault(term.groups, [])
        own += [tuple(effects)] if term.is_correlated else [(effect,) for effect in effects]
    return [VaryingLevel(groups, tuple(blocks)) for groups, blocks in found.items()]


def _of_column(column: Column) -> Regressor:
    return Regressor(tuple((factor.expression, factor.category) for factor in column.factors))
