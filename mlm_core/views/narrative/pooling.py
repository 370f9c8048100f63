"""Sentences on the way from no pooling to complete pooling, and on the one group picked on it."""

from __future__ import annotations

import math

from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.inference.path_drawing import PathArrows, PathLines
from mlm_core.inference.pooling_path import PoolingPath
from mlm_core.views.narrative.wording import bounds, counted, level_name, listed, name, term_name
from mlm_core.views.numbers import count, number, percent
from mlm_core.views.tables.table import records

NEARLY_ALL = 0.995
"""Pooling from which on the estimate is said to be the one line of all."""


def strength(path: PoolingPath) -> str:
    """Say where on the slider the estimate stands, and what the other end costs."""
    share = float(path.pooling[path.at_estimate])
    n = round(path.typical_size)
    size = counted(n, "row", "rows")
    other = "a smaller group farther" if n > 1 else "a larger group less far"
    if share > NEARLY_ALL:
        return (
            f"The {path.method} estimate lies at complete pooling: these data show no differences"
            f" between groups of {level_name(path.level)} beyond those that rows of any kind show."
        )
    last = float(path.rise[-1])
    cost = (
        f" Complete pooling raises the {path.method} criterion by {number(last, 4)}."
        if math.isfinite(last)
        else ""
    )
    return (
        f"The {path.method} estimate pools a group of {size} by {percent(share)}: it is drawn so"
        f" much of the way from its own estimate to the common line, {other}. Move the slider to"
        f" see more of it or less.{cost}"
    )


def shape(fit: MixedFit, path: PoolingPath, *, predictor: str) -> str:
    """Say what the lines cannot show: equal slopes, heights that other predictors explain."""
    parts = []
    varying = {row["term"] for row in records(fit.variances) if row["level"] == path.level}
    level = level_name(path.level)
    if predictor in path.constants:
        parts.append(
            f"{name(predictor)} has one value in each group of {level}, so a group is a mark here"
            " and not a line: its slope cannot vary."
        )
    elif predictor not in varying:
        parts.append(
            f"The mixed lines are parallel wherever the slider stands: this model lets levels"
            f" differ between groups of {level}, not slopes of {name(predictor)}."
        )
    others = [term for term in path.constants if term != predictor and term in fit.terms]
    if others:
        parts.append(
            f"Each line stands at its group's own value of {listed([name(t) for t in others])}, so"
            " even completely pooled lines differ in height."
        )
    return " ".join(parts)


def sampled(lines: PathLines | None, *, level: str) -> str:
    """Say that not all groups are drawn; nothing where they are."""
    if lines is None or len(lines.table) == lines.n_total:
        return ""
    return (
        f"Drawn are {count(len(lines.table))} of {count(lines.n_total)} groups of"
        f" {level_name(level)}, chosen at random; every estimate uses all."
    )


def picked(
    group: str, path: PoolingPath, arrows: PathArrows, unpooled: UnpooledFit, *, term: str
) -> str:
    """Say what is known of one group: its size, its own and its partially pooled estimate."""
    place = list(path.labels).index(group)
    said = (
        f"**Group {name(group)}** of {level_name(path.level)} has"
        f" {counted(path.sizes[place], 'row', 'rows')}."
    )
    frame = unpooled.coefficients
    row = records(frame[(frame["group"] == group) & (frame["term"] == term)])[0]
    here = float(path.estimates(term)[path.at_estimate, place])
    what = term_name(term)
    if math.isnan(row["estimate"]):
        return (
            f"{said} It cannot show {_article(what)} of its own; the mixed model gives it"
            f" {number(here, 4)}, from what the other groups tell."
        )
    interval = (
        "" if math.isnan(row["lower"]) else f" ({bounds(row['lower'], row['upper'], row['se'])})"
    )
    moved = arrows.moves(path.at_estimate).set_index("group")
    weight = float(moved["weight"][group])
    counts = f" Its own data count {percent(weight)} in it." if weight > 0.0 else ""
    return (
        f"{said} Its own {what} is {number(row['estimate'], 4)}{interval}, the partially pooled one"
        f" {number(here, 4)}.{counts}"
    )


def _article(what: str) -> str:
    return f"{'an' if what.startswith('i') else 'a'} {what}"
