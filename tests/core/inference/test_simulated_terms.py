"""Random terms tested in all ways at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.errors import ModelError
from mlm_core.inference.random_terms import compare_with_pooled, drop_random_terms
from mlm_core.inference.simulated_terms import ALL_TERMS, EXACT_DRAWS, simulate_random_terms

NESTED = "mathkind ~ ses + (1 | schoolid/classid)"


def test_rows_are_those_of_the_drop_table_and_one_for_all(fitted):
    fit = fitted(NESTED)
    found = simulate_random_terms(fit, 200, seed=1)
    plain = drop_random_terms(fit).table.iloc[1:]
    assert found.table["term"].tolist() == [*plain["term"], ALL_TERMS]
    for column in ("statistic", "df", "p", "p_boundary"):
        assert_allclose(found.table[column][:2], plain[column].astype(float), rtol=1e-9)
    alike = compare_with_pooled(fit).like_with_like
    last = found.table.iloc[2]
    assert last["statistic"] == pytest.approx(alike.statistic)
    assert last["p_boundary"] == pytest.approx(alike.p_boundary)


def test_all_ways_agree_on_the_classes(fitted):
    row = simulate_random_terms(fitted(NESTED), 1000, seed=2).table.iloc[0]
    assert row["p"] == pytest.approx(0.6125, abs=1e-3)
    assert row["p_boundary"] == pytest.approx(0.3063, abs=1e-3)
    assert row["p_exact"] == pytest.approx(0.2958, abs=0.01)
    assert row["p_bootstrap"] == pytest.approx(0.2958, abs=0.06)


def test_where_there_is_no_exact_test_it_says_why(fitted):
    found = simulate_random_terms(
        fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy"), 50, seed=1
    )
    (term,) = found.terms
    assert (term.exact, np.isnan(found.table["p_exact"][0])) == (None, True)
    assert "Use the parametric bootstrap" in term.why_not_exact
    nested = simulate_random_terms(fitted(NESTED), 50, seed=1)
    assert [bool(one.why_not_exact) for one in nested.terms] == [False, False, True]


def test_by_ml_the_exact_test_is_still_restricted(fitted):
    found = simulate_random_terms(fitted(NESTED, "classroom", "ML"), 50, seed=1)
    assert found.method == "ML"
    assert found.terms[0].statistic == pytest.approx(0.2571, abs=1e-4)
    assert found.terms[0].exact.statistic == pytest.approx(0.2565, abs=1e-4)


def test_progress_runs_over_all_tests_and_terms(fitted):
    calls = []
    simulate_random_terms(
        fitted(NESTED), 150, seed=1, progress=lambda *at: calls.append(at) is None
    )
    done = [each for each, _ in calls]
    assert done == sorted(done)
    # Two terms and both together, for which there is no exact test.
    assert done[9:12] == [EXACT_DRAWS, EXACT_DRAWS + 100, EXACT_DRAWS + 150]
    assert set(calls[-1]) == {3 * (EXACT_DRAWS + 150)}


def test_stopping_within_an_exact_test_keeps_what_there_is(fitted):
    found = simulate_random_terms(fitted(NESTED), 150, seed=1, progress=lambda done, _: done < 4000)
    assert [one.exact.n if one.exact else 0 for one in found.terms] == [4000, 0, 0]
    assert [one.simulated for one in found.terms] == [None] * 3
    assert "stopped before" in found.terms[1].why_not_exact
    assert [note.code for note in found.notes] == ["stopped"]


def test_stopping_within_a_bootstrap_keeps_what_there_is(fitted):
    last = 2 * EXACT_DRAWS + 150 + 100
    found = simulate_random_terms(fitted(NESTED), 150, seed=1, progress=lambda done, _: done < last)
    assert [one.simulated.n if one.simulated else 0 for one in found.terms] == [150, 100, 0]
    assert np.isnan(found.table["p_bootstrap"][2])
    assert [note.code for note in found.notes] == ["stopped"]


def test_too_few_replicates_are_refused(fitted):
    with pytest.raises(ModelError, match="at least 20"):
        simulate_random_terms(fitted(NESTED), 10, seed=1)
