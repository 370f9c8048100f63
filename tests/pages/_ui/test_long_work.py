"""Long work: results are kept once, the store stays bounded, a stopped one is not kept."""

from __future__ import annotations

import pytest

from pages._ui import cache, long_work
from pages._ui.examples import EXAMPLES


@pytest.fixture
def asked():
    choices = EXAMPLES["classroom"].choices
    cache.long_results().clear()
    return cache.bundled("classroom"), choices.model


def test_computed_once_and_told_how_far(asked):
    data, model = asked
    calls = []

    def work(fit, *, progress, n):
        assert progress(n, n)
        calls.append(n)
        return fit.n_obs + n

    for _ in range(2):
        found = long_work.from_fit(work, data, model, method="REML", progress=lambda *_: True, n=3)
        assert found == 1193
    assert calls == [3]


def test_stopped_work_is_not_kept(asked):
    data, model = asked

    def work(fit, *, progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        long_work.from_fit(work, data, model, method="REML", progress=lambda *_: True)
    assert not cache.long_results()


def test_the_store_is_bounded(asked):
    data, model = asked
    for n in range(long_work.MOST_KEPT + 5):
        long_work.from_fit(
            lambda fit, *, progress, n: n, data, model, method="REML",
            progress=lambda *_: True, n=n,
        )  # fmt: skip
    assert len(cache.long_results()) == long_work.MOST_KEPT
