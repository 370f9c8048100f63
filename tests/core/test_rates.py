"""Intervals cover a known truth, tests reject a true null, as often as they say.

The full tables stand in ``benchmarks/RATES.md``.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import rates

pytestmark = pytest.mark.slow
SETS, NULL_SETS = 150, 2_000
# Standard errors a simulated rate may be away: one in 15,000 by chance.
ERRORS = 4.0


def test_intervals_cover_at_their_rate():
    found = rates.coverage(SETS, seed=11)
    error = np.sqrt(0.95 * 0.05 / SETS)
    for kind in ("profile", "bootstrap"):
        assert (np.abs(found[kind] - 0.95) <= ERRORS * error).all(), found


def test_type_one_errors():
    found = rates.false_alarms(NULL_SETS, seed=12)
    levels = found["level"]
    error = np.sqrt(levels * (1.0 - levels) / NULL_SETS)
    # The mixture is right for very many groups, and a little careful before that.
    for kind in ("exact", "bootstrap"):
        assert (np.abs(found[kind] - levels) <= ERRORS * error).all(), found
    assert (found["mixture"] <= levels + ERRORS * error).all()
    assert (found["mixture"] >= 0.6 * levels).all()
    # As if a variance could be negative: half as often as it should.
    assert (found["plain"] <= 0.7 * levels).all()
