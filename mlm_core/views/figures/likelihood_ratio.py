"""A likelihood-ratio statistic against the distributions it is read from."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.summaries import TailCurves
from mlm_core.views.escape import for_figure
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import BLUE, GREEN, VERMILLION, Picture, new_figure
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number, p_equals

MOST_TICKS = 6
TICK_STEPS = [step * 10**power for power in range(9) for step in (1, 2, 5)]
SHORTEST = -3
"""Probabilities of fewer decades than these are written out."""
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
    _add_curve(figure, curves.x, curves.log_plain, plain, GREEN, "dash")
    has_mixture = len(curves.log_mixture) > 0
    if has_mixture:
        _add_curve(
            figure, curves.x, curves.log_mixture, f"mixture {_weights(curves)}", BLUE, "solid"
        )
    lowest = _floor(curves)
    figure.add_trace(
        scatter(
            x=np.array([curves.statistic, curves.statistic]),
            y=np.array([lowest, 0.0]),
            mode="lines",
            line={"color": VERMILLION, "width": 2.5},
            name=f"observed: {number(curves.statistic, 4)}",
            hoverinfo="skip",
        )
    )
    at = curves.statistic
    name = f"p of the chi-square {_equals(curves.p)}"
    _add_p(figure, at, curves.log_p, name, GREEN, "diamond-open")
    if has_mixture:
        name = f"p at the boundary {_equals(curves.p_boundary)}"
        _add_p(figure, at, curves.log_p_boundary, name, BLUE, "circle")
    _decades(figure, lowest)
    figure.update_xaxes(range=[-0.02 * curves.x[-1], curves.x[-1]])
    return Picture(figure, _alt(curves), "likelihood-ratio")


def _alt(curves: TailCurves) -> str:
    text = (
        f"Upper tail probabilities of the chi-square with {curves.df} degrees of freedom. The"
        f" observed statistic is {number(curves.statistic, 4)}: p {p_equals(curves.p)}"
    )
    if not len(curves.log_mixture):
        return f"{text}."
    parts = ", ".join(f"{number(weight, 2)} with {df}" for df, weight in curves.weights)
    return (
        f"{text}; against the mixture at the boundary (weights by degrees of freedom: {parts})"
        f" p {p_equals(curves.p_boundary)}."
    )


def _add_curve(
    figure: Sheet,
    x: np.ndarray[tuple[int], np.dtype[np.float64]],
    y: np.ndarray[tuple[int], np.dtype[np.float64]],
    name: str,
    colour: str,
    dash: str,
) -> None:
    figure.add_trace(
        scatter(
            x=x,
            y=y,
            text=np.array([_probability(each) for each in y], dtype=object),
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5},
            hovertemplate="statistic %{x:.3~g}: %{text}<extra></extra>",
            name=name,
        )
    )


def _add_p(figure: Sheet, x: float, log_p: float, name: str, colour: str, symbol: str) -> None:
    figure.add_trace(
        scatter(
            x=np.array([x]),
            y=np.array([log_p]),
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 13, "line": {"width": 2}},
            hovertemplate=f"p = {_probability(log_p)}<extra></extra>",
            name=name,
        )
    )


def _floor(curves: TailCurves) -> int:
    """Return the power of ten at which the axis ends, clear of the mark of the smallest p."""
    least = np.nanmin([curves.log_p, curves.log_p_boundary])
    return int(np.floor(BELOW_MARKS * least)) - 1


def _decades(figure: Sheet, lowest: int) -> None:
    wanted = abs(lowest) / MOST_TICKS
    step = next(each for each in TICK_STEPS if each >= wanted)
    powers = np.arange(0, lowest - 1, -step)
    few = {0: "1", -1: "0.1", -2: "0.01", -3: "0.001"}
    names = [few.get(int(power), _power(int(power))) for power in powers]
    figure.update_yaxes(
        range=[lowest, 0.1],
        tickmode="array",
        tickvals=powers,
        ticktext=np.array(names, dtype=object),
    )


def _power(power: int) -> str:
    return f"10<sup>\u2212{count(-power)}</sup>"


def _probability(log: float) -> str:
    """Write a probability that may be no float any more."""
    if log >= SHORTEST:
        return number(10.0**log, 2)
    power = int(np.floor(log))
    return f"{number(10.0 ** (log - power), 2)} \u00d7 {_power(power)}"


def _weights(curves: TailCurves) -> str:
    parts = [f"{number(weight, 2)} χ²<sub>{df}</sub>" for df, weight in curves.weights]
    return " + ".join(parts)


def _equals(p: float) -> str:
    return for_figure(p_equals(p))
