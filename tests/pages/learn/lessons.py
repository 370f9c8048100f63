"""How a lesson of simulated data is opened in tests."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.view import View

PAGE = "learn/simulate"
OpenView = Callable[..., View]


def lesson(view: OpenView, tab: str, preset: str = "") -> View:
    """Open a lesson, with a preset of its designs if one is named."""
    page = view(PAGE, data="classroom")
    page.app.session_state["tab"] = tab
    page.run()
    if preset:
        page.app.selectbox(key="preset").set_value(preset)
        page.run()
    return page
