"""Drawings: for every figure that is kept, what it is drawn from.

A function here is asked as :func:`pages._ui.show.kept_figure` is: a table, and what the figure
shows of it. It gathers the results at once, since a table that stays where it is may have to be
worked through for them, and returns what draws them, which is called only for a figure that is not
kept yet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from mlm_core.data.model import Model
from mlm_core.inference.group_estimates import ordered_estimates
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.own_slopes import sample_lines
from mlm_core.inference.pairs import draw_from, pair_urn
from mlm_core.inference.summaries import density
from mlm_core.views.figures import boxes, caterpillar, lines, pairs
from mlm_core.views.figures import own_lines as own_figures
from mlm_core.views.figures import pooling as pooling_figures
from mlm_core.views.figures.theme import Picture
from pages._ui import cache, described, fitted
from pages._ui.dataset import Dataset
from pages._ui.link import Method

Drawing: TypeAlias = Callable[[], Picture]


# --- groups ---------------------------------------------------------------------------------------


def boxplots(
    data: Dataset, *, outcome: str, groups: tuple[str, ...], marked: str | None
) -> Drawing:
    """Draw a box for every group."""
    summaries = cache.computed(summarise_groups, data, outcome=outcome, groups=groups)
    return partial(boxes.boxplots, summaries, marked=marked)


def group_means(
    data: Dataset, *, outcome: str, groups: tuple[str, ...], marked: str | None
) -> Drawing:
    """Draw the mean of every group with its interval."""
    summaries = cache.computed(summarise_groups, data, outcome=outcome, groups=groups)
    return partial(boxes.group_means, summaries, marked=marked)


def pair_scatter(data: Dataset, *, outcome: str, groups: tuple[str, ...], number: int) -> Drawing:
    """Draw the pairs of one draw, told by its number."""
    urn = cache.computed(pair_urn, data, outcome=outcome, groups=groups)
    return lambda: pairs.pair_scatter(draw_from(urn, seed=number))


def pair_experiment(
    data: Dataset, *, outcome: str, groups: tuple[str, ...], draws: int, made: int
) -> Drawing:
    """Draw what has become of many draws when so many were made."""
    found = described.pair_experiment(data, outcome=outcome, groups=groups, draws=draws)
    return partial(pairs.pair_experiment, found, made=made)


# --- lines ----------------------------------------------------------------------------------------


def pooled_line(
    data: Dataset, *, model: Model, method: Method, level: str, predictor: str
) -> Drawing:
    """Draw one line for all rows."""
    drawn = fitted.lines(data, model, method=method, level=level, predictor=predictor)
    return partial(
        lines.pooled_line,
        drawn.points,
        drawn.families["pooled"],
        outcome=drawn.outcome,
        predictor=predictor,
    )


def own_lines(
    data: Dataset, *, model: Model, method: Method, level: str, predictor: str
) -> Drawing:
    """Draw a line for every group."""
    drawn = fitted.lines(data, model, method=method, level=level, predictor=predictor)
    own = drawn.families["unpooled"]
    return lambda: own_figures.own_lines(
        drawn.points,
        sample_lines(own),
        drawn.families["pooled"],
        sizes=drawn.by_group["pooled"].set_index("group")["n"],
        level=level,
        n_lines=len(own),
        outcome=drawn.outcome,
        predictor=predictor,
    )


def some_lines(
    data: Dataset,
    *,
    model: Model,
    method: Method,
    level: str,
    predictor: str,
    chosen: tuple[str, ...],
) -> Drawing:
    """Draw the rows and the lines of some groups, each in a panel of its own."""
    drawn = fitted.lines(data, model, method=method, level=level, predictor=predictor)
    rows = fitted.group_points(data, model, level=level, predictor=predictor, groups=chosen)
    return partial(
        lines.small_multiples,
        rows,
        drawn.by_group,
        chosen=chosen,
        level=level,
        outcome=drawn.outcome,
        predictor=predictor,
    )


# --- pooling --------------------------------------------------------------------------------------


def pooling(
    data: Dataset,
    *,
    model: Model,
    method: Method,
    level: str,
    group: str | None,
    predictor: str,
    term: str,
    panels: tuple[str, ...],
    visible: tuple[str, ...],
) -> Drawing:
    """Draw the path from no pooling to complete pooling: lines, arrows or both, as panels say."""
    of = {"method": method, "level": level}
    drawn, along, arrows = None, None, None
    if "lines" in panels:
        drawn = fitted.lines(data, model, **of, predictor=predictor)
        along = fitted.lines_along(data, model, **of, predictor=predictor, group=group)
    if "arrows" in panels:
        arrows = fitted.arrows(data, model, **of, term=term, group=group)
    path = fitted.path(data, model, **of)
    made = {"lines": along, "arrows": arrows, "drawn": drawn}
    return partial(pooling_figures.pooling, path, **made, visible=visible, group=group)


def slopes(
    data: Dataset, *, model: Model, method: Method, level: str, group: str | None, term: str
) -> Drawing:
    """Draw the own slope of every group in ascending order."""
    own = fitted.unpooled(data, model, level=level).coefficients
    marks = _common_slopes(data, model, method, term)
    return lambda: caterpillar.slopes(
        ordered_estimates(own, term=term), **marks, term=term, level=level, group=group
    )


def slope_density(
    data: Dataset, *, model: Model, method: Method, level: str, group: str | None, term: str
) -> Drawing:
    """Draw the density of the groups' own slopes."""
    own = fitted.unpooled(data, model, level=level).coefficients
    marks = _common_slopes(data, model, method, term)

    def draw() -> Picture:
        ordered = ordered_estimates(own, term=term)
        dense = density(ordered.table["estimate"])
        return caterpillar.slope_density(dense, **marks, term=term, picked=ordered.of(group))

    return draw


def _common_slopes(data: Dataset, model: Model, method: Method, term: str) -> dict[str, float]:
    one, between = fitted.pooled(data, model), fitted.mixed(data, model, method=method)
    return {"pooled": one.estimate(term), "mixed": between.estimate(term)}
