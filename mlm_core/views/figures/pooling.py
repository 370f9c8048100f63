"""Lines and arrows from no pooling to complete pooling, with a slider that moves them.

Everything the slider shows is in the figure: each position is a frame that carries heights only, in
single precision. So it follows the hand without asking the server.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlm_core.inference.fitted_lines import FittedLines
from mlm_core.inference.path_drawing import PathArrows, PathLines
from mlm_core.inference.pooling_path import PoolingPath
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.path_arrows import add_arrows
from mlm_core.views.figures.path_lines import add_lines
from mlm_core.views.figures.path_scene import LEFT, RIGHT, Scene
from mlm_core.views.figures.path_slider import add_slider
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import BASE_SIZE, Picture, new_figure
from mlm_core.views.numbers import count, number, percent
from mlm_core.views.words import term_words

HEIGHT = 545
KINDS = ("unpooled", "mixed", "pooled", "rows")
"""What the switches show and hide."""
_SPLIT = ((0.0, 0.53), (0.65, 1.0))


def pooling(
    path: PoolingPath,
    *,
    lines: PathLines | None = None,
    arrows: PathArrows | None = None,
    drawn: FittedLines | None = None,
    visible: Sequence[str] = KINDS[:3],
    group: str | None = None,
    place: int | None = None,
) -> Picture:
    """Draw the groups' lines, the arrows of one estimate, or both, with the slider beneath.

    Parameters
    ----------
    path : PoolingPath
    lines, arrows : PathLines, PathArrows
        The panels; each may be left out.
    drawn : FittedLines
        The pooled line, the rows behind the lines and the names of the axes; with ``lines``.
    visible : sequence of str
        Which of :data:`KINDS` are shown.
    group : str, optional
        A group that is highlighted.
    place : int, optional
        Position at which the figure opens; the estimate unless given.
    """
    figure = new_figure("", "", height=HEIGHT)
    scene = Scene(figure, path.at_estimate if place is None else place, group)
    if lines is not None and drawn is not None:
        figure.update_xaxes(title={"text": for_figure(drawn.predictor)})
        figure.update_yaxes(title={"text": for_figure(drawn.outcome)})
        add_lines(scene, lines, drawn.families["pooled"], drawn.points, visible)
    if arrows is not None:
        axes = RIGHT if lines is not None else LEFT
        add_arrows(scene, arrows, visible, axes, path.level)
    if lines is not None and arrows is not None:
        _side_by_side(figure)
    add_slider(figure, path, scene.moving, place=scene.place)
    panel = "" if lines and arrows else "-lines" if lines else "-arrows"
    return Picture(figure, _alt(path, lines, arrows, drawn), f"pooling{panel}")


def _side_by_side(figure: Sheet) -> None:
    left, right = _SPLIT
    ticks = {"size": BASE_SIZE}
    figure.update_layout(
        xaxis={"domain": left},
        xaxis2={"domain": right, "anchor": "y2", "tickfont": ticks},
        yaxis2={"anchor": "x2", "tickfont": ticks},
    )


def _alt(
    path: PoolingPath,
    lines: PathLines | None,
    arrows: PathArrows | None,
    drawn: FittedLines | None,
) -> str:
    parts = []
    if lines is not None and drawn is not None:
        shown = count(len(lines.table))
        parts.append(
            f"Lines of {plain(drawn.outcome)} on {plain(drawn.predictor)} for {shown} groups of"
            f" {plain(path.level)}: each group's own line, its partially pooled line and the pooled"
            " line of all rows."
        )
    if arrows is not None and len(arrows.table):
        raw, shrunk = arrows.table["raw"], arrows.shrunk[path.at_estimate]
        parts.append(
            f"Arrows from the own estimate ({plain(term_words(arrows.term))}) to the partially"
            f" pooled one in {count(len(raw))} groups, by group size: own estimates run from"
            f" {number(raw.min(), 4)} to {number(raw.max(), 4)}, partially pooled ones from"
            f" {number(shrunk.min(), 4)} to {number(shrunk.max(), 4)}."
        )
    size = count(round(path.typical_size))
    parts.append(
        "A slider moves both from no pooling to complete pooling; the estimate pools a group of"
        f" {size} rows by {percent(path.pooling[path.at_estimate])}."
    )
    return " ".join(parts)
