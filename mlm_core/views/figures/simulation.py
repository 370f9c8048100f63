"""The simulation in pictures: estimators over many repeats, claims against what happens, power."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.simulation_experiment import (
    MIXED,
    NAIVE,
    ROBUST,
    UNPOOLED,
    Answers,
    Experiment,
)
from mlm_core.inference.summaries import density
from mlm_core.views.figures.likelihood import TRUTH
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.strokes import add_strokes
from mlm_core.views.figures.theme import (
    BLUE,
    GREEN,
    PURPLE,
    VERMILLION,
    Family,
    Picture,
    add_upright_line,
    leave_room,
    name_rows,
    new_figure,
    segments,
)
from mlm_core.views.figures.theme import MIXED as MIXED_LINES
from mlm_core.views.figures.theme import POOLED as POOLED_LINES
from mlm_core.views.figures.theme import UNPOOLED as UNPOOLED_LINES
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import chosen, count, number, percent

FAMILIES = {
    NAIVE: POOLED_LINES,
    ROBUST: Family("pooled, cluster-robust", PURPLE, "dash", "square", 2.5),
    UNPOOLED: UNPOOLED_LINES,
    MIXED: MIXED_LINES,
}
# Where two curves lie on each other, the first is seen at both sides of the second.
WIDTHS = {NAIVE: 8, UNPOOLED: 3, MIXED: 3}
SHOWN_INTERVALS = 50
POINTS = 256  # of a curve that is seen from afar; it follows a slider
# Standard errors beyond the estimates at which a frame ends at the latest: intervals that know next
# to nothing (two groups, few rows left) would make all others invisible. They run out of it.
FARTHEST = 20.0
_HIT, _MISS = BLUE, VERMILLION


def estimators(found: Experiment, term: str) -> Picture:
    """Draw the distribution of each estimator over the repeats, around the truth."""
    figure = new_figure(f"estimate of {written(term)}", "density over the repeats")
    leave_room(figure, lines=3)
    highest = 0.0
    for answer in found.of(term):
        if answer.kind == ROBUST:  # the same estimates as the naive ones
            continue
        family = FAMILIES[answer.kind]
        curve = density(answer.estimate, points=POINTS)
        highest = max(highest, float(curve.y.max(initial=0.0)))
        name = "pooled" if answer.kind == NAIVE else answer.kind
        # The wider a line, the more of its points would be left out: it would have corners.
        line = {"color": family.colour, "dash": family.dash, "width": WIDTHS[answer.kind]}
        figure.add_trace(
            scatter(
                x=curve.x,
                y=curve.y,
                mode="lines",
                line={**line, "simplify": False},
                name=f"{name}: mean {number(answer.performance.mean)}",
                hovertemplate="%{fullData.name}<extra></extra>",
            )
        )
    truth = found.of(term)[0].truth
    add_upright_line(figure, truth, f"truth: {chosen(truth)}", TRUTH, span=(0.0, 1.05 * highest))
    figure.update_yaxes(rangemode="tozero")
    told = "; ".join(
        f"{answer.kind} mean {number(answer.performance.mean)}, standard deviation"
        f" {number(answer.performance.real_se)}"
        for answer in found.of(term)
    )
    alt = f"Densities of the estimates in {count(found.n_repeats)} repeats: {told}."
    return Picture(figure, alt, "estimators")


def claims(found: Experiment, term: str) -> Picture:
    """Draw for each way the real standard error beside the one it states."""
    figure = new_figure(f"standard error of {written(term)}", "")
    leave_room(figure, lines=2)
    answers = found.of(term)
    places = np.arange(len(answers), 0, -1, dtype=float)
    fared = [answer.performance for answer in answers]
    for values, shift, colour, dash, name in (
        ([each.real_se for each in fared], 0.15, GREEN, "solid", "real: scatter of the estimates"),
        ([each.stated_se for each in fared], -0.15, VERMILLION, "dot", "stated, on average"),
    ):
        ends = np.array(values)
        figure.add_trace(
            scatter(
                x=segments(np.zeros_like(ends), ends),
                y=segments(places + shift, places + shift),
                mode="lines",
                line={"color": colour, "dash": dash, "width": 7},
                hoverinfo="skip",
                name=name,
            )
        )
    texts = [f"{each.kind}<br>covers {percent(each.coverage)}" for each in fared]
    name_rows(figure, places, texts)
    figure.update_yaxes(range=[0.4, len(answers) + 0.6])
    figure.update_xaxes(rangemode="tozero")
    told = "; ".join(
        f"{each.kind}: real {number(each.real_se)}, stated {number(each.stated_se)}, coverage"
        f" {percent(each.coverage)}"
        for each in fared
    )
    return Picture(figure, f"Real and stated standard errors. {told}.", "claims")


def intervals(found: Experiment, term: str, kind: str) -> Picture:
    """Draw the first intervals of one way: those that hold the truth, and those that miss it."""
    answer = found.answer(term, kind)
    shown = min(SHOWN_INTERVALS, found.n_repeats)
    figure = new_figure("repeat", f"95% interval of {written(term)}", height=330)
    leave_room(figure, lines=2)
    frame = _frame(found, term, shown)
    misses = _add_intervals(figure, answer, shown, frame)
    figure.update_yaxes(range=frame)
    figure.add_trace(
        scatter(
            x=np.array([0.0, shown + 1.0]),
            y=np.array([answer.truth, answer.truth]),
            mode="lines",
            line={"color": TRUTH.colour, "dash": TRUTH.dash, "width": 2.5},
            hoverinfo="skip",
            name=f"truth: {chosen(answer.truth)}",
        )
    )
    alt = (
        f"The first {shown} intervals, {kind}: {misses} of them miss the truth,"
        f" {chosen(answer.truth)}."
    )
    name = "intervals-naive" if kind == NAIVE else "intervals-mixed"
    return Picture(figure, alt, name)


def _frame(found: Experiment, term: str, shown: int) -> tuple[float, float]:
    """Return how far all pictures reach, or a short interval would look like a long one."""
    ways = [each for each in found.of(term) if each.kind in (NAIVE, MIXED)]
    truth, fared = ways[0].truth, [each.performance for each in ways]
    most = max(abs(each.mean - truth) + FARTHEST * each.real_se for each in fared)
    lowest = min(float((each.estimate - each.half_width)[:shown].min()) for each in ways)
    highest = max(float((each.estimate + each.half_width)[:shown].max()) for each in ways)
    lowest, highest = max(lowest, truth - most), min(highest, truth + most)
    margin = 0.05 * (highest - lowest)
    return lowest - margin, highest + margin


def _add_intervals(figure: Sheet, answer: Answers, shown: int, frame: tuple[float, float]) -> int:
    """Draw intervals as far as the frame goes; return how many miss the truth."""
    estimate, half = answer.estimate[:shown], answer.half_width[:shown]
    misses = np.abs(estimate - answer.truth) > half
    places = np.arange(1.0, shown + 1.0)
    for chosen_ones, colour, dash, word in (
        (~misses, _HIT, "solid", "hold"),
        (misses, _MISS, "dot", "miss"),
    ):
        at = places[chosen_ones]
        ends = (estimate - half, estimate + half)
        lower, upper = (np.clip(end, *frame)[chosen_ones] for end in ends)
        look = {"color": colour, "dash": dash, "width": 3}
        name = f"{len(at)} {word} the truth"
        add_strokes(figure, (at, at, lower, upper), line=look, name=name)
    return int(misses.sum())


def written(term: str) -> str:
    """Return a coefficient as it stands in figures."""
    return "the intercept" if term == "(Intercept)" else term
