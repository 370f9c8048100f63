"""Power: how often a test at 5% finds an effect of a given size.

Simulated for any design: several tables of predictors, each with many outcomes drawn as moments,
tested by the mixed model with Satterthwaite's degrees of freedom. For two levels and groups of one
size there is a closed form to hold it against. With J groups of n rows, tau^2 the variance between
groups and sigma^2 the variance within, the variance of an estimate is

    group-level w:  (tau^2 + sigma^2 / n) / J,                       df = J - 2,
    x:              1 / (SS / sigma^2 + (J - 1) v / (sigma^2 + n tau^2)),  df = J (n - 1) - 1,

since w is standardised over the groups; v is the variance of x and SS its sum of squares within
groups, a chi-square variable over which the power of the noncentral t test is averaged.

References
----------
Snijders & Bosker (1993), Journal of Educational Statistics 18(3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from mlm_core.fits.estimates import user_scale
from mlm_core.inference.replicate_refits import Refitter
from mlm_core.inference.replicate_tests import replicate_tests
from mlm_core.inference.simulation import PUPIL, NestedDesign, changed_level
from mlm_core.inference.simulation_draws import draw

Floats = NDArray[np.float64]
Progress = Callable[[int, int], object]
LEVEL = 0.05
WANTED = 0.80
"""The power that studies are usually planned for."""
REPEATS = 400
GROUPS = (6, 10, 20, 40, 80)
ROWS = (5, 10, 20, 40, 80)
"""Sizes a grid of power is computed for, unless others are asked for."""
_TABLES = 4
_QUANTILES = 64


@dataclass(frozen=True, slots=True)
class PowerCell:
    """The power of one design size.

    Attributes
    ----------
    groups, rows : int
        Outermost groups, and rows in each innermost group.
    power : float
        Simulated.
    se : float
        Its simulation error.
    closed_form : float
        NaN where there is none.
    """

    groups: int
    rows: int
    power: float
    se: float
    closed_form: float


@dataclass(frozen=True, eq=False)
class PowerGrid:
    """Power over numbers of groups and group sizes.

    Attributes
    ----------
    term : str
    effect : float
    groups, rows : tuple of int
    cells : tuple of PowerCell
        Row after row: the first ``len(groups)`` cells have the first number of rows.
    seed, repeats : int
    """

    term: str
    effect: float
    groups: tuple[int, ...]
    rows: tuple[int, ...]
    cells: tuple[PowerCell, ...]
    seed: int
    repeats: int

    @property
    def power(self) -> Floats:
        """Simulated power, shape (rows, groups)."""
        values = np.array([cell.power for cell in self.cells])
        return values.reshape(len(self.rows), len(self.groups))

    @property
    def closed_form(self) -> Floats:
        """Power by the closed form, shape (rows, groups); NaN where there is none."""
        values = np.array([cell.closed_form for cell in self.cells])
        return values.reshape(len(self.rows), len(self.groups))

    @property
    def least(self) -> PowerCell | None:
        """The cell with the fewest rows in all that reaches the power wanted, if one does."""
        enough = [cell for cell in self.cells if cell.power >= WANTED]
        return min(enough, key=_size) if enough else None


def _size(cell: PowerCell) -> int:
    return cell.groups * cell.rows


def with_effect(design: NestedDesign, term: str, effect: float) -> NestedDesign:
    """Return the design with another coefficient of x or of a level's own predictor."""
    if term == PUPIL:
        return replace(design, slope=effect)
    depth = [level.predictor for level in design.levels].index(term)
    return changed_level(design, depth, effect=effect)


def power_terms(design: NestedDesign) -> tuple[str, ...]:
    """Return the predictors whose power can be asked for, the outermost level's first."""
    return (*(level.predictor for level in design.levels), PUPIL)


