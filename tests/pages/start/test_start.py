"""Start: an example is one click away, and lands on a filled page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages._ui.examples import EXAMPLES


def test_it_offers_examples_and_an_upload(open_page: Callable[..., AppTest]) -> None:
    app = open_page("start/start")
    assert [button.label for button in app.button] == [f"Open {name}" for name in EXAMPLES]
    assert app.file_uploader(key="upload").label.startswith("Your own file")
    assert any("Nothing leaves this machine" in caption.value for caption in app.caption)
    assert "1,190 rows" in " ".join(each.value for each in app.markdown)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_lands_on_a_filled_page(name: str, open_page: Callable[..., AppTest]) -> None:
    app = open_page("start/start", data="classroom", outcome="ses")
    app.button(key=f"example-{name}").click().run()
    assert not app.exception
    assert not app.error
    assert app.title[0].value != "Data in groups"
    assert app.selectbox(key="dataset").value == name
    assert app.selectbox(key="outcome").value == EXAMPLES[name].choices.outcome
