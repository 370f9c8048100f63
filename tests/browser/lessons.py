"""A lesson in a browser: how it is opened, what it tells, how its sliders are moved."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote


def lesson(screen: Any, page: str, tab: str) -> Any:
    """Open a lesson on the example."""
    return screen.open(f"/{page}?data=classroom&tab={quote(tab)}")


def as_read(sentence: str) -> str:
    """Return Markdown as it is read."""
    return sentence.replace("**", "").replace("\\", "")


def move(screen: Any, slider: str, *keys: str) -> None:
    """Press keys on a slider, each after the last was answered."""
    handle = screen.main.get_by_role("slider", name=slider)
    handle.focus()
    for key in keys:
        handle.press(key)
        screen.settle()
