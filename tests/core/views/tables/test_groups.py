"""Tables of groups: sizes as texts, long tables as numbers with unambiguous titles."""

import numpy as np
import pandas as pd

from mlm_core.data.model import Model
from mlm_core.fits.unpooled import fit_unpooled
from mlm_core.views import tables


def test_sizes_by_level(school):
    frame = tables.group_sizes(school.mixed).frame
    assert frame.iloc[0].tolist() == ["schoolid", "107", "2", "11.12", "31"]
    assert frame.iloc[1].tolist() == ["classid:schoolid", "312", "1", "3.81", "10"]


def test_own_regressions_keep_their_numbers(school):
    table = tables.group_slopes(school.unpooled)
    assert len(table.frame) == 107
    assert table.frame["Group"].iloc[0] == "1"
    np.testing.assert_allclose(table.frame["Estimate of ses"].mean(), 8.6352, atol=1e-4)
    assert "Empty cells" in table.footnotes[0]


def test_columns_called_like_the_tables_own_do_not_clash():
    draw = np.random.default_rng(1)
    data = pd.DataFrame(
        {"Group": np.repeat([1, 2, 3], 6), "Rows": draw.normal(size=18), "y": draw.normal(size=18)}
    )
    fit = fit_unpooled(Model("y ~ Rows + (1 | Group)"), data)
    table = tables.group_slopes(fit)
    assert table.frame.columns.is_unique
    assert table.footnotes == ()


def test_conditional_modes_ascend(school):
    table = tables.group_effects(school.mixed, "schoolid", term="(Intercept)")
    assert table.frame["Conditional mode"].is_monotonic_increasing
    assert len(table.frame) == 107
    assert "BLUP" in table.footnotes[0]
