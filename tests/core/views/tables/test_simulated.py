"""Four p-values beside each other."""

from __future__ import annotations

import pytest

from mlm_core.inference.simulated_terms import simulate_random_terms
from mlm_core.views import tables


@pytest.fixture(scope="module")
def table(school):
    return tables.simulated_terms(simulate_random_terms(school.mixed, 100, seed=4))


def test_cells(table):
    first, _, last = table.frame.to_dict("records")
    assert first["Left out"] == "(1 | classid:schoolid)"
    assert (first["Chi²"], first["df"], first["p, chi-square"]) == ("0.2565", "1", ".613")
    assert first["p, mixture"] == ".306"
    assert float(first["p, exact"]) == pytest.approx(0.296, abs=0.012)
    assert last["Left out"] == "all random terms"
    assert last["p, exact"] == "n/a"


def test_it_says_how(table):
    text = " ".join(table.footnotes)
    assert "100 samples" in text
    assert "seed 4" in text
    assert "for a single variance; this test is of several" in text
