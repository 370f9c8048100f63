"""The table of all groups' effects, raw and shrunk: numbers kept, to be sorted and searched."""

from __future__ import annotations

import pandas as pd

from mlm_core.inference.group_effects import GroupEffects
from mlm_core.views.tables.table import Table
from mlm_core.views.words import term_words


def group_standing(effects: GroupEffects) -> Table:
    """Lay out every group's raw effect, mode and both intervals, the highest first."""
    table = effects.table.sort_values("mode", ascending=False, kind="stable")
    frame = pd.DataFrame(
        {
            "Group": table["group"].to_numpy(),
            "Rows": table["n"].to_numpy(),
            "Raw": table["raw"].to_numpy(),
            "Conditional mode": table["mode"].to_numpy(),
            "95% from": table["lower"].to_numpy(),
            "95% to": table["upper"].to_numpy(),
            "Compare from": table["comparison_lower"].to_numpy(),
            "Compare to": table["comparison_upper"].to_numpy(),
        }
    )
    notes = [
        "Raw: what the group's own rows say, given the fixed part and the groups around it.",
        "Compare from, to: where two groups' bounds do not overlap, they differ at about the 5%"
        " level, averaged over all pairs (Goldstein and Healy 1995).",
    ]
    if table["raw"].isna().any():
        notes.append("Empty cells: the group's own rows cannot tell.")
    caption = f"Effects of {effects.level}: {term_words(effects.term)}"
    return Table(frame, caption, tuple(notes), "group-standing")
