"""How long something takes beside a peer of the same run: no clock is trusted by itself."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time


def times_as_long(ours: Callable[[], object], peer: Callable[[], object], turns: int = 2) -> float:
    """Return how many times the processor's time of a peer something takes, by the best of turns.

    The two take turns, so that what else the machine does slows both.
    """
    seconds = [(_seconds(ours), _seconds(peer)) for _ in range(turns)]
    return min(own for own, _ in seconds) / min(other for _, other in seconds)


def _seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start
