"""Pages run without a browser: ``open_page("model/pooling", outcome="ses")`` is a finished run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.view import View

ROOT = Path(__file__).resolve().parent.parent.parent
FRAME = ROOT / "pages" / "_ui" / "frame.py"
LIMIT = 60  # seconds for one run; about 0.2 on an idle machine


def _open(name: str = "start/start", **query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(FRAME), default_timeout=LIMIT)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    if name != "start/start":
        app.switch_page(str(ROOT / "pages" / f"{name}.py")).run()
    assert not app.exception, app.exception[0].message
    return app


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Give a function that opens a page (section/file) with the parameters of a link."""
    return _open


@pytest.fixture
def view(open_page: Callable[..., AppTest]) -> Callable[..., View]:
    """Give a function that opens a page and returns what it shows."""

    def open_view(name: str, **query: str | list[str]) -> View:
        return View(open_page(name, **query))

    return open_view
