"""Pairs of rows of the same group: one draw, and how the correlation varies over many draws."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.pair_experiment import PairExperiment
from mlm_core.inference.pairs import PairDraw
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.path_scene import LEFT, RIGHT
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    BASE_SIZE,
    BLUE,
    CLEAR,
    GREEN,
    GREY,
    POOLED,
    SKY,
    Picture,
    axis,
    every,
    group_look,
    labels,
    new_figure,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, fixed

MOST_PAIRS = 2000
"""More groups than this are drawn as an even choice of them, which the figure says."""
HEIGHT = 480
SINGLE_FRAMES = 20
FRAME_STEP = 5
FRAME_MS = 120


def pair_scatter(draw: PairDraw) -> Picture:
    """Draw one random pair from every group, first member against second, coloured by group.

    Parameters
    ----------
    draw : PairDraw
        See :func:`mlm_core.inference.pairs.draw_pairs`.
    """
    name = for_figure(draw.outcome)
    figure = new_figure(f"{name}, first of the pair", f"{name}, second of the pair", height=HEIGHT)
    step = max(1, -(-draw.n_groups // MOST_PAIRS))
    codes = np.arange(0, draw.n_groups, step)
    shown = draw.pairs.iloc[codes]
    figure.add_trace(
        scatter(
            x=shown["first"].to_numpy(),
            y=shown["second"].to_numpy(),
            mode="markers",
            marker={**group_look(codes), "size": 8, "opacity": 0.75},
            text=labels(shown["group"]),
            customdata=shown[["group", "n"]].to_numpy(object),
            hovertemplate="<b>%{text}</b><br>n = %{customdata[1]}<br>%{x:.5~g} and %{y:.5~g}"
            "<extra></extra>",
            name="a pair from each group" if step == 1 else f"{every(step)} of the pairs",
        )
    )
    if len(shown):
        values = shown[["first", "second"]].to_numpy(np.float64)
        ends = np.array([values.min(), values.max()])
        figure.add_trace(
            scatter(
                x=ends,
                y=ends,
                mode="lines",
                line={"color": GREY, "dash": "dot", "width": 1.5},
                hoverinfo="skip",
                name="both alike",
            )
        )
        _say(figure, f"correlation {fixed(draw.correlation, 2)}")
    alt = (
        f"Scatter plot of {plain(draw.outcome)} for one random pair of rows from each of"
        f" {count(draw.n_groups)} groups of {plain(draw.level)}; their correlation is"
        f" {fixed(draw.correlation, 2)}."
    )
    return Picture(figure, alt, "pairs")


def _say(figure: Sheet, text: str) -> None:
    """Put the result where the picture is empty of it: above the points, on the left."""
    figure.add_annotation(
        text=f"<b>{text}</b>",
        xref="paper",
        yref="paper",
        x=0.02,
        y=0.99,
        xanchor="left",
        yanchor="top",
        showarrow=False,
    )


def pair_experiment(experiment: PairExperiment, *, made: int) -> Picture:
    """Draw the correlations of the draws made so far, their running mean, and how they spread.

    A button in the figure plays all draws one after another.

    Parameters
    ----------
    experiment : PairExperiment
        All draws, see :func:`mlm_core.inference.pair_experiment.pair_experiment`.
    made : int
        How many of them have been made up to now, at least one.
    """
    figure = new_figure("number of the draw", "correlation of the pairs", height=HEIGHT)
    draws, most = len(experiment.values), int(experiment.counts[-1].max())
    _add_histogram_axes(figure, most)
    figure.update_layout(xaxis={"range": [0, draws + 2], "nticks": 5, "domain": [0.0, 0.665]})
    figure.update_yaxes(range=list(experiment.span))
    _add_scene(figure, experiment, made)
    _add_limit(figure, experiment)
    figure.set_frames(
        [
            {"data": _moving(experiment, number), "traces": [0, 1, 2, 3], "name": str(number)}
            for number in _film(draws)
        ]
    )
    _add_buttons(figure, draws)
    return Picture(figure, _experiment_alt(experiment, made), "pair-experiment")


def _film(draws: int) -> list[int]:
    """Return the draws after which the film shows a frame: each at first, then in steps."""
    return [*range(1, min(SINGLE_FRAMES, draws)), *range(SINGLE_FRAMES, draws, FRAME_STEP), draws]


def _moving(experiment: PairExperiment, made: int) -> list[dict[str, object]]:
    """Return what changes with the number of draws, trace by trace."""
    number = np.arange(1, made + 1, dtype=np.int32)
    values, mean = experiment.values[:made], experiment.running_mean[:made]
    return [
        {"type": "scatter", "x": number, "y": values},
        {
            "type": "scatter",
            "x": number,
            "y": mean,
            "name": f"mean so far: {fixed(float(mean[-1]), 3)}",
        },
        {
            "type": "scatter",
            "x": number[-1:],
            "y": values[-1:],
            "name": f"this draw: {fixed(float(values[-1]), 3)}",
        },
        {"type": "bar", "x": experiment.counts[made - 1].astype(np.int32)},
    ]


def _add_scene(figure: Sheet, experiment: PairExperiment, made: int) -> None:
    edges, line = experiment.edges, {"color": BLUE, "width": 0.6}
    looks: list[dict[str, object]] = [
        {
            "mode": "markers",
            "marker": {"color": SKY, "size": 6, "line": line},
            "hovertemplate": "draw %{x}: %{y:.3f}<extra></extra>",
            "name": "one draw",
        },
        {
            "mode": "lines",
            "line": {"color": GREEN, "width": 3},
            "hovertemplate": "mean of %{x} draws: %{y:.3f}<extra></extra>",
        },
        {
            "mode": "markers",
            "marker": {"color": POOLED.colour, "size": 12, "symbol": POOLED.symbol},
            "hoverinfo": "skip",
        },
        {
            "y": (edges[1:] + edges[:-1]) / 2,
            "width": np.diff(edges),
            "orientation": "h",
            "marker": {"color": SKY, "line": line},
            "hovertemplate": "about %{y:.2f}: %{x} draws<extra></extra>",
            "showlegend": False,
        },
    ]
    places = (LEFT, LEFT, LEFT, RIGHT)
    for moving, look, axes in zip(_moving(experiment, made), looks, places, strict=True):
        figure.add_trace({**moving, **look, **axes})


def _add_histogram_axes(figure: Sheet, most: int) -> None:
    """Make room for a histogram of at most so many draws, on the height that both panels share."""
    figure.update_layout(
        xaxis2={
            **axis("draws"),
            "anchor": "y2",
            "domain": [0.715, 1.0],
            "range": [0, 1.05 * most],
            "tickvals": [0, most],
        },
        yaxis2={**axis(), "anchor": "x2", "matches": "y", "showticklabels": False},
    )


def _add_limit(figure: Sheet, experiment: PairExperiment) -> None:
    """Draw what the draws average to, and zero, across both panels."""
    zero: dict[str, object] = {"color": GREY, "width": 1}
    limit: dict[str, object] = {"color": BLUE, "dash": "dash", "width": 2.5}
    figure.update_layout(
        shapes=[
            _across(axes, height, line)
            for height, line in ((0.0, zero), (experiment.limit, limit))
            for axes in (LEFT, RIGHT)
        ]
    )
    figure.add_trace(
        scatter(  # its entry in the legend
            x=np.array([np.nan]),
            y=np.array([experiment.limit]),
            mode="lines",
            line=limit,
            hoverinfo="skip",
            name=f"from all pairs: {fixed(experiment.limit, 3)}",
            **LEFT,
        )
    )


def _across(axes: dict[str, str], height: float, line: dict[str, object]) -> dict[str, object]:
    """Return a line from one side of a panel to the other."""
    ends = {"x0": 0, "x1": 1, "xref": f"{axes['xaxis']} domain"}
    return {"type": "line", **ends, "y0": height, "y1": height, "yref": axes["yaxis"], "line": line}


def _add_buttons(figure: Sheet, draws: int) -> None:
    timing = {"frame": {"duration": FRAME_MS, "redraw": True}, "transition": {"duration": 0}}
    stop = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate"}
    figure.update_layout(
        updatemenus=[
            {
                "type": "buttons",
                "direction": "right",
                "x": 0,
                "y": 1.42,  # above a legend of four lines
                "xanchor": "left",
                "yanchor": "bottom",
                "showactive": False,
                "bgcolor": CLEAR,
                "bordercolor": GREY,
                "font": {"size": BASE_SIZE},
                "buttons": [
                    {
                        "label": f"▶ Play {draws} draws",
                        "method": "animate",
                        "args": [None, {**timing, "fromcurrent": True, "mode": "immediate"}],
                    },
                    {"label": "❚❚ Pause", "method": "animate", "args": [[None], stop]},
                ],
            }
        ],
        margin={"t": 150},
        legend={"yref": "paper", "y": 1.02, "yanchor": "bottom"},
    )


def _experiment_alt(experiment: PairExperiment, made: int) -> str:
    mean, sd = float(experiment.running_mean[made - 1]), float(experiment.running_sd[made - 1])
    spread = f", standard deviation {fixed(sd, 3)}" if made > 1 else ""
    return (
        f"Correlations of {count(made)} draws of pairs within groups of"
        f" {plain(experiment.level)}, one by one with their running mean, and as a histogram: mean"
        f" {fixed(mean, 3)}{spread}. From all possible pairs they are expected to average"
        f" {fixed(experiment.limit, 3)}."
    )
