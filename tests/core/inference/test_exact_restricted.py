"""The exact restricted test: its distribution by brute force, its p-values as RLRsim has them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from mlm_core.data.model import Model
from mlm_core.errors import ExactTestError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference import exact_restricted
from mlm_core.inference.effect_geometry import Spectrum, geometry_of
from mlm_core.inference.exact_restricted import exact_test, null_statistics
from tests.core.lmer_record import reference

N = 100_000
# Quantiles of 200,000 statistics simulated by RLRsim 3.1-8, RLRTSim(), set.seed(1): for
# mathkind ~ ses + (1 | schoolid) on schools 1 to 40, and Reaction ~ Days + (0 + Days | Subject).
PROBABILITIES = [0.7, 0.8, 0.9, 0.95, 0.99]
CLASSROOM_40 = [0.18712265, 0.57162971, 1.44455494, 2.45652623, 5.13298432]
SLEEPSTUDY_DAYS = [0.18284825, 0.56303069, 1.42083428, 2.41810696, 5.02187332]


def test_class_given_school(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    record = reference("classroom")["exact_rlrt"]["class_given_school"]
    found = exact_test(fit.problem, fit.problem.structure.blocks[0], record["stat"], n=N, seed=1)
    error = np.hypot(found.p_error, np.sqrt(0.296 * 0.704 / record["nsim"]))
    assert found.p == pytest.approx(record["p"], abs=4.0 * error)
    assert found.given_others
    assert found.share_at_zero == pytest.approx(0.51, abs=0.01)


@pytest.mark.parametrize("name", ["rlrt1", "rlrt_class", "rlrt_school"])
def test_other_references(name, fitted):
    record = reference("inference")["exact_rlrt"][name]
    fit = fitted(
        "mathkind ~ ses + (1 | schoolid)"
        if name == "rlrt1"
        else "mathkind ~ ses + (1 | schoolid/classid)"
    )
    block = fit.problem.structure.blocks[1 if name == "rlrt_school" else 0]
    found = exact_test(fit.problem, block, record["stat"], n=N, seed=2)
    assert found.p == pytest.approx(record["p"], abs=0.006)
    assert found.given_others == (name != "rlrt1")


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_likelihood_is_restricted_whatever_the_fit(method, sleepstudy):
    fit = fit_mixed(Model("Reaction ~ Days + (1 | Subject)"), sleepstudy, method=method)
    block = fit.problem.structure.blocks[0]
    found = exact_test(fit.problem, block, 1.0, n=100, seed=7)
    # 18 subjects of 10 rows: for each but one an eigenvalue of 10, drawn as one and sixteen.
    alike = Spectrum(np.array([10.0, 10.0]), np.array([1, 16]))
    by_hand = null_statistics(alike, 180 - 2, np.random.default_rng(7), 100)
    assert found.values == pytest.approx(by_hand, abs=1e-9)


@pytest.mark.parametrize(
    ("formula", "table", "quantiles"),
    [
        ("mathkind ~ ses + (1 | schoolid)", "classroom", CLASSROOM_40),
        ("Reaction ~ Days + (0 + Days | Subject)", "sleepstudy", SLEEPSTUDY_DAYS),
    ],
)
def test_quantiles_as_rlrsim(formula, table, quantiles, tables):
    frame = tables[table]
    if table == "classroom":
        frame = frame[frame["schoolid"] <= 40]
    fit = fit_mixed(Model(formula), frame)
    found = exact_test(fit.problem, fit.problem.structure.blocks[0], 1.0, n=2 * N, seed=3)
    # The share beyond each quantile, against its own: both sides were simulated 200,000 times.
    for probability, quantile in zip(PROBABILITIES, quantiles, strict=True):
        error = np.sqrt(2.0 * probability * (1.0 - probability) / (2 * N))
        assert (found.values <= quantile).mean() == pytest.approx(probability, abs=4.0 * error)


@pytest.mark.parametrize("groups", [1, 300])
def test_each_statistic_is_the_supremum(groups):
    mu, times = np.array([0.7, 2.0, 5.0]), groups * np.array([4, 1, 6])
    df = 40 * groups
    found = null_statistics(Spectrum(mu, times), df, np.random.default_rng(4), 300)
    rng = np.random.default_rng(4)
    drawn = exact_restricted._chi_squares(rng, np.append(times, df - times.sum()), 300)
    for own, row in zip(found, drawn, strict=True):
        assert own == pytest.approx(_supremum(mu, times, df, row), abs=1e-7)


def _supremum(mu, times, df, squares):
    """Return the statistic of chi-squares (the last one that of the rest) by brute force."""

    def height(log_lam):
        shrink = 1.0 / (1.0 + np.exp(log_lam) * mu)
        left = squares[:-1] @ shrink + squares[-1]
        return -(df * np.log(squares.sum() / left) + times @ np.log(shrink))

    start = min(np.linspace(-11.0, 12.0, 93), key=height)
    ends = start - 0.3, start + 0.3
    best = optimize.minimize_scalar(height, bounds=ends, method="bounded", options={"xatol": 1e-9})
    return max(-best.fun, 0.0)


def test_a_supremum_behind_a_valley_is_found():
    spectrum, df = Spectrum(np.array([1.0, 100.0]), np.array([1, 1])), 10
    grid = exact_restricted._grid(spectrum, df)
    squares = np.array([[20.0, 0.05, 2.0], [0.5, 0.05, 2.0], [5.0, 0.01, 1.0]])
    found = exact_restricted._statistics(spectrum, grid, df, squares)
    by_force = [_supremum(*spectrum, df, each) for each in squares]
    assert found == pytest.approx(by_force, abs=1e-7)
    falls = df * squares[:, :-1] @ spectrum.values < spectrum.values.sum() * squares.sum(axis=1)
    assert falls.all()  # right behind zero
    assert [value > 1.0 for value in found] == [True, False, True]


def test_a_series_that_falls_is_followed_to_the_next_point():
    falling, rising = [1.0, -0.5, -0.5], [1.0, 0.5, -0.5]
    series = np.array([falling, rising]).T
    assert exact_restricted._least(series, 0.4) == pytest.approx([0.72, 0.72])


def test_no_statistic_is_negative():
    spectrum = Spectrum(np.array([1.0, 1000.0]), np.array([900, 1]))
    found = null_statistics(spectrum, 5_000, np.random.default_rng(3), 50_000)
    assert found.min() == 0.0


def test_many_groups_give_the_mixture():
    spectrum = Spectrum(np.array([10.0]), np.array([2_000]))
    found = null_statistics(spectrum, 20_000, np.random.default_rng(5), 40_000)
    assert (found < 1e-6).mean() == pytest.approx(0.5, abs=0.02)
    above = found[found > 1e-6]
    assert stats.kstest(above, stats.chi2(1).cdf).statistic < 0.03


def test_what_it_is_not_for(fitted, monkeypatch):
    fit = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    with pytest.raises(ExactTestError, match="covariances"):
        exact_test(fit.problem, fit.problem.structure.blocks[0], 1.0, n=10, seed=1)
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    (block,) = fit.problem.structure.blocks
    monkeypatch.setattr(exact_restricted, "MOST_DENSE", geometry_of(fit.problem, block).n_dense)
    assert exact_test(fit.problem, block, 1.0, n=10, seed=1).n == 10
    monkeypatch.setattr(exact_restricted, "MOST_DENSE", 10)
    with pytest.raises(ExactTestError, match="at most 10 are allowed"):
        exact_test(fit.problem, fit.problem.structure.blocks[0], 1.0, n=10, seed=1)


def test_stopping(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    block = fit.problem.structure.blocks[0]
    calls = []

    def report(done, of):
        calls.append((done, of))
        return done < 4_000

    whole = exact_test(fit.problem, block, 1.0, n=9_000, seed=1)
    found = exact_test(fit.problem, block, 1.0, n=9_000, seed=1, progress=report)
    assert calls == [(2_000, 9_000), (4_000, 9_000)]
    assert (found.n, found.n_asked, whole.n) == (4_000, 9_000, 9_000)
    assert np.array_equal(found.values, whole.values[:4_000])


def test_the_same_seed_gives_the_same(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    block = fit.problem.structure.blocks[0]
    one, same, other = (
        exact_test(fit.problem, block, 1.0, n=500, seed=seed).values for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
