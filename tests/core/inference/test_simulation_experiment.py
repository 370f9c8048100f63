"""The experiment: closed forms, rows instead of moments, and how fast it is."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
from scipy import stats

from mlm_core.errors import DesignError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.inference.simulation import PRESETS, changed_level
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_experiment import (
    KINDS,
    MIXED,
    NAIVE,
    ROBUST,
    UNPOOLED,
    repeat_design,
)

CLASSES = PRESETS["100 classes of 200 pupils"]
SCHOOLS = PRESETS["107 schools, as in the class set"]
# 1,000 repeats of a design, on an idle machine about 0.1 and 0.9 s.
PROMISED_SECONDS = 3.0


@pytest.fixture(scope="module")
def classes():
    return repeat_design(CLASSES, seed=1, repeats=1000)


def test_what_theory_says_of_the_class_set_design(classes):
    """Balanced groups: real standard errors and coverage follow from design effects."""
    frame = draw_table(CLASSES, seed=1)
    w = frame.groupby("class")["w_class"].first()
    spread = ((w - w.mean()) ** 2).sum()
    real = np.sqrt((2.0 + 2.0 / 200) / spread)
    naive = classes.answer("w_class", NAIVE).performance
    mixed = classes.answer("w_class", MIXED).performance
    assert naive.real_se == pytest.approx(real, rel=0.07)
    assert naive.stated_se == pytest.approx(np.sqrt(4.0 / (200 * spread)), rel=0.05)
    assert mixed.stated_se == pytest.approx(real, rel=0.03)
    # An interval a tenth as wide as it must be holds the truth in 2 Phi(1.96 / 10) - 1 of repeats.
    assert naive.coverage == pytest.approx(0.155, abs=0.04)
    assert naive.false_alarms == pytest.approx(1.0 - naive.coverage)
    assert mixed.coverage == pytest.approx(0.95, abs=0.022)
    assert classes.answer("w_class", ROBUST).performance.coverage == pytest.approx(0.94, abs=0.022)
    inside = frame["x"] - frame.groupby("class")["x"].transform("mean")
    within = np.sqrt(2.0 / (inside**2).sum())
    for kind in (UNPOOLED, MIXED):
        assert classes.answer("x", kind).performance.real_se == pytest.approx(within, rel=0.07)
    assert classes.answer("x", NAIVE).performance.real_se > 1.2 * within


def test_it_is_repeatable(classes):
    again = repeat_design(CLASSES, seed=1, repeats=1000)
    other = repeat_design(CLASSES, seed=2, repeats=50)
    for first, second in zip(classes.answers, again.answers, strict=True):
        np.testing.assert_array_equal(first.estimate, second.estimate)
        np.testing.assert_array_equal(first.se, second.se)
    assert not np.array_equal(other.answers[0].estimate, classes.answers[0].estimate[:50])
    assert (classes.n_repeats, classes.n_rows, classes.n_groups) == (1000, 20_000, (100,))


def test_every_term_is_answered_in_every_way_that_can(classes):
    assert classes.terms == ("x", "w_class", "(Intercept)")
    assert {answer.kind for answer in classes.of("x")} == set(KINDS)
    assert {answer.kind for answer in classes.of("w_class")} == {NAIVE, ROBUST, MIXED}
    assert len(classes.summary) == 10
    assert {"coverage", "false_alarms", "real_se", "stated_se"} <= set(classes.summary)


def test_progress_is_told():
    told: list[tuple[int, int]] = []
    repeat_design(CLASSES, seed=1, repeats=450, progress=lambda *done: told.append(done))
    assert told == [(200, 450), (400, 450), (450, 450)]


@pytest.mark.slow
def test_rows_give_the_same_answers_as_moments():
    """The same experiment the long way: rows drawn over fixed predictors, each table fitted."""
    design = changed_level(dataclasses.replace(CLASSES, rows=10), 0, groups=12)
    moments = repeat_design(design, seed=3, repeats=2000)
    frame = draw_table(design, seed=3)
    code = frame["class"].to_numpy() - 1
    generator = np.random.default_rng(1)
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(300):
        effects = 2.0**0.5 * generator.standard_normal(12)[code]
        y = frame["x"] + effects + 2.0**0.5 * generator.standard_normal(len(frame))
        table = frame.assign(y=y)
        pooled = fit_pooled(design.model, table).coefficients
        mixed = fit_mixed(design.model, table).coefficients
        for place, term in enumerate(("(Intercept)", "x", "w_class")):
            found.setdefault((term, NAIVE), []).append(pooled["se"][place])
            found.setdefault((term, ROBUST), []).append(pooled["robust_se"][place])
            found.setdefault((term, MIXED), []).append(mixed["se"][place])
            found.setdefault((term, "estimate"), []).append(mixed["estimate"][place])
            found.setdefault((term, "df"), []).append(mixed["df"][place])
    for term in ("(Intercept)", "x", "w_class"):
        for kind in (NAIVE, ROBUST, MIXED):
            _alike(found[term, kind], moments.answer(term, kind).se)
        _alike(found[term, "estimate"], moments.answer(term, MIXED).estimate)
        # Degrees of freedom jump where a variance is zero: whole distributions, not means.
        df = moments.answer(term, MIXED).df
        assert stats.ks_2samp(found[term, "df"], df).pvalue > 1e-4


def _alike(rows, moments) -> None:
    """Hold two samples' means and spreads against each other within five standard errors."""
    rows, moments = np.asarray(rows), np.asarray(moments)
    error = np.sqrt(rows.var() / len(rows) + moments.var() / len(moments))
    assert abs(rows.mean() - moments.mean()) < 5.0 * error
    assert rows.std() == pytest.approx(moments.std(), rel=0.25)


@pytest.mark.parametrize("name", PRESETS)
def test_mixed_intervals_keep_their_promise_in_every_preset(name):
    found = repeat_design(PRESETS[name], seed=4, repeats=1000)
    term = "w_school" if "w_school" in found.terms else "w_class"
    performance = found.answer(term, MIXED).performance
    if name != "Simpson's paradox":  # there the model is wrong on purpose
        assert performance.coverage == pytest.approx(0.95, abs=0.03)
    assert found.answer("x", MIXED).estimate.shape == (1000,)


def test_simpson_turns_the_pooled_slope_round():
    found = repeat_design(PRESETS["Simpson's paradox"], seed=1, repeats=300)
    assert found.answer("x", NAIVE).performance.mean < 0.0
    assert found.answer("x", NAIVE).performance.coverage < 0.01
    assert found.answer("x", UNPOOLED).performance.mean == pytest.approx(1.0, abs=0.03)
    assert found.answer("x", UNPOOLED).performance.coverage == pytest.approx(0.95, abs=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("design", [CLASSES, SCHOOLS])
def test_a_thousand_repeats_take_less_than_three_seconds(design):
    best = np.inf
    for _ in range(4):
        start = time.process_time()  # what others do on this machine is not ours
        repeat_design(design, seed=1, repeats=1000)
        best = min(best, time.process_time() - start)
    print(f"\n1,000 repeats: {best:.2f} s")
    assert best < PROMISED_SECONDS


def test_groups_that_their_predictors_fit_perfectly_are_refused():
    with pytest.raises(DesignError, match=r"^2 groups of 'class' .* take at least 3\.$"):
        repeat_design(changed_level(CLASSES, 0, groups=2), seed=1, repeats=10)
    three = repeat_design(changed_level(CLASSES, 0, groups=3), seed=1, repeats=10)
    assert np.isfinite(three.answer("w_class", MIXED).half_width).all()
