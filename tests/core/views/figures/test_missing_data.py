"""Lost outcomes as drawn."""

import numpy as np
import pytest

from mlm_core.views.figures import missing_data as figures
from tests.core.views.simulated import lost


@pytest.mark.parametrize("mechanism", ["MCAR", "MAR", "MNAR"])
def test_losses(mechanism, keeps_the_rules):
    found = lost(mechanism)
    curve = figures.loss(found)
    keeps_the_rules(curve)
    assert curve.figure.layout.xaxis.title.text == ("y" if mechanism == "MNAR" else "x")
    rises = np.diff(curve.figure.data[0].y)
    assert (rises >= -1e-12).all() if mechanism != "MCAR" else (rises == 0).all()
    picture = figures.before_after(found)
    keeps_the_rules(picture)
    after = next(trace for trace in picture.figure.data if trace.name == "after")
    off = [(each.estimate - each.truth) for each in found.after]
    assert after.x == pytest.approx(np.array(off) / [each.se for each in found.before])
