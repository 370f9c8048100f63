"""Lost outcomes as drawn."""

from dataclasses import replace

import numpy as np
import pytest

from mlm_core.inference.simulation_missing import Estimate
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
    interval = picture.figure.data[2]
    for column, end in enumerate(("lower", "upper")):
        off = [getattr(each, end) - each.truth for each in found.after]
        drawn = np.array(off) / [each.se for each in found.before]
        assert interval.x[column::3] == pytest.approx(drawn)
    before = next(trace for trace in picture.figure.data if trace.name == "before")
    axis = picture.figure.layout.yaxis
    assert list(axis.ticktext) == ["the intercept", "x", "w_school"]
    assert list(axis.tickvals) == [3, 2, 1]  # from the top
    assert before.y - after.y == pytest.approx(0.3)
    assert (before.y + after.y) / 2 == pytest.approx(axis.tickvals)
    reach = max(np.nanmax(np.abs(trace.x)) for trace in picture.figure.data)
    assert picture.figure.layout.xaxis.range == pytest.approx((-1.08 * reach, 1.08 * reach))
    missed = sum(not each.covers for each in found.after)
    assert f"{missed} of 3 intervals miss the truth afterwards" in picture.alt


def test_an_interval_without_end_leaves_the_others_visible(keeps_the_rules):
    found = lost("MCAR")
    endless = Estimate("x", 0.3, 0.3, 0.1, -1e145, 1e145)
    picture = figures.before_after(replace(found, after=(endless, *found.after[1:])))
    keeps_the_rules(picture)
    assert np.nanmax(np.abs(picture.figure.data[2].x)) == figures.FARTHEST
    low, high = picture.figure.layout.xaxis.range
    assert high == -low == figures.FARTHEST  # it leaves the frame, so that no end is seen
    known = replace(found, before=(replace(endless, se=0.1), *found.before[1:]), after=found.before)
    assert figures.before_after(known).figure.layout.xaxis.range == (low, high)
