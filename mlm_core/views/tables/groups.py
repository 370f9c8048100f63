"""Tables of groups: sizes by level, and long tables with one row a group.

The long tables keep their numbers, so that a screen can sort and search them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.inference.group_estimates import ordered_modes
from mlm_core.views.numbers import column, count
from mlm_core.views.tables.table import Table, frame_of, note_footnotes


def group_sizes(fit: MixedFit) -> Table:
    """Lay out how many groups each level has, and of which sizes."""
    frame = fit.group_sizes
    cells = {
        "Level": [str(level) for level in frame["level"]],
        "Groups": [count(n) for n in frame["groups"]],
        "Minimum": [count(n) for n in frame["min"]],
        "Mean": column(frame["mean"], decimals=2),
        "Maximum": [count(n) for n in frame["max"]],
    }
    notes = (f"Rows in a group; {count(fit.n_obs)} rows in all.", *note_footnotes(fit.notes))
    return Table(frame_of(cells), "Groups by level", notes, "group-sizes")


def group_slopes(fit: UnpooledFit) -> Table:
    """Lay out every group's own regression, one row a group."""
    frame = fit.coefficients
    first = frame[frame["term"] == fit.terms[0]]
    wide = pd.DataFrame({"Group": first["group"].to_numpy(), "Rows": first["n"].to_numpy()})
    for term in fit.terms:
        own = frame[frame["term"] == term]
        for name, title in (
            ("estimate", f"Estimate of {term}"),
            ("se", f"SE of {term}"),
            ("lower", f"95% from, {term}"),
            ("upper", f"95% to, {term}"),
        ):
            wide.insert(wide.shape[1], title, own[name].to_numpy())
    notes = (
        "Empty cells: the group has too few rows, or a predictor that does not vary inside it.",
    )
    is_complete = not np.isnan(fit.errors).any()
    caption = f"Own regression of every group of {fit.level}"
    return Table(wide, caption, () if is_complete else notes, "group-regressions")


def group_effects(fit: MixedFit, level: str, *, term: str) -> Table:
    """Lay out the conditional modes of one effect, ascending, one row a group."""
    table = ordered_modes(fit.effects(level), term=term).table
    frame = pd.DataFrame(
        {
            "Group": table["group"],
            "Rows": table["n"],
            "Conditional mode": table["estimate"],
            "95% from": table["lower"],
            "95% to": table["upper"],
        }
    )
    notes = (
        "Conditional mode (also called BLUP): what the model expects of this group beyond the fixed"
        " effects, drawn towards zero the more, the fewer rows it has.",
    )
    return Table(frame, f"Conditional modes of {term} by {level}", notes, "conditional-modes")
