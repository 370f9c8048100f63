"""The likelihood of a normal sample: density and tail, log-likelihood and sum of squares, surface.

Truth, likelihood and least squares have one colour, dash and shape each, on all figures of the
lesson.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.likelihood.normal import MeanLikelihood, NormalSurface, NormalTail
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    BLUE,
    GREEN,
    GREY,
    SKY,
    VERMILLION,
    Family,
    Picture,
    add_upright_line,
    new_figure,
)
from mlm_core.views.figures.written import contour, scatter
from mlm_core.views.numbers import chosen, count, fixed, number

Floats = NDArray[np.float64]

TRUTH = Family("truth", GREEN, "dash", "star", 2.5)
LIKELIHOOD = Family("likelihood", BLUE, "solid", "circle", 2.5)
LEAST_SQUARES = Family("least squares", VERMILLION, "dot", "diamond", 2.5)
SHADE = "rgba(0, 114, 178, 0.35)"
# Falls of the log-likelihood drawn as contours: half the square of 1, 2, 3, ... standard errors.
FALLS = 0.5 * np.arange(1.0, 5.0) ** 2


def normal_density(tail: NormalTail) -> Picture:
    """Draw a normal density with the area above the threshold shaded."""
    figure = new_figure("X", "density f(X | μ)")
    figure.add_trace(_curve(tail.x, tail.density, BLUE, "density", "%{x:.3~g}: %{y:.2~g}"))
    above = tail.x >= tail.threshold
    edge = np.interp(tail.threshold, tail.x, tail.density)
    figure.add_trace(
        scatter(
            x=np.concatenate([[tail.threshold], tail.x[above]]),
            y=np.concatenate([[edge], tail.density[above]]),
            mode="lines",
            line={"color": BLUE, "width": 1},
            fill="tozeroy",
            fillcolor=SHADE,
            hoverinfo="skip",
            name=f"P(X > {chosen(tail.threshold)}) = {number(tail.probability)}",
        )
    )
    figure.update_yaxes(rangemode="tozero")
    alt = (
        f"Normal density with mean {chosen(tail.mean)} and standard deviation {chosen(tail.sd)};"
        f" the area above {chosen(tail.threshold)} is shaded and holds a probability of"
        f" {number(tail.probability)}."
    )
    return Picture(figure, alt, "normal-density")


def log_likelihood(found: MeanLikelihood) -> Picture:
    """Draw the log-likelihood of the mean over the grid, with its maximum."""
    figure = new_figure("proposed mean μ", "log-likelihood")
    _add_grid(figure, found.grid, found.log_likelihood, LIKELIHOOD)
    span = (float(found.log_likelihood.min()), float(found.log_likelihood.max()))
    _add_places(figure, found, f"maximum: {fixed(found.estimate, 3)}", LIKELIHOOD, span)
    alt = (
        f"Log-likelihood of {count(len(found.sample))} values over proposed means: a parabola with"
        f" its maximum {fixed(found.maximum, 2)} at {fixed(found.estimate, 3)}; the true mean is"
        f" {chosen(found.true_mean)}."
    )
    return Picture(figure, alt, "log-likelihood")


def sum_of_squares(found: MeanLikelihood) -> Picture:
    """Draw the sum of squared deviations from the mean over the same grid, with its minimum."""
    figure = new_figure("proposed mean μ", "sum of squares")
    _add_grid(figure, found.grid, found.sum_of_squares, LEAST_SQUARES)
    span = (0.0, float(found.sum_of_squares.max()))
    _add_places(figure, found, f"minimum: {fixed(found.estimate, 3)}", LEAST_SQUARES, span)
    alt = (
        f"Sum of squared deviations of {count(len(found.sample))} values over proposed means: a"
        f" parabola with its minimum {number(found.least)} at {fixed(found.estimate, 3)}, where the"
        " log-likelihood has its maximum."
    )
    return Picture(figure, alt, "sum-of-squares")


def normal_surface(found: NormalSurface) -> Picture:
    """Draw the log-likelihood over mean and standard deviation as contours."""
    figure = new_figure("mean μ", "standard deviation σ", height=480)
    figure.add_trace(
        contours(found.mean_grid, found.sd_grid, found.maximum - found.log_likelihood, FALLS)
    )
    mark(figure, (found.mean, found.sd), LIKELIHOOD, "maximum")
    mark(figure, (found.true_mean, found.true_sd), TRUTH, "truth")
    alt = (
        f"Contours of the log-likelihood of {count(len(found.sample))} values over mean and"
        f" standard deviation; its maximum is at {fixed(found.mean, 3)} and {fixed(found.sd, 3)},"
        f" the truth at {chosen(found.true_mean)} and {chosen(found.true_sd)}."
    )
    return Picture(figure, alt, "normal-surface")


def contours(x: Floats, y: Floats, loss: Floats, at: Floats) -> dict[str, Any]:
    """Return contour lines of a loss (not negative, rows over y) at increasing values.

    Plotly draws contours at even steps only: losses are mapped to their place among ``at``.
    """
    steps = np.arange(-1.0, len(at))
    above = steps[-1] + (loss - at[-1]) / (at[-1] - at[-2])
    placed = np.where(loss > at[-1], above, np.interp(loss, np.r_[0.0, at], steps))
    return contour(
        x=x,
        y=y,
        z=placed,
        contours={"start": 0, "end": len(at) - 1, "size": 1, "coloring": "lines"},
        colorscale=[[0, BLUE], [1, SKY]],
        showscale=False,
        line={"width": 2},
        hoverinfo="skip",
        showlegend=False,
    )


def mark(
    figure: Sheet, point: Sequence[float] | Floats, family: Family, text: str, *, size: float = 15
) -> None:
    """Mark one point, named in the legend with its coordinates."""
    x, y = (float(each) for each in point)
    figure.add_trace(
        scatter(
            x=np.array([x]),
            y=np.array([y]),
            mode="markers",
            marker={
                "color": family.colour,
                "symbol": family.symbol,
                "size": size,
                "line": {"color": "white", "width": 1.5},
            },
            name=f"{text}: {fixed(x, 3)}, {fixed(y, 3)}",
            hovertemplate="%{fullData.name}<extra></extra>",
        )
    )


def _curve(x: Floats, y: Floats, colour: str, name: str, hover: str) -> dict[str, Any]:
    return scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "width": 2.5},
        hovertemplate=f"{hover}<extra></extra>",
        name=name,
        showlegend=False,
    )


def _add_grid(figure: Sheet, x: Floats, y: Floats, family: Family) -> None:
    figure.add_trace(
        scatter(
            x=x,
            y=y,
            mode="lines+markers",
            marker={"symbol": "cross-thin", "size": 7, "line": {"color": family.colour,
                                                                "width": 1.5}},
            line={"color": GREY, "width": 1},
            hovertemplate="μ = %{x:.3~g}: %{y:.5~g}<extra></extra>",
            name="proposed means",
            showlegend=False,
        )
    )  # fmt: skip


def _add_places(
    figure: Sheet,
    found: MeanLikelihood,
    text: str,
    family: Family,
    span: tuple[float, float],
) -> None:
    add_upright_line(figure, found.estimate, text, family, span=span)
    add_upright_line(figure, found.true_mean, f"truth: {chosen(found.true_mean)}", TRUTH, span=span)
