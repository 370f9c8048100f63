"""The profile of one parameter: how fast the deviance rises as it moves away from its estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlm_core.inference.profile import ProfileCurve, height_of
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.theme import (
    BLUE,
    MIXED,
    POOLED,
    VERMILLION,
    Picture,
    add_level_line,
    new_figure,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import interval, number, percent
from mlm_core.views.parameters import parameter_words
from mlm_core.views.tables.table import records


def profile_curve(curve: ProfileCurve, intervals: pd.DataFrame, *, confidence: float) -> Picture:
    """Draw the rise of the deviance over the values of a parameter.

    Parameters
    ----------
    curve : ProfileCurve
    intervals : DataFrame
        Of all parameters, see :meth:`mlm_core.inference.profile.Profile.intervals`.
    confidence : float
        Of the intervals.
    """
    (row,) = (each for each in records(intervals) if each["parameter"] == curve.parameter.label)
    name, ends = parameter_words(curve.parameter), (float(row["lower"]), float(row["upper"]))
    height = height_of(confidence)
    figure = new_figure(for_figure(name), "rise of the deviance")
    figure.add_trace(
        scatter(
            x=curve.values,
            y=curve.rise,
            mode="lines+markers",
            line={"color": BLUE, "width": 2.5, "shape": "spline"},
            marker={"color": BLUE, "size": 6, "symbol": MIXED.symbol},
            hovertemplate="%{x:.4~g}: %{y:.4~g}<extra></extra>",
            name="profile",
        )
    )
    level = percent(confidence)
    span = (float(curve.values[0]), float(curve.values[-1]))
    add_level_line(figure, height, f"{number(height)}: ends of the {level} interval", POOLED,
                   span=span)  # fmt: skip
    figure.add_trace(
        scatter(
            x=np.array([ends[0], curve.estimate, ends[1]]),
            y=np.zeros(3),
            mode="lines+markers",
            line={"color": VERMILLION, "width": 3},
            marker={"size": np.array([9, 13, 9]), "symbol": "diamond"},
            cliponaxis=False,
            hovertemplate="%{x:.4~g}<extra></extra>",
            name=f"estimate {number(curve.estimate, 4)}, interval {interval(*ends)}",
        )
    )
    figure.update_yaxes(rangemode="tozero")
    alt = (
        f"Profile of {plain(name)}: the deviance is least at {number(curve.estimate, 4)} and has"
        f" risen by {number(height)} at the ends of the {level} interval, {interval(*ends)}."
    )
    return Picture(figure, alt, "profile")
