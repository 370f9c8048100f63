"""Two estimators over many samples: against single fits, closed forms, and each other."""

import numpy as np
import pytest
from scipy import optimize

from mlm_core.likelihood.poisson import bundled_counts, fit_poisson
from mlm_core.likelihood.poisson_repeats import (
    KINDS,
    least_squares,
    most_likely,
    repeat_poisson,
)


@pytest.fixture(scope="module")
def found():
    return repeat_poisson(seed=1)


def test_both_estimators_on_the_bundled_counts():
    x, y = bundled_counts()
    likely = most_likely(x[None], y[None])
    assert likely[0] == pytest.approx(fit_poisson(x, y).coefficients["estimate"], abs=1e-7)
    nearest = least_squares(x[None], y[None], start=likely)
    search = optimize.least_squares(
        lambda b: y - np.exp(b[0] + b[1] * x), (-0.5, 0.5), xtol=1e-14, ftol=1e-14, gtol=1e-14
    )
    assert nearest[0] == pytest.approx(search.x, abs=1e-6)


def test_the_same_seed_gives_the_same_samples(found):
    again = repeat_poisson(seed=1)
    np.testing.assert_array_equal(found.likelihood, again.likelihood)
    np.testing.assert_array_equal(found.least_squares, again.least_squares)
    other = repeat_poisson(seed=2, repeats=5)
    assert not np.array_equal(found.likelihood[:5], other.likelihood)
    assert (found.n_repeats, found.n_rows, found.seed) == (200, 3000, 1)


def test_the_claims_follow_from_the_estimates(found):
    for column, term in enumerate(("b0", "b1")):
        claims = found.of(term)
        assert [claim.kind for claim in claims] == list(KINDS)
        for claim, points in zip(
            claims, (found.likelihood, found.least_squares, found.least_squares), strict=True
        ):
            assert claim.mean == pytest.approx(points[:, column].mean())
            assert claim.sd == pytest.approx(points[:, column].std(ddof=1))
    assert list(found.summary.columns) == ["term", "kind", "mean", "sd", "stated_se", "coverage"]
    assert len(found.summary) == 6


@pytest.mark.slow
def test_what_the_theory_says_of_both():
    """Expected information in closed form: x standard normal, rate exp(b0 + b1 x)."""
    found = repeat_poisson(seed=5, repeats=2000)
    b0, b1 = found.truth
    n = found.n_rows

    def moments(power: int) -> np.ndarray:
        """E rate^power (1, x)(1, x)'."""
        s = power * b1
        return np.exp(power * b0 + s**2 / 2) * np.array([[1, s], [s, 1 + s**2]])

    likely = np.sqrt(np.diag(np.linalg.inv(moments(1))) / n)
    bread = np.linalg.inv(moments(2))
    nearest = np.sqrt(np.diag(bread @ moments(3) @ bread) / n)
    # The variance around the curve averaged over rows is the mean rate.
    plain = np.sqrt(moments(1)[0, 0] * np.diag(bread) / n)
    for column, term in enumerate(("b0", "b1")):
        likelihood, squares, robust = found.of(term)
        assert likelihood.sd == pytest.approx(likely[column], rel=0.06)
        assert squares.sd == pytest.approx(nearest[column], rel=0.06)
        assert likelihood.stated_se == pytest.approx(likely[column], rel=0.02)
        assert squares.stated_se == pytest.approx(plain[column], rel=0.02)
        assert robust.stated_se == pytest.approx(nearest[column], rel=0.05)
        assert likelihood.coverage == pytest.approx(0.95, abs=0.015)
        assert robust.coverage == pytest.approx(0.95, abs=0.025)
    assert found.of("b1")[1].coverage < 0.87  # the textbook's interval is too short
