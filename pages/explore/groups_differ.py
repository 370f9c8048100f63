"""Explore, Groups differ: distributions of the outcome over the groups."""

from __future__ import annotations

from pages._ui import show, widgets

show.heading("Groups differ", "Do groups differ?")
choices, data = widgets.require("outcome", "levels")
