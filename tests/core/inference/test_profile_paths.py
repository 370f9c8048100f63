"""Paths outwards from the estimate: settled, rising, ending where they should."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.inference.profile import profile
from mlm_core.inference.profile_deviance import stacked
from mlm_core.inference.profile_paths import settle


@pytest.fixture(scope="module")
def found(fitted):
    return profile(fitted("mathkind ~ ses + (1 | schoolid/classid)", "classroom", "ML"))


def each_path(found):
    return [
        (coordinates, path, side)
        for coordinates, sides in zip(found.coordinates, found.paths, strict=True)
        for path, side in zip(sides, (-1.0, 1.0), strict=True)
        if path is not None
    ]


def test_points_are_settled(found):
    for coordinates, path, _ in each_path(found):
        points = stacked([coordinates] * len(path.a))
        gradient = found.deviance(points, path.xi).gradient
        free = np.ones(gradient.shape[1], dtype=bool)
        free[[coordinates.held, -1]] = False
        assert np.abs(gradient[1:, free]).max(initial=0.0) < 1e-3
        assert_allclose(path.xi[:, coordinates.held], path.a)


def test_zeta_is_the_root_of_the_rise_and_its_slope_is_right(found):
    for coordinates, path, side in each_path(found):
        value = found.deviance(stacked([coordinates] * len(path.a)), path.xi).value
        assert_allclose(path.zeta**2, value - path.lowest, atol=1e-6)
        assert (path.slope[:-1] * side > 0.0).all()
        # Between two points zeta rises by the mean of its slopes, roughly.
        rise, way = np.diff(path.zeta), np.diff(path.a)
        assert_allclose(rise, way * (path.slope[1:] + path.slope[:-1]) / 2.0, rtol=0.1, atol=0.1)


def test_a_path_ends_at_its_boundary_or_far_out(found):
    ends = {
        (one.parameter.label, side): (path.ends_at_boundary, path.a[-1], path.zeta[-1])
        for one, path, side in each_path(found)
    }
    at_zero, value, zeta = ends[("sd_(Intercept)|classid:schoolid", -1.0)]
    assert (at_zero, value) == (True, 0.0)
    # The rise there is the likelihood-ratio statistic of the class variance (by ML).
    assert zeta**2 == pytest.approx(0.25710864352, abs=1e-5)
    at_zero, value, zeta = ends[("sd_(Intercept)|schoolid", -1.0)]
    assert not at_zero
    assert (value > 0.0) and (zeta >= 3.0)


def test_settling_finds_its_way_from_afar(found):
    one = found.coordinates[0]
    start = one.start.copy()
    start[[0, 2]] += [0.8, 0.5]
    start[one.held] *= 1.2
    near = one.start.copy()
    near[one.held] *= 1.2
    both = settle(found.deviance, stacked([one, one]), np.stack([start, near]))
    assert both.value[0] == pytest.approx(both.value[1], abs=1e-6)
