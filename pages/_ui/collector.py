"""Memory: freed by a thread in the background, in place of a full collection after every click."""

from __future__ import annotations

import gc
import threading
import time

from pages._ui import cache

SECONDS_BETWEEN_COLLECTIONS = 15


def collect_in_the_background() -> None:
    """Start the thread that frees memory, once a server."""
    cache.remember("", "collector", _call=_start)


def _start() -> None:
    gc.collect()
    gc.freeze()
    threading.Thread(target=_collect_for_ever, daemon=True, name="collector").start()


def _collect_for_ever() -> None:
    while True:
        time.sleep(SECONDS_BETWEEN_COLLECTIONS)
        gc.collect()
