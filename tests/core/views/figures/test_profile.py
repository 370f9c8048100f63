"""Profile curves: the rise of the deviance, its height, the interval."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.inference.profile import height_of, profile
from mlm_core.views.figures.profile import profile_curve


def test_curve_height_and_interval(school, keeps_the_rules):
    found = profile(school.mixed)
    intervals = found.intervals()
    for curve in found.curves:
        picture = profile_curve(curve, intervals, confidence=0.95)
        keeps_the_rules(picture)
        drawn, height, interval = picture.figure.data
        assert np.array_equal(drawn.x, curve.values)
        assert np.array_equal(drawn.y, curve.zeta**2)
        assert set(height.y) == {height_of(0.95)}
        row = intervals[intervals["parameter"] == curve.parameter.label].iloc[0]
        assert interval.x.tolist() == [row["lower"], curve.estimate, row["upper"]]
    assert height_of(0.95) == pytest.approx(3.841, abs=1e-3)


def test_words(school):
    found = profile(school.mixed)
    picture = profile_curve(found.curves[1], found.intervals(), confidence=0.95)
    words = "SD of the intercept between classid within schoolid"
    assert picture.figure.layout.xaxis.title.text == words
    assert words in picture.alt
    assert "3.84 at the ends of the 95% interval, 0.0 to 10.7" in picture.alt


def test_hostile_names_are_shown_letter_by_letter(hostile, keeps_the_rules):
    found = profile(hostile.mixed)
    for curve in found.curves:
        keeps_the_rules(profile_curve(curve, found.intervals(), confidence=0.95))
