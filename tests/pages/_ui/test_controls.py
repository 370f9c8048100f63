"""Controls that are read elsewhere: what they hold before they are drawn, and when it is odd."""

from __future__ import annotations

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages._ui.controls import Choice, Seed, Slider, Word


def _page() -> None:
    import streamlit as st

    from pages._ui.controls import Choice, Seed, Slider, Word

    controls = (
        Slider("A number", 0.0, 2.0, 1.0, 0.5, "number"),
        Choice("One of", ("few", "many"), "choice"),
        Word("A word", "points", "word", 9),
        Seed("seed"),
    )
    for each in controls:
        each.draw()
    st.text([each.value for each in controls])


def test_they_hold_what_is_chosen() -> None:
    app = AppTest.from_function(_page).run()
    assert not app.exception
    assert app.text[0].value == "[1.0, 'few', 'points', 1]"
    app.slider(key="number").set_value(1.5)
    app.segmented_control(key="choice").set_value("many")
    app.text_input(key="word").set_value(" two   w ")
    app.button(key="seed-next").click()
    assert app.run().text[0].value == "[1.5, 'many', 'two w', 2]"
    app.text_input(key="word").set_value("   ")
    assert app.run().text[0].value == "[1.5, 'many', 'points', 2]"


def test_they_hold_what_they_begin_with_until_they_are_drawn() -> None:
    st.session_state.clear()
    assert Slider("A number", 0.0, 2.0, 1.0, 0.5, "unseen").value == 1.0
    assert Choice("One of", ("few", "many"), "unseen").value == "few"
    assert Word("A word", "points", "unseen", 8).value == "points"
    assert Seed("unseen").value == 1


def test_a_choice_that_is_no_longer_offered_is_none() -> None:
    st.session_state["of-before"] = "gone"
    assert Choice("One of", ("few", "many"), "of-before").value == "few"
