"""The profiled criterion, from moments.

Upwards: eliminate the random effects of a level, gather the groups of each parent, go on. At the
root beta = M_XX^-1 M_Xy and r2 = M_yy - M_yX beta, and with L the summed log pivots

    ML:    L                + n (1 + log(2 pi r2 / n)),
    REML:  L + log |M_XX|   + (n - p) (1 + log(2 pi r2 / (n - p))),

lme4's "deviance" and "REML criterion at convergence". The criterion is even in every column of
Lambda, hence smooth at zero. :mod:`mlm_core.fits.descent` walks down again for the gradient.

Shapes: theta (n_theta, ...); see :mod:`mlm_core.moments.tree` for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.layout import INTERCEPT
from mlm_core.fits.elimination import Elimination, eliminate
from mlm_core.fits.lines import GroupLines, group_lines, has_lines
from mlm_core.fits.root import Root, solve_root
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock, Structure, build_structure
from mlm_core.moments.moments import Moments
from mlm_core.moments.tree import State, gather

Array = NDArray[Any]
Method = Literal["REML", "ML"]
# Share of the variation inside groups that rounding alone can leave over.
_NOTHING_LEFT = 1e-13
# Values of the groups' lines that are held beside the moments, at most.
_MOST_OF_LINES = 2_000_000


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything the criterion depends on besides theta.

    Attributes
    ----------
    moments : Moments
    structure : Structure
        The covariance parameters.
    method : {"REML", "ML"}
    fixed : tuple of int
        Stored column of each fixed coefficient, ``NO_COLUMN`` for the intercept.
    constant : float
        What units add to the criterion.
    least_r2 : float
        A residual sum of squares that is rounding only: groups and predictors fit perfectly.
    """

    moments: Moments
    structure: Structure
    method: Method
    fixed: tuple[int, ...]
    constant: float
    least_r2: float

    @property
    def p(self) -> int:
        """Number of fixed coefficients."""
        return len(self.fixed)

    @property
    def df(self) -> int:
        """Degrees of freedom of sigma: n for ML, n - p for REML."""
        return self.moments.n_rows - (self.p if self.method == "REML" else 0)

    @cached_property
    def lines(self) -> GroupLines | None:
        """The groups' own lines, if the model can be walked by them and they are not too many."""
        moments, blocks = self.moments, self.structure.blocks
        is_small = len(moments.counts) * len(moments.shift) ** 2 < _MOST_OF_LINES
        return group_lines(moments, blocks[0]) if is_small and has_lines(moments, blocks) else None


def build_problem(moments: Moments, method: Method) -> Problem:
    """Fix the parts of the criterion that do not change with theta."""
    fixed = tuple(
        NO_COLUMN if name == INTERCEPT else moments.columns.index(name)
        for name in moments.layout.fixed
    )
    scale = moments.scale
    df = moments.n_rows - (len(fixed) if method == "REML" else 0)
    constant = 2.0 * df * float(np.log(scale[-1]))
    if method == "REML":
        # log |X'V^-1 X| of the user's columns against the stored ones.
        constant += 2.0 * float(sum(np.log(scale[index]) for index in fixed if index >= 0))
    inside = float(moments.products[-1].sum())
    return Problem(
        moments=moments,
        structure=build_structure(moments),
        method=method,
        fixed=fixed,
        constant=constant,
        # A stored outcome has variance one, so n is its variation around the overall mean.
        least_r2=max(_NOTHING_LEFT * inside, _NOTHING_LEFT**2 * moments.n_rows),
    )


class Ascent(NamedTuple):
    """One walk up the hierarchy.

    Attributes
    ----------
    steps : tuple of tuples
        For each level, outermost first, its blocks' eliminations in order: (block, column, record).
    outputs : tuple of State
        For each level the state after its effects are eliminated, outermost first.
    log_pivots : ndarray (...)
        L.
    root : Root
        What is left at the top, solved.
    """

    steps: tuple[tuple[tuple[CovarianceBlock, int, Elimination], ...], ...]
    outputs: tuple[State, ...]
    log_pivots: Any
    root: Root


def ascend(problem: Problem, theta: Array, state: State | None = None) -> Ascent:
    """Walk from the innermost groups to the root.

    ``state`` replaces the innermost groups, shaped as their own for parallel evaluations.
    """
    state = state or problem.moments.initial_state(theta.ndim - 1)
    log_pivots: Any = 0.0
    all_steps, outputs = [], []
    for level in reversed(range(len(problem.moments.levels))):
        steps = []
        for block in problem.structure.at_level(level):
            for column, loading in enumerate(block.loadings(theta)):
                state, record, log_pivot = eliminate(state, loading)
                log_pivots = log_pivots + log_pivot.sum(axis=-1)
                steps.append((block, column, record))
        all_steps.append(tuple(steps))
        outputs.append(state)
        state = gather(state, problem.moments.families[level])
    return Ascent(
        tuple(reversed(all_steps)),
        tuple(reversed(outputs)),
        log_pivots,
        solve_root(state, problem.moments, problem.fixed),
    )


class Top(Protocol):
    """What the criterion is made of: L and the root, as every walk up leaves them."""

    @property
    def log_pivots(self) -> Any: ...  # noqa: D102
    @property
    def root(self) -> Root: ...  # noqa: D102


def criterion(problem: Problem, ascent: Top) -> Any:
    """Return the profiled criterion on the user's scale."""
    df = problem.df
    value = ascent.log_pivots + df * (1.0 + np.log(2.0 * np.pi * ascent.root.r2 / df))
    if problem.method == "REML":
        value = value + ascent.root.log_det
    return value + problem.constant
