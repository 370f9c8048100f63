"""Inference, Tests: likelihood-ratio tests of the random terms."""

from __future__ import annotations

from pages._ui import show, widgets

show.heading("Tests", "Are the groups needed?")
choices, data = widgets.require("outcome", "levels")
