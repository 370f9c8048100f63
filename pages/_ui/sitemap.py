"""The pages of the app, in order, by section; links between pages are made here too."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page

PAGES = Path(__file__).resolve().parent.parent

# section -> (script, title, path in the address bar); Start lives at "/".
SECTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "": (
        ("start/start.py", "Start", "start"),
        ("start/tour.py", "Tour", "tour"),
    ),
    "Data": (
        ("data/load.py", "Load", "load"),
        ("data/groups.py", "Groups", "groups"),
    ),
    "Explore": (
        ("explore/groups_differ.py", "Groups differ", "groups-differ"),
        ("explore/lines_differ.py", "Lines differ", "lines-differ"),
    ),
    "Model": (
        ("model/pooling.py", "Pooling", "pooling"),
        ("model/mixed.py", "Mixed", "mixed"),
        ("model/build.py", "Build", "build"),
    ),
    "Inference": (
        ("inference/variance.py", "Variance", "variance"),
        ("inference/tests.py", "Tests", "tests"),
        ("inference/effects.py", "Effects", "effects"),
        ("inference/checks.py", "Checks", "checks"),
    ),
    "Learn": (
        ("learn/likelihood.py", "Likelihood", "likelihood"),
        ("learn/simulate.py", "Simulate", "simulate"),
    ),
}
FIRST = "start/start.py"
AFTER_EXAMPLE = "model/pooling"


def sections() -> dict[str, list[Page]]:
    """Return the pages as ``st.navigation`` wants them."""
    return {
        section: [
            st.Page(PAGES / script, title=title, url_path=path, default=script == FIRST)
            for script, title, path in pages
        ]
        for section, pages in SECTIONS.items()
    }


def script(name: str) -> str:
    """Return the script of a page for ``st.page_link``.

    Parameters
    ----------
    name : str
        Section and file, for example ``"data/load"``.
    """
    return str(PAGES / f"{name}.py")


def go_to(name: str) -> NoReturn:
    """Leave this page for another, named as in :func:`script`."""
    # Without parameters of its own the switch would clear those of the widgets that write the link,
    # which Streamlit refuses with an exception.
    st.switch_page(script(name), query_params={})
