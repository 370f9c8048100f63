"""Model, Pooling: one line, a line for every group, and the mixed model between them."""

from __future__ import annotations

from pages._ui import show, widgets

show.heading("Pooling", "One line, many lines, or between?")
choices, data = widgets.require("outcome", "predictors", "levels")
