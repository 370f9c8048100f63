"""Every screen of the app with its address, read off the sitemap: a new page is covered at once."""

from __future__ import annotations

from dataclasses import dataclass

from pages._ui.sitemap import FIRST, SECTIONS

EXAMPLE = "classroom"
# Lesson, tab and name of the sliders that people play with; the screen follows at once.
SLIDERS = (
    ("likelihood", "A probability", "Threshold a"),
    ("likelihood", "A sample", "Values in the sample"),
    ("simulate", "Ignore the groups", "SD between classes"),
    ("simulate", "Draw data", "Number of classes"),
    ("simulate", "Missing data", "Share lost"),
)


@dataclass(frozen=True)
class Site:
    """One screen.

    Attributes
    ----------
    title : str
        As the menu has it.
    name : str
        The path in its address, also of the first page (which lives at "/").
    address : str
        Its link, filled with the example.
    """

    title: str
    name: str
    address: str


SITES = tuple(
    Site(title, path, f"/{'' if script == FIRST else path}?data={EXAMPLE}")
    for pages in SECTIONS.values()
    for script, title, path in pages
)
