"""Inference, Variance: each level's share of the variation."""

from __future__ import annotations

from pages._ui import show, widgets

show.heading("Variance", "Where is the variation?")
choices, data = widgets.require("outcome", "levels")
