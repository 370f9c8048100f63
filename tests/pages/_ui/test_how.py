"""How this is computed: closed it costs nothing, opened it has the code in R and in Python."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.view import View


def test_the_code_is_drawn_when_it_is_opened(view: Callable[..., View]) -> None:
    page = view("model/pooling", data="classroom")
    assert not page.app.main.code
    assert "lm(mathkind ~ ses" in page.code("dat <- read.csv")
    languages = {each.language for each in page.app.main.code}
    assert {"r", "python"} <= languages
