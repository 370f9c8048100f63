"""Drawing from a nested design: a table of rows, and the truth over its predictors as moments.

One seed gives one table: group sizes, predictors and random effects in this order. The truth over
the table's predictors (:func:`truth_of`) is what further outcomes are drawn from, by moments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.fits.criterion import Method, Problem, build_problem
from mlm_core.fits.estimates import user_scale
from mlm_core.fits.preparation import prepare
from mlm_core.fits.structure import lower_factor
from mlm_core.inference.replicated_moments import MomentDraws, Truth
from mlm_core.inference.simulation import (
    OUTCOME,
    PUPIL,
    UNIT,
    LevelDesign,
    NestedDesign,
    Sizes,
)
from mlm_core.moments.moments import Moments

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
# Tables whose sums are kept: at most 5,000 groups each.
_KEPT = 8
# Of the outcome that a drawing has itself, beside the stream that groups and predictors come from.
_OUTCOME_STREAM = 3


@dataclass(frozen=True, eq=False)
class Drawing:
    """Groups and predictors drawn from a design, summed, and outcomes over them.

    Attributes
    ----------
    problem : Problem
        The criterion of the design's model, over the groups and predictors of :func:`draw_table`
        and an outcome drawn from the truth by moments.
    truth : Truth
    outcomes : MomentDraws
        Draws moments of further outcomes over the same groups and predictors.
    """

    problem: Problem
    truth: Truth
    outcomes: MomentDraws


def draw_table(design: NestedDesign, *, seed: int) -> pd.DataFrame:
    """Draw a table.

    Returns
    -------
    DataFrame
        A column of numbers for each level (unique over the table), x, the levels' own predictors,
        and y, rows in the order of the groups.
    """
    generator = np.random.default_rng(seed)
    parents: list[Codes] = []
    n_parents = 1
    for level in design.levels:
        counts = _sizes(level.groups, level.sizes, n_parents, generator)
        parents.append(np.repeat(np.arange(n_parents), counts))
        n_parents = len(parents[-1])
    rows = _sizes(design.rows, design.row_sizes, n_parents, generator)
    codes = [np.repeat(np.arange(n_parents), rows)]
    for parent in reversed(parents[1:]):
        codes.insert(0, parent[codes[0]])
    x = _predictor(design, codes[0], generator)
    columns: dict[str, NDArray[np.number]] = {
        level.name: code + 1 for level, code in zip(design.levels, codes, strict=True)
    }
    columns[PUPIL] = x
    means = np.bincount(codes[0], x) / np.bincount(codes[0])
    y = design.intercept + design.slope * x + design.contextual * means[codes[0]]
    for level, code in zip(design.levels, codes, strict=True):
        own, part = _level_part(level, code, x, generator)
        columns[level.predictor] = own
        y += part
    columns[OUTCOME] = y + design.residual_sd * generator.standard_normal(len(x))
    return pd.DataFrame(columns)


def draw(design: NestedDesign, *, seed: int, method: Method = "REML") -> Drawing:
    """Draw groups and predictors, lay the truth over them, and draw an outcome from it.

    Raises
    ------
    TableError
        The table cannot carry the design's model.
    """
    problem = _over_predictors(_without_truth(design), seed, method)
    truth = truth_of(design, problem)
    outcomes = MomentDraws(problem, truth, summed=False)
    own = outcomes.draw(np.random.default_rng([seed, _OUTCOME_STREAM]), 1).one(0)
    return Drawing(replace(problem, moments=own), truth, outcomes)


@lru_cache(maxsize=_KEPT)
def _over_predictors(design: NestedDesign, seed: int, method: Method) -> Problem:
    """Return the criterion of a design's model over the table of a seed.

    Kept, for people who try one truth after the other over the same groups and predictors.
    """
    return build_problem(prepare(design.model, draw_table(design, seed=seed)).moments, method)


def _without_truth(design: NestedDesign) -> NestedDesign:
    """Return the design that all with the same groups, predictors and model have in common."""
    levels = tuple(
        replace(
            level,
            intercept_sd=0.0,
            slope_sd=1.0 if level.slope_sd else 0.0,  # the model has slopes, or has none
            correlation=0.0,
            effect=0.0,
        )
        for level in design.levels
    )
    return replace(
        design,
        levels=levels,
        intercept=0.0,
        slope=0.0,
        contextual=0.0,
        residual_sd=1.0,
        unit=UNIT,
    )


def truth_of(design: NestedDesign, problem: Problem) -> Truth:
    """Return the design's truth in the stored columns of a table drawn from it."""
    moments = problem.moments
    scale = user_scale(moments)
    known = design.coefficients
    asked = np.array([known[name.label] for name in moments.layout.fixed])
    beta = np.linalg.solve(scale.matrix, asked - scale.constant) / scale.outcome_scale
    coefficients = np.zeros(moments.k)
    coefficients[[1 + column for column in problem.fixed]] = beta  # the intercept's column is -1
    theta = np.zeros(problem.structure.n_theta)
    for block in problem.structure.blocks:
        level = design.levels[block.level]
        root = np.linalg.solve(block.to_user, _root(level)[: block.q, : block.q])
        factor = lower_factor(root @ root.T) / design.residual_sd
        theta[block.first : block.first + block.size] = block.entries(factor)
    unmodelled = None
    if design.contextual and not design.models_mean:
        unmodelled = design.contextual / scale.outcome_scale * _outer_means(moments)
    return Truth(coefficients, design.residual_sd / scale.outcome_scale, theta, unmodelled)


def _outer_means(moments: Moments) -> Floats:
    """Return for every innermost group the mean of x in its outermost group."""
    index = [name.label for name in moments.columns].index(PUPIL)
    means: Floats = moments.states[1].means[index] * moments.scale[index]
    means = means + moments.shift[index]
    for family in moments.families[1:]:
        means = means[family.parent]
    return means


def _sizes(mean: float, sizes: Sizes, count: int, generator: np.random.Generator) -> Codes:
    if sizes == "poisson":
        return 1 + generator.poisson(max(mean - 1.0, 0.0), count)
    if sizes == "unbalanced":
        return generator.geometric(1.0 / mean, count).astype(np.intp)
    return np.full(count, max(round(mean), 1), dtype=np.intp)


def _predictor(design: NestedDesign, outer: Codes, generator: np.random.Generator) -> Floats:
    if design.predictor == "uniform":
        return generator.random(len(outer))
    between = generator.standard_normal(int(outer[-1]) + 1)[outer]
    within = generator.standard_normal(len(outer))
    return np.asarray(np.sqrt(design.between) * between + np.sqrt(1.0 - design.between) * within)


def _level_part(
    level: LevelDesign, code: Codes, x: Floats, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return a level's own predictor and what the level adds to the outcome."""
    n_groups = int(code[-1]) + 1
    own = generator.standard_normal(n_groups)
    if n_groups > 1:  # one unit is one standard deviation of the groups that were drawn
        own = (own - own.mean()) / own.std()
    effects = _root(level) @ generator.standard_normal((2, n_groups))
    part = level.effect * own[code] + effects[0][code] + effects[1][code] * x
    return own[code], part


def _root(level: LevelDesign) -> Floats:
    """Return a root of the covariance of intercept and slope."""
    rest = np.sqrt(1.0 - level.correlation**2)
    return np.array(
        [
            [level.intercept_sd, 0.0],
            [level.slope_sd * level.correlation, level.slope_sd * rest],
        ]
    )
