"""The parametric bootstrap: spread as theory has it, repeatable, stoppable."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.bootstrap import BootstrapStatistic, batch_size, bootstrap
from mlm_core.inference.profile import profile
from mlm_core.inference.replicates import icc_of
from tests.core.pace import times_as_long

NESTED = "mathkind ~ ses + (1 | schoolid/classid)"
N = 2000


@pytest.fixture(scope="module")
def found(fitted):
    return bootstrap(fitted(NESTED), N, seed=11)


def test_the_spread_of_fixed_effects_is_their_standard_error(found, fitted):
    table = found.intervals().set_index("parameter").loc[["(Intercept)", "ses"]]
    se = np.sqrt(np.diag(fitted(NESTED).vcov))
    assert_allclose(table["se"], se, rtol=4.0 / np.sqrt(2 * N))
    assert (np.abs(table["bias"]) < 4.0 * se / np.sqrt(N)).all()


def test_intervals_near_those_of_the_profile(found, fitted):
    own = found.intervals().set_index("parameter")
    other = profile(fitted(NESTED)).intervals().set_index("parameter").loc[own.index]
    width = other["upper"] - other["lower"]
    assert (np.abs(own["lower"] - other["lower"]) < 0.15 * width).all()
    assert (np.abs(own["upper"] - other["upper"]) < 0.15 * width).all()
    assert own.loc["sd_(Intercept)|classid:schoolid", "lower"] == 0.0


def test_kinds_of_intervals():
    values = np.random.default_rng(1).normal(10.5, 2.0, 100_000)
    one = BootstrapStatistic(10.0, values)
    assert one.bias == pytest.approx(0.5, abs=0.03)
    assert one.se == pytest.approx(2.0, rel=0.01)
    assert_allclose(one.interval(), (10.5 - 3.92, 10.5 + 3.92), atol=0.08)
    assert_allclose(one.interval(kind="basic"), (9.5 - 3.92, 9.5 + 3.92), atol=0.08)
    assert_allclose(one.interval(kind="normal"), (9.5 - 3.92, 9.5 + 3.92), atol=0.08)
    narrow, wide = one.interval(0.5), one.interval(0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_what_is_known_too_rarely_has_no_interval():
    values = np.full(100, np.nan)
    values[:19] = 1.0
    assert np.isnan(BootstrapStatistic(1.0, values).interval()).all()
    values[:20] = 1.0
    assert BootstrapStatistic(1.0, values).interval() == (1.0, 1.0)


def test_any_statistic(found):
    icc = found.statistic(icc_of(0))
    lower, upper = icc.interval()
    assert lower < icc.estimate < upper
    ratio = found.statistic(lambda of: of.beta[:, 1] / of.sigma)
    assert ratio.values.shape == (N,)
    assert ratio.estimate == pytest.approx(10.6838 / 35.973, rel=1e-3)


def test_the_same_seed_gives_the_same(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    one, same, other = (bootstrap(fit, 250, seed=seed).replicates.beta for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_progress_and_stopping(fitted):
    fit = fitted("mathkind ~ ses + (1 | schoolid)")
    calls = []
    whole = bootstrap(fit, 250, seed=1, progress=lambda *at: calls.append(at) is None)
    assert calls == [(100, 250), (200, 250), (250, 250)]
    assert (whole.n, whole.n_asked, whole.notes) == (250, 250, ())
    part = bootstrap(fit, 250, seed=1, progress=lambda done, _: done < 200)
    assert (part.n, part.n_asked) == (200, 250)
    assert [note.code for note in part.notes] == ["stopped"]
    # What was made before is what it would have been.
    assert np.array_equal(part.replicates.beta, whole.replicates.beta[:200])


def test_too_few_replicates_are_refused(fitted):
    with pytest.raises(ModelError, match="at least 20"):
        bootstrap(fitted("mathkind ~ ses + (1 | schoolid)"), 19, seed=1)


def test_a_level_must_be_a_share(found):
    with pytest.raises(ModelError, match="between 0 and 1"):
        found.intervals(95)


def test_batches_are_bounded():
    assert batch_size(312) == 100
    assert batch_size(10_000) == 3
    assert batch_size(1_000_000) == 1


def test_a_thousand_refits_cost_less_than_two_hundred_fits(fitted, classroom):
    fit = fitted(NESTED)
    model = Model(NESTED)
    cost = times_as_long(
        lambda: bootstrap(fit, 1000, seed=1),
        lambda: [fit_mixed(model, classroom) for _ in range(20)],
    )
    assert cost < 200 / 20
