"""More or fewer levels for a design, the rest of it kept.

Levels left out are the inner ones: their rows then stand in the level that is left. Levels added
come first inside (classes in schools), then outside (schools in districts), and share out the
groups and rows that are there, so that a table keeps about its size.
"""

from __future__ import annotations

import math
from dataclasses import replace

from mlm_core.inference.simulation import LEVEL_NAMES, LevelDesign, NestedDesign

# Standard deviation of a level that is added, in residual ones; groups of one that goes inside.
_SPREAD = 0.5
_INSIDE = 2.0


def with_levels(design: NestedDesign, n_levels: int) -> NestedDesign:
    """Return the design with so many levels of groups, from one to three."""
    while len(design.levels) > n_levels:
        design = _without_inner(design)
    while len(design.levels) < n_levels:
        is_innermost = design.levels[-1].name == LEVEL_NAMES[-1]
        design = _with_outer(design) if is_innermost else _with_inner(design)
    return design


def _without_inner(design: NestedDesign) -> NestedDesign:
    *kept, inner = design.levels
    return replace(design, levels=tuple(kept), rows=design.rows * inner.groups)


def _with_inner(design: NestedDesign) -> NestedDesign:
    name = LEVEL_NAMES[LEVEL_NAMES.index(design.levels[-1].name) + 1]
    inner = LevelDesign(name, _INSIDE, intercept_sd=_SPREAD * design.residual_sd)
    return replace(design, levels=(*design.levels, inner), rows=max(design.rows / _INSIDE, _INSIDE))


def _with_outer(design: NestedDesign) -> NestedDesign:
    inside, *others = design.levels
    name = LEVEL_NAMES[LEVEL_NAMES.index(inside.name) - 1]
    groups = max(2.0, float(round(math.sqrt(inside.groups))))
    outer = LevelDesign(name, groups, intercept_sd=_SPREAD * design.residual_sd)
    each = inside.groups / groups
    inside = replace(inside, groups=max(1.0, round(each) if inside.sizes == "fixed" else each))
    return replace(design, levels=(outer, inside, *others))
