"""The table of all groups' effects."""

import numpy as np

from mlm_core.inference.group_effects import group_effects
from mlm_core.views import tables


def test_every_group_the_highest_first(school):
    effects = group_effects(school.mixed, "schoolid")
    table = tables.group_standing(effects)
    assert len(table.frame) == 107
    assert table.frame["Conditional mode"].is_monotonic_decreasing
    assert table.frame["Group"][0] == "39"
    assert (table.frame["Compare from"] > table.frame["95% from"]).all()
    assert not [text for text in table.footnotes if "Empty cells" in text]


def test_groups_that_cannot_tell(slopes):
    effects = group_effects(slopes, "schoolid", "ses")
    effects.table.loc[[3, 5], "raw"] = np.nan
    table = tables.group_standing(effects)
    assert table.caption == "Effects of schoolid: slope of ses"
    assert table.frame["Raw"].isna().sum() == 2
    assert "Empty cells" in table.footnotes[-1]
