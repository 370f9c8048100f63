"""Pages run without a browser: ``open_page("model/pooling", outcome="ses")`` is a finished run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.pages.view import View

ROOT = Path(__file__).resolve().parent.parent.parent
FRAME = ROOT / "pages" / "_ui" / "frame.py"
LIMIT = 60  # seconds for one run; about 0.2 on an idle machine


@pytest.fixture(scope="session", autouse=True)
def _installed_components_looked_through_once() -> Iterator[None]:
    """Keep what Streamlit finds out anew for every run: which packages bring components."""
    found = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


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
