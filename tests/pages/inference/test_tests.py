"""Inference, Tests: opened by its link it is whole, and it says what is still to choose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_is_whole(data: str, open_page: Callable[..., AppTest]) -> None:
    app = open_page("inference/tests", data=data)
    assert app.title[0].value == "Tests"
    assert not app.error


def test_it_says_what_is_still_to_choose(open_page: Callable[..., AppTest]) -> None:
    app = open_page("inference/tests", data="classroom", method="ML")
    assert not app.error
    assert "outcome" in app.info[0].value
