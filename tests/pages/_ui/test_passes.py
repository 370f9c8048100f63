"""Passes: kept when done, forgotten when they fail or are stopped, shared while under way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mlm_core.data.places import Place
from mlm_core.errors import MlmError
from pages._ui.passes import Pass, Passes, StoppedError

KEY = ("table", "key")
LIMIT = 20.0


@pytest.fixture
def place(tmp_path: Path) -> Place:
    path = tmp_path / "a.csv"
    path.write_text("x\n1\n2\n3\n")
    return Place("files", str(path))


def test_what_is_done_is_kept(place: Place) -> None:
    passes, calls = Passes(), []

    def call(source):
        calls.append(source.most_rows)
        return source.n_rows

    assert [passes.fetch(place, KEY, call) for _ in range(3)] == [3, 3, 3]
    assert calls == [100_000]


def test_what_fails_is_not_kept(place: Place) -> None:
    passes, calls = Passes(), []

    def call(source):
        calls.append(source.n_rows)
        if len(calls) == 1:
            raise MlmError("died half-way")
        return "whole"

    with pytest.raises(MlmError, match="half-way"):
        passes.fetch(place, KEY, call)
    assert passes.fetch(place, KEY, call) == "whole"


def test_a_stopped_pass_keeps_nothing_and_starts_again_when_asked(place: Place) -> None:
    passes, begun, go = Passes(), threading.Event(), threading.Event()

    def call(source):
        begun.set()
        assert go.wait(LIMIT)
        return source.n_rows  # asks the engine, and learns that it was stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Passes, "_await", lambda _self, _key, current: current)
        current = passes.fetch(place, KEY, call)
        assert passes.fetch(place, KEY, call) is current  # who comes later waits for the same
    assert begun.wait(LIMIT)
    passes.stop(KEY)
    go.set()
    with pytest.raises(MlmError, match="stopped"):
        current.future.result(LIMIT)
    with pytest.raises(StoppedError, match="nothing of it was kept") as stopped:
        passes.fetch(place, KEY, call)
    stopped.value.again()
    assert passes.fetch(place, KEY, call) == 3


def test_progress_counts_the_passes(place: Place) -> None:
    told = []

    def call(source):
        for _ in range(2):
            assert source.n_rows == 3
            told.append(current.progress())
        return "done"

    current = Pass(place, call)
    assert current.progress() == (0.0, "Waiting for its turn")
    current.run()
    assert current.future.result() == "done"
    assert [text for _, text in told] == [
        f"Working through the table where it lies, pass {n} ..." for n in (1, 2)
    ]
