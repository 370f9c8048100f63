"""Drawings: gathered at once, drawn when asked, and of what was asked for."""

from __future__ import annotations

import pytest

from mlm_core.data.model import Model
from mlm_core.views.figures.pooling import KINDS
from pages._ui import drawings, opening

DATA = opening.bundled("classroom")
OF = {
    "model": Model("mathkind ~ ses + (1 | schoolid)"),
    "method": "REML",
    "level": "schoolid",
}
PAIRS = {"outcome": "mathkind", "groups": ("schoolid",)}


@pytest.mark.parametrize(
    ("panels", "name"),
    [
        (("lines", "arrows"), "pooling"),
        (("lines",), "pooling-lines"),
        (("arrows",), "pooling-arrows"),
    ],
)
def test_the_path_is_drawn_in_the_panels_asked_for(panels: tuple[str, ...], name: str) -> None:
    draw = drawings.pooling(
        DATA, **OF, group=None, predictor="ses", term="ses", panels=panels, visible=KINDS
    )
    picture = draw()
    assert picture.name == name
    assert ("Lines of mathkind on ses" in picture.alt) == ("lines" in panels)
    assert ("Arrows from the own estimate" in picture.alt) == ("arrows" in panels)


@pytest.mark.parametrize("drawing", [drawings.slopes, drawings.slope_density])
def test_a_picked_group_is_in_the_figures_of_slopes(drawing) -> None:
    plain, picked = (drawing(DATA, **OF, group=each, term="ses")() for each in (None, "1"))
    assert len(picked.figure.data) > len(plain.figure.data)


def test_lines_are_those_of_the_groups_chosen() -> None:
    whole = drawings.pooled_line(DATA, **OF, predictor="ses")().figure
    assert whole.layout.xaxis.title.text == "ses"
    every = drawings.own_lines(DATA, **OF, predictor="ses")()
    assert "schoolid" in every.alt
    some = drawings.some_lines(DATA, **OF, predictor="ses", chosen=("1", "3"))()
    titles = [note.text for note in some.figure.layout.annotations[:2]]
    assert [title.split(" (")[0] for title in titles] == ["1", "3"]


def test_groups_are_marked() -> None:
    for drawing in (drawings.boxplots, drawings.group_means):
        plain, marked = (drawing(DATA, **PAIRS, marked=each)() for each in (None, "1"))
        assert plain.figure.to_json() != marked.figure.to_json()


def test_a_draw_of_pairs_is_told_by_its_number() -> None:
    first, second, again = (
        drawings.pair_scatter(DATA, **PAIRS, number=each)().alt for each in (1, 2, 1)
    )
    assert first == again != second
    early, late = (
        drawings.pair_experiment(DATA, **PAIRS, draws=20, made=each)().alt for each in (2, 20)
    )
    assert early != late
