"""A likelihood-ratio statistic against the distributions it is read from."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from mlm_core.inference.summaries import TailCurves
from mlm_core.views.escape import for_figure
from mlm_core.views.figures.theme import BLUE, GREEN, VERMILLION, Picture, new_figure
from mlm_core.views.numbers import number, p_equals

SMALLEST_TAIL = 1e-300
MOST_TICKS = 6
TICK_STEPS = (1, 2, 5, 10, 20, 50, 100)
BELOW_MARKS = 1.05
"""Longer by this the axis ends below a mark, not in it, however many decades it spans."""


def likelihood_ratio(curves: TailCurves) -> Picture:
    """Draw how often chance alone exceeds a statistic, and where the observed one falls.

    Tail probabilities on a logarithmic axis, so that a statistic far out can still be read off.

    Parameters
    ----------
    curves : TailCurves
        See :func:`mlm_core.inference.summaries.tail_curves`.
    """
    figure = new_figure("likelihood-ratio statistic", "probability of a larger statistic")
    plain = f"chi-square, {curves.df} df"
    _add_curve(figure, curves.x, curves.plain, plain, GREEN, "dash")
    has_mixture = len(curves.mixture) > 0
    if has_mixture:
        _add_curve(figure, curves.x, curves.mixture, f"mixture {_weights(curves)}", BLUE, "solid")
    lowest = _floor(curves)
    figure.add_trace(
        go.Scatter(
            x=np.array([curves.statistic, curves.statistic]),
            y=np.array([10.0**lowest, 1.0]),
            mode="lines",
            line={"color": VERMILLION, "width": 2.5},
            name=f"observed: {number(curves.statistic, 4)}",
            hoverinfo="skip",
        )
    )
    _add_p(figure, curves.statistic, curves.p, "p of the chi-square", GREEN, "diamond-open")
    if has_mixture:
        _add_p(figure, curves.statistic, curves.p_boundary, "p at the boundary", BLUE, "circle")
    _decades(figure, lowest)
    figure.update_xaxes(range=[-0.02 * curves.x[-1], curves.x[-1]])
    return Picture(figure, _alt(curves), "likelihood-ratio")


def _alt(curves: TailCurves) -> str:
    text = (
        f"Upper tail probabilities of the chi-square with {curves.df} degrees of freedom. The"
        f" observed statistic is {number(curves.statistic, 4)}: p {p_equals(curves.p)}"
    )
    if not len(curves.mixture):
        return f"{text}."
    parts = ", ".join(f"{number(weight, 2)} with {df}" for df, weight in curves.weights)
    return (
        f"{text}; against the mixture at the boundary (weights by degrees of freedom: {parts})"
        f" p {p_equals(curves.p_boundary)}."
    )


def _add_curve(
    figure: go.Figure,
    x: np.ndarray[tuple[int], np.dtype[np.float64]],
    y: np.ndarray[tuple[int], np.dtype[np.float64]],
    name: str,
    colour: str,
    dash: str,
) -> None:
    figure.add_trace(
        go.Scatter(
            x=x,
            y=np.maximum(y, SMALLEST_TAIL),
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5},
            hovertemplate="statistic %{x:.3~g}: %{y:.2~g}<extra></extra>",
            name=name,
        )
    )


def _add_p(figure: go.Figure, x: float, p: float, name: str, colour: str, symbol: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=np.array([x]),
            y=np.array([max(p, SMALLEST_TAIL)]),
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 13, "line": {"width": 2}},
            hovertemplate=f"p {_equals(p)}<extra></extra>",
            name=f"{name} {_equals(p)}",
        )
    )


def _floor(curves: TailCurves) -> int:
    """Return the power of ten at which the axis ends, clear of the mark of the smallest p."""
    tails = [curves.p, *([curves.p_boundary] if len(curves.mixture) else [])]
    least = np.log10(max(min(tails), SMALLEST_TAIL))
    return int(np.floor(BELOW_MARKS * least)) - 1


def _decades(figure: go.Figure, lowest: int) -> None:
    wanted = abs(lowest) / MOST_TICKS
    step = next(each for each in TICK_STEPS if each >= wanted)
    powers = np.arange(0, lowest - 1, -step)
    few = {0: "1", -1: "0.1", -2: "0.01", -3: "0.001"}
    names = [few.get(int(power), f"10<sup>\u2212{-power}</sup>") for power in powers]
    figure.update_yaxes(
        type="log",
        range=[lowest, 0.1],
        tickmode="array",
        tickvals=10.0**powers,
        ticktext=np.array(names, dtype=object),
    )


def _weights(curves: TailCurves) -> str:
    parts = [f"{number(weight, 2)} χ²<sub>{df}</sub>" for df, weight in curves.weights]
    return " + ".join(parts)


def _equals(p: float) -> str:
    return for_figure(p_equals(p))
