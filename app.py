"""Entry point of the app: ``streamlit run app.py``.

The screen itself is the script ``pages/_ui/frame.py``, run anew for every click. What is done here
is done once per server: security headers, a plain sentence for an error nobody foresaw, and the
imports that the first visitor would otherwise wait for.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A step of one visitor needs one processor: more threads for its small matrices mostly wait for one
# another, where the browser and other visitors want to work. NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

UI = Path(__file__).resolve().parent / "pages" / "_ui"
FRAME = UI / "frame.py"
WARM = (
    "plotly.graph_objects",
    "mlm_core",
    "pages._ui.widgets",
    "pages._ui.tour",
)
# What single pages need besides: most of a second of imports, which would hold up the first page.
WARM_LATER = ("mlm_core.likelihood.poisson",)
PAUSE = 10  # seconds

HEADERS = {
    # Everything comes from this server; nothing is fetched from, or sent to, anywhere else.
    "content-security-policy": "; ".join(
        [
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
        ]
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

# The drawing library is 4.7 MB of script that the page asks for only once its first figure has
# arrived. Named in this header it is fetched and parsed while the server is still computing.
SCRIPTS = Path(st.__file__).resolve().parent / "static" / "static" / "js"
EARLY = ", ".join(
    f"<./static/js/{path.name}>; rel=modulepreload"
    for path in sorted(SCRIPTS.glob("PlotlyChart.*.js"))
)


class Headers:
    """Add the security headers to every response, and what to fetch early to every page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response back with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", [])
                is_page = dict(given).get(b"content-type", b"").startswith(b"text/html")
                early = [(b"link", EARLY.encode())] if is_page and EARLY else []
                message["headers"] = [*given, *_ENCODED, *early]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


@asynccontextmanager
async def warmed_up(_: Any) -> AsyncIterator[None]:
    """Import the heavy packages while the first visitor's browser is still loading the page."""
    is_closing = threading.Event()
    waiting = asyncio.get_running_loop().run_in_executor(None, _import_all, is_closing)
    yield
    is_closing.set()
    await asyncio.wait({waiting})


def _import_all(is_closing: threading.Event) -> None:
    for name in WARM:
        importlib.import_module(name)
    for name in () if is_closing.wait(PAUSE) else WARM_LATER:
        importlib.import_module(name)


def say_sorry(_: Exception) -> bool:
    """Replace Streamlit's red box for an unforeseen error (the log has the error itself)."""
    st.error(
        "**Something went wrong while this page was drawn.** Your data and choices are kept:"
        " change a choice in the sidebar, or open another page. The details are in the log of the"
        " app (the window it was started from)."
    )
    return True


async def figures(_: Request) -> FileResponse:
    """Send the script that makes figures reachable by keyboard."""
    return FileResponse(UI / "figures.js", media_type="text/javascript")


app = st.App(
    FRAME,
    routes=[Route("/figures.js", figures)],
    lifespan=warmed_up,
    middleware=[Middleware(Headers)],
    on_script_error=say_sorry,
)
