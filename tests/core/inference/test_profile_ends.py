"""Ends of intervals: on the curve at the height, or at the boundary."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.inference.profile import profile
from mlm_core.inference.profile_deviance import stacked
from mlm_core.inference.profile_ends import End, find_ends
from mlm_core.inference.profile_paths import settle


@pytest.mark.parametrize("z", [0.05, 1.0, 1.96, 4.0])
def test_the_deviance_rises_by_the_square(z, fitted):
    found = profile(fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy", "ML"))
    ends = [
        End(coordinates, path, side)
        for coordinates, sides in zip(found.coordinates, found.paths, strict=True)
        for path, side in zip(sides, (-1.0, 1.0), strict=True)
    ]
    held = find_ends(found.deviance, ends, z)
    for end, a in zip(ends, held, strict=True):
        if end.is_boundary(z):
            assert a == end.limit
            continue
        xi = end.guess(z)
        xi[end.coordinates.held] = a
        at = settle(found.deviance, stacked([end.coordinates]), xi[None])
        assert np.sqrt(at.value[0] - end.lowest) == pytest.approx(z, abs=1e-5)


def test_without_a_path_there_is_only_the_boundary(fitted):
    found = profile(fitted("mathkind ~ ses + (1 | schoolid/classid)"))
    (one,) = (c for c in found.coordinates if c.parameter.label.endswith("classid:schoolid"))
    assert find_ends(found.deviance, [End(one, None, -1.0)], 1.96).tolist() == [0.0]
