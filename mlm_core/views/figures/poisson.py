"""Poisson regression: both criteria over the coefficients, and both estimators over samples."""

from __future__ import annotations

import numpy as np

from mlm_core.likelihood.poisson import TRUTH as TRUE_COEFFICIENTS
from mlm_core.likelihood.poisson import PoissonSurface
from mlm_core.likelihood.poisson_repeats import PoissonRepeats
from mlm_core.views.figures.likelihood import (
    LEAST_SQUARES,
    LIKELIHOOD,
    TRUTH,
    Floats,
    contours,
    mark,
)
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import Family, Picture, name_rows, new_figure, segments
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, fixed, percent

CONTOURS = 14
# Of the truth's star, and of the best point, which stands on it without hiding it.
_SIZES = (24, 9)
_NAMES = {"b0": "b<sub>0</sub>", "b1": "b<sub>1</sub>"}


def squares_contour(found: PoissonSurface) -> Picture:
    """Draw the logarithm of the sum of squares with its least point on the grid."""
    loss = found.log_squares - found.log_squares.min()
    figure = _surface(found.grid, loss, found.least_squares, LEAST_SQUARES, "least on the grid")
    alt = _surface_alt("logarithm of the sum of squared residuals", "least", found.least_squares)
    return Picture(figure, alt, "squares-contour")


def likelihood_contour(found: PoissonSurface) -> Picture:
    """Draw the log-likelihood with its greatest point on the grid."""
    loss = found.log_likelihood.max() - found.log_likelihood
    figure = _surface(found.grid, loss, found.most_likely, LIKELIHOOD, "most likely on the grid")
    alt = _surface_alt("log-likelihood", "maximum", found.most_likely)
    return Picture(figure, alt, "likelihood-contour")


def sampling_clouds(repeats: PoissonRepeats) -> Picture:
    """Draw the estimates of all samples by both ways around the truth."""
    figure = new_figure(_NAMES["b0"], _NAMES["b1"], height=480)
    for family, points in (
        (LEAST_SQUARES, repeats.least_squares),
        (LIKELIHOOD, repeats.likelihood),
    ):
        figure.add_trace(
            scatter(
                x=points[:, 0],
                y=points[:, 1],
                mode="markers",
                marker={
                    "color": family.colour,
                    "symbol": f"{family.symbol}-open",
                    "size": 7,
                    "opacity": 0.8,
                },
                hovertemplate="%{x:.3~g}, %{y:.2~g}<extra></extra>",
                name=f"{family.name}, {count(repeats.n_repeats)} samples",
            )
        )
    mark(figure, repeats.truth, TRUTH, "truth")
    likelihood, squares, _ = repeats.of("b1")
    alt = (
        f"Estimates of both coefficients in {count(repeats.n_repeats)} samples around the truth;"
        f" the slope scatters with a standard deviation of {fixed(likelihood.sd, 4)} by"
        f" likelihood and {fixed(squares.sd, 4)} by least squares."
    )
    return Picture(figure, alt, "sampling-clouds")


def interval_claims(repeats: PoissonRepeats, *, term: str) -> Picture:
    """Draw how wide 95% of the estimates scatter beside how wide their intervals claim it is."""
    figure = new_figure(f"distance of {_NAMES[term]} from the truth", "", height=280)
    rows = repeats.of(term)
    places = np.arange(len(rows), 0, -1, dtype=float)
    real = 1.96 * np.array([row.sd for row in rows])
    claimed = 1.96 * np.array([row.stated_se for row in rows])
    for half, shift, colour, dash, name in (
        (real, 0.13, TRUTH.colour, "solid", "where 95% of the estimates fall"),
        (claimed, -0.13, LEAST_SQUARES.colour, "dot", "what the 95% interval claims"),
    ):
        figure.add_trace(
            scatter(
                x=segments(-half, half),
                y=segments(places + shift, places + shift),
                mode="lines",
                line={"color": colour, "dash": dash, "width": 6},
                hoverinfo="skip",
                name=name,
            )
        )
    reach = 1.1 * float(max(real.max(), claimed.max()))
    figure.update_xaxes(range=[-reach, reach])
    texts = [f"{row.kind}<br>covers {percent(row.coverage)}" for row in rows]
    name_rows(figure, places, texts)
    figure.update_yaxes(range=[0.4, len(rows) + 0.6])
    told = "; ".join(f"{row.kind} {percent(row.coverage)}" for row in rows)
    alt = f"Share of the samples whose 95% interval for {term} covers the truth: {told}."
    return Picture(figure, alt, f"interval-claims-{'intercept' if term == 'b0' else 'slope'}")


def _surface(grid: Floats, loss: Floats, best: Floats, family: Family, text: str) -> Sheet:
    """Draw contours of what is lost against the best point of the grid, that point, and the truth.

    The loss spans powers of ten: lines stand at even steps of its logarithm. Lines across the
    picture meet in the best point, which would be hard to find next to the truth.
    """
    figure = new_figure(_NAMES["b0"], _NAMES["b1"], height=480)
    at = np.geomspace(np.sort(loss, axis=None)[len(grid)], loss.max(), CONTOURS)
    figure.add_trace(contours(grid, grid, loss, at))
    b0, b1 = best
    figure.add_trace(
        scatter(
            x=np.array([b0, b0, np.nan, grid[0], grid[-1]]),
            y=np.array([grid[0], grid[-1], np.nan, b1, b1]),
            mode="lines",
            line={"color": family.colour, "width": 1, "dash": family.dash},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    mark(figure, TRUE_COEFFICIENTS, TRUTH, "truth", size=_SIZES[0])
    mark(figure, best, family, text, size=_SIZES[1])
    return figure


def _surface_alt(what: str, extreme: str, best: Floats) -> str:
    return (
        f"Contours of the {what} over both coefficients; the {extreme} of the grid is at"
        f" {fixed(best[0], 3)} and {fixed(best[1], 3)}, the truth at"
        f" {fixed(TRUE_COEFFICIENTS[0], 1)} and {fixed(TRUE_COEFFICIENTS[1], 1)}."
    )