def power_grid(
    design: NestedDesign,
    *,
    term: str,
    effect: float,
    seed: int,
    repeats: int = REPEATS,
    groups: tuple[int, ...] = GROUPS,
    rows: tuple[int, ...] = ROWS,
    progress: Progress | None = None,
) -> PowerGrid:
    """Return the power for numbers of groups and of rows.

    Parameters
    ----------
    design, term, effect, seed, repeats
        As in :func:`power_cell`.
    groups, rows : tuple of int
    progress : callable, optional
        Told how many sizes are done, and of how many; it may raise to stop the work.

    Raises
    ------
    MlmError
        As in :func:`power_cell`, for any of the sizes.
    """
    cells: list[PowerCell] = []
    for n_rows, n_groups in product(rows, groups):
        sized = {"groups": n_groups, "rows": n_rows, "seed": seed, "repeats": repeats}
        cells.append(power_cell(design, term=term, effect=effect, **sized))
        if progress is not None:
            progress(len(cells), len(groups) * len(rows))
    return PowerGrid(term, effect, groups, rows, tuple(cells), seed, repeats)


def power_cell(
    design: NestedDesign,
    *,
    term: str,
    effect: float,
    groups: int,
    rows: int,
    seed: int,
    repeats: int = REPEATS,
) -> PowerCell:
    """Return the power for one number of groups and rows.

    Raises
    ------
    MlmError
        The design of that size cannot be drawn, or its table cannot carry the model.
    """
    sized = changed_level(with_effect(design, term, effect), 0, groups=groups)
    sized = replace(sized, rows=rows)
    each = -(-repeats // _TABLES)
    shares = [_rejections(sized, term, seed, table, each) for table in range(_TABLES)]
    found = float(np.mean(shares))
    return PowerCell(
        groups=groups,
        rows=rows,
        power=found,
        se=float(np.sqrt(max(found * (1.0 - found), 0.0) / (each * _TABLES))),
        closed_form=closed_form(sized, term),
    )


def _rejections(design: NestedDesign, term: str, seed: int, table: int, repeats: int) -> float:
    """Return how often a test at 5% rejects zero, over outcomes of one table of predictors."""
    drawing = draw(design, seed=seed + table)
    problem = drawing.problem
    # Of each size its own: chance that is alike in every cell of a grid looks like a bias.
    sizes = round(design.outer.groups), round(design.rows)
    generator = np.random.default_rng([seed, table, *sizes])
    moments = drawing.outcomes.draw(generator, repeats)
    theta = Refitter(problem, drawing.truth.theta)(moments).theta
    scale = user_scale(problem.moments)
    place = [name.label for name in problem.moments.layout.fixed].index(term)
    tests = replicate_tests(problem, moments, theta, scale.matrix[place : place + 1])
    t = np.abs(tests.estimate / tests.se)
    return float((t > special.stdtrit(tests.df, 1.0 - LEVEL / 2.0)).mean())


def closed_form(design: NestedDesign, term: str) -> float:
    """Return the power by formula; NaN for a design that is not two balanced levels."""
    level = design.outer
    is_simple = (
        len(design.levels) == 1
        and (level.sizes, design.row_sizes) == ("fixed", "fixed")
        and level.slope_sd == 0.0
        and design.between == 0.0
        and not design.models_mean
        and not design.contextual  # no model knows of it: it adds to what the groups differ by
    )
    if not is_simple or term not in power_terms(design):
        return float("nan")
    n_groups, n = round(level.groups), round(design.rows)
    tau2, sigma2 = level.intercept_sd**2, design.residual_sd**2
    if term == PUPIL:
        unit = 1.0 / 12.0 if design.predictor == "uniform" else 1.0
        df = n_groups * (n - 1) - 1
        precision = unit * (
            _sums_of_squares(n_groups * (n - 1)) / sigma2 + (n_groups - 1) / (sigma2 + n * tau2)
        )
        return _power(design.slope * np.sqrt(precision), df)
    df = n_groups - 2
    if df < 1:
        return float("nan")
    variance = (tau2 + sigma2 / n) / n_groups
    return _power(np.array([level.effect / np.sqrt(variance)]), df)


def _sums_of_squares(df: int) -> Floats:
    """Return chi-square variables at even quantiles."""
    return np.asarray(stats.chi2.ppf((np.arange(_QUANTILES) + 0.5) / _QUANTILES, df))


def _power(noncentrality: Floats, df: int) -> float:
    """Return the power of a two-sided t test, averaged over noncentralities."""
    limit = special.stdtrit(df, 1.0 - LEVEL / 2.0)
    shifted = np.abs(noncentrality)
    above = 1.0 - special.nctdtr(df, shifted, limit)
    return float((above + special.nctdtr(df, shifted, -limit)).mean())
