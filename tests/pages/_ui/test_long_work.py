"""Long work: kept when done, forgotten when it fails or is cancelled, shared while under way."""

from __future__ import annotations

import threading
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from mlm_core.data.places import Place
from mlm_core.errors import MlmError
from pages._ui import long_work
from pages._ui.long_work import CancelledError, LongWork, UnfinishedError
from pages._ui.pieces import Computation, Pass

KEY = ("table", "key")
LIMIT = 20.0


@pytest.fixture
def place(tmp_path: Path) -> Place:
    path = tmp_path / "a.csv"
    path.write_text("x\n1\n2\n3\n")
    return Place("files", str(path))


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a fetch return the piece of work itself instead of waiting for it."""
    monkeypatch.setattr(LongWork, "_await", lambda _self, _key, current, _on_cancel: current)


class Counting:
    """A function that counts to three, once it may go on after the first."""

    def __init__(self) -> None:
        self.begun, self.go, self.told = threading.Event(), threading.Event(), []

    def __call__(self, *, progress) -> str:
        for n in range(1, 4):
            self.told.append(progress(n, 3))
            self.begun.set()
            assert self.go.wait(LIMIT)
        return "counted"


class Deaf:
    """A function that does not ask whether it was stopped."""

    def __init__(self, result: str) -> None:
        self.result, self.begun, self.go = result, threading.Event(), threading.Event()

    def __call__(self, *, progress) -> str:
        self.begun.set()
        assert self.go.wait(LIMIT)
        return self.result


def test_what_is_done_is_kept(place: Place) -> None:
    work, calls = LongWork(), []

    def call(source):
        calls.append(source.most_rows)
        return source.n_rows

    assert [work.fetch(KEY, Pass(place, call)) for _ in range(3)] == [3, 3, 3]
    assert calls == [100_000]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "KEPT", 2)
    monkeypatch.setattr(long_work, "AT_ONCE", 1)  # d begins once c is kept in the place of a
    work, calls = LongWork(), []
    for key in "abcda":
        work.fetch((key, ""), Computation("", lambda *, progress, key=key: calls.append(key)))
    assert "".join(calls) == "abcda"


def test_what_was_asked_for_last_is_kept_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "KEPT", 2)
    work, calls = LongWork(), []
    for key in "abacadab":
        work.fetch((key, ""), Computation("", lambda *, progress, key=key: calls.append(key)))
        while work._under_way:
            pass
    assert "".join(calls) == "abcdb"


def test_what_is_waited_for_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", 0.0)
    monkeypatch.setattr(long_work, "BETWEEN_LOOKS", 0.01)
    panel, bar, count = MagicMock(), MagicMock(), Counting()
    monkeypatch.setattr(long_work.st, "empty", lambda: panel)
    monkeypatch.setattr(LongWork, "_panel", lambda *_asked: bar)
    bar.progress.side_effect = lambda share, _text: share and count.go.set()
    assert LongWork().fetch(KEY, Computation("Steps", count)) == "counted"
    assert (1 / 3, "Steps: 1 of 3") in [call.args for call in bar.progress.call_args_list]
    panel.empty.assert_called_once_with()


@pytest.mark.usefixtures("unwatched")
def test_what_was_cancelled_leaves_alone_what_was_begun_after_it() -> None:
    work, old, new = LongWork(), Deaf("old"), Deaf("new")
    first = work.fetch(KEY, Computation("", old), list)
    assert old.begun.wait(LIMIT)
    work.cancel(KEY, list)
    second = work.fetch(KEY, Computation("", new), list)
    assert second is not first
    assert new.begun.wait(LIMIT)
    old.go.set()
    work._workers.submit(int).result(LIMIT)  # done by who is through with the first
    assert work.fetch(KEY, Computation("", new), list) is second
    new.go.set()


def test_what_fails_is_not_kept(place: Place) -> None:
    work, calls = LongWork(), []

    def call(source):
        calls.append(source.n_rows)
        if len(calls) == 1:
            raise MlmError("died half-way")
        return "whole"

    with pytest.raises(MlmError, match="half-way"):
        work.fetch(KEY, Pass(place, call))
    assert work.fetch(KEY, Pass(place, call)) == "whole"


def test_a_cancelled_pass_keeps_nothing_and_starts_again_when_asked(place: Place) -> None:
    work, begun, go = LongWork(), threading.Event(), threading.Event()

    def call(source):
        begun.set()
        assert go.wait(LIMIT)
        return source.n_rows  # asks the engine, and learns that it was stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LongWork, "_await", lambda _self, _key, current, _on_cancel: current)
        current = work.fetch(KEY, Pass(place, call))
        # Who comes later waits for the same.
        assert work.fetch(KEY, Pass(place, call)) is current
    assert begun.wait(LIMIT)
    work.cancel(KEY)
    go.set()
    with pytest.raises(MlmError, match="stopped"):
        current.future.result(LIMIT)
    with pytest.raises(CancelledError, match="nothing of it was kept") as cancelled:
        work.fetch(KEY, Pass(place, call))
    cancelled.value.again()
    assert work.fetch(KEY, Pass(place, call)) == 3


@pytest.mark.usefixtures("unwatched")
def test_a_cancelled_computation_ends_and_is_asked_for_no_more() -> None:
    work, count, asked = LongWork(), Counting(), ["yes"]
    current = work.fetch(KEY, Computation("Numbers", count), asked.clear)
    assert count.begun.wait(LIMIT)
    assert current.progress() == (1 / 3, "Numbers: 1 of 3")
    work.cancel(KEY, asked.clear)
    count.go.set()
    with pytest.raises(MlmError, match="stopped"):
        current.future.result(LIMIT)
    assert (count.told, asked) == ([True], [])
    again = work.fetch(KEY, Computation("Numbers", count), asked.clear)  # at once, when asked
    assert again is not current
    assert again.future.result(LIMIT) == "counted"


@pytest.mark.usefixtures("unwatched")
def test_what_another_session_waits_for_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    work, count = LongWork(), Counting()
    for session in ("one", "other"):
        monkeypatch.setattr(long_work, "_session", lambda session=session: session)
        current = work.fetch(KEY, Computation("Numbers", count))
    work.cancel(KEY)
    count.go.set()
    assert current.future.result(LIMIT) == "counted"


@pytest.mark.parametrize("is_watched", [False, True])
def test_a_time_that_ran_out_inside_work_is_an_error_of_it(is_watched: bool) -> None:
    def fail(*, progress) -> None:
        raise TimeoutError("The server does not answer.")

    piece = Computation("Steps", fail)
    with pytest.raises(TimeoutError, match="does not answer"):
        LongWork().fetch(KEY, piece, is_watched=is_watched)


def test_watched_work_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", 0.0)
    drawn, again = [], []
    monkeypatch.setattr(LongWork, "_panel", lambda *asked: drawn.append(asked[1:]))
    monkeypatch.setattr(long_work.st, "rerun", lambda: again.append(True))
    work, count = LongWork(), Counting()
    piece = Computation("Steps", count)
    with pytest.raises(UnfinishedError) as raised:
        work.fetch(KEY, piece, is_watched=True)
    raised.value.look()
    assert drawn == [(KEY, piece, None)]
    assert not again
    count.go.set()
    piece.future.result(LIMIT)
    assert work.fetch(KEY, piece, is_watched=True) == "counted"
    raised.value.look()
    assert again == [True]


def test_what_watched_work_raises_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", 0.0)
    work, go = LongWork(), threading.Event()

    def fail(*, progress) -> None:
        assert go.wait(LIMIT)
        raise MlmError("It is broken.")

    piece = Computation("Steps", fail)
    with pytest.raises(UnfinishedError) as raised:
        work.fetch(KEY, piece, is_watched=True)
    go.set()
    with pytest.raises(MlmError, match="broken"):
        piece.future.result(LIMIT)
    while work._under_way:
        pass
    with pytest.raises(MlmError, match="broken"):
        raised.value.look()


def test_cancelled_watched_work_is_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", 0.0)
    again, taken_back = [], []
    monkeypatch.setattr(long_work.st, "rerun", lambda: again.append(True))
    work, count = LongWork(), Counting()
    with pytest.raises(UnfinishedError) as raised:
        work.fetch(KEY, Computation("Steps", count), is_watched=True)
    assert count.begun.wait(LIMIT)
    work.cancel(KEY, lambda: taken_back.append(True))
    raised.value.look()
    assert again == taken_back == [True]
    count.go.set()


def test_cancelled_work_that_has_ended_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", 0.0)
    again = []
    monkeypatch.setattr(long_work.st, "rerun", lambda: again.append(True))
    work, count = LongWork(), Counting()
    piece = Computation("Steps", count)
    with pytest.raises(UnfinishedError) as raised:
        work.fetch(KEY, piece, is_watched=True)
    assert count.begun.wait(LIMIT)
    work.cancel(KEY)
    count.go.set()
    with pytest.raises(MlmError, match="stopped"):
        piece.future.result(LIMIT)
    raised.value.look()
    assert again == [True]


def test_what_goes_on_for_others_is_left_by_who_cancelled_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", 0.0)
    drawn, again, looks = [], [], {}
    monkeypatch.setattr(LongWork, "_panel", lambda *_asked: drawn.append(long_work._session()))
    monkeypatch.setattr(long_work.st, "rerun", lambda: again.append(long_work._session()))
    work, count = LongWork(), Counting()
    for session in ("one", "other"):
        monkeypatch.setattr(long_work, "_session", lambda session=session: session)
        with pytest.raises(UnfinishedError) as raised:
            work.fetch(KEY, Computation("Steps", count), is_watched=True)
        looks[session] = raised.value.look
    work.cancel(KEY)
    looks["other"]()
    monkeypatch.setattr(long_work, "_session", lambda: "one")
    looks["one"]()
    assert (drawn, again) == (["one"], ["other"])
    count.go.set()
