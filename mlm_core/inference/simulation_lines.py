"""The lines of a drawn table: pooled, unpooled and mixed, over x."""

from __future__ import annotations

from dataclasses import dataclass

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.unpooled import fit_unpooled
from mlm_core.inference.fitted_lines import FittedLines, fitted_lines
from mlm_core.inference.simulation import OUTCOME, PUPIL, NestedDesign
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.moments.making import moments

MOST_POINTS = 100
"""Rows shown behind the lines: enough to see the cloud, few enough to follow a slider."""


@dataclass(frozen=True, eq=False)
class DrawnLines:
    """A drawn table as lines.

    Attributes
    ----------
    lines : FittedLines
    n_rows : int
    n_groups : tuple of int
        By level, outermost first.
    pooled, mixed : float
        Slopes of x.
    """

    lines: FittedLines
    n_rows: int
    n_groups: tuple[int, ...]
    pooled: float
    mixed: float


def drawn_lines(design: NestedDesign, *, seed: int) -> DrawnLines:
    """Draw a table and lay its lines over x; no other predictor is in these models.

    Raises
    ------
    TableError
        The table cannot carry the models.
    """
    frame = draw_table(design, seed=seed)
    levels = [level.name for level in design.levels]
    slopes = {level.name: [PUPIL] for level in design.levels if level.slope_sd}
    model = Model(outcome=OUTCOME, predictors=[PUPIL], levels=levels, slopes=slopes)
    summed = moments(model, frame)
    pooled, mixed = fit_pooled(model, summed), fit_mixed(model, summed)
    lines = fitted_lines(
        frame,
        predictor=PUPIL,
        pooled=pooled,
        unpooled=fit_unpooled(model, summed, level=levels[0]),
        mixed=mixed,
        level=levels[0],
        most_points=MOST_POINTS,
    )
    return DrawnLines(
        lines=lines,
        n_rows=len(frame),
        n_groups=tuple(mixed.n_groups.values()),
        pooled=pooled.estimate(PUPIL),
        mixed=mixed.estimate(PUPIL),
    )
