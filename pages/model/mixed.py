"""Model, Mixed: the mixed model as equation and as the table R prints."""

from __future__ import annotations

from pages._ui import show, widgets

show.heading("Mixed", "How much do groups matter?")
choices, data = widgets.require("outcome", "levels")
