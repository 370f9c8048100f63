"""The server: it answers this machine only, and tells browsers to fetch nothing from elsewhere."""

from __future__ import annotations

import re
import socket
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


def test_every_answer_carries_the_security_headers(server: str) -> None:
    for path in ("/", "/pooling", "/_stcore/health"):
        with urllib.request.urlopen(server + path, timeout=10) as answer:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_page_names_the_scripts_it_will_need(server: str) -> None:
    with urllib.request.urlopen(f"{server}/pooling", timeout=10) as answer:
        (named,) = re.findall(r"<\./(static/js/PlotlyChart[^>]*)>; rel=modulepreload",
                              answer.headers["link"])  # fmt: skip
    with urllib.request.urlopen(f"{server}/{named}", timeout=10) as script:
        assert int(script.headers["content-length"]) > 1_000_000
        assert script.headers["link"] is None


def test_a_page_of_another_host_cannot_talk_to_it(server: str) -> None:
    port = int(server.rsplit(":", 1)[1])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
        pytest.raises(InvalidStatus, match="403"),
    ):
        connect("ws://elsewhere.example/_stcore/stream", sock=connection)
