"""What if the groups are ignored? One design, drawn again and again, estimated in every way.

Each repeat draws a new outcome over the same predictors and groups (as moments, see
:mod:`mlm_core.inference.replicated_moments`) and estimates every coefficient four ways: pooled with
naive and with cluster-robust standard errors, unpooled, and by the mixed model with Satterthwaite's
degrees of freedom. Over the repeats, the standard deviation of the estimates is the real standard
error, and the share of 95% intervals that hold the truth their coverage. The same share the other
way round, intervals that miss it, is how often a test at 5% rejects what is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.errors import DesignError
from mlm_core.fits.estimates import user_scale
from mlm_core.inference.replicate_pooling import pooled_tests, unpooled_tests
from mlm_core.inference.replicate_refits import Refitter
from mlm_core.inference.replicate_tests import replicate_tests
from mlm_core.inference.replicated_moments import ReplicatedMoments
from mlm_core.inference.simulation import NestedDesign
from mlm_core.inference.simulation_draws import Drawing, draw

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

KINDS = ("pooled, naive", "pooled, cluster-robust", "unpooled", "mixed")
NAIVE, ROBUST, UNPOOLED, MIXED = KINDS
CONFIDENCE = 0.95
# Groups times replicates handled at a time: what fits into the processor's cache.
_AT_ONCE = 20_000
# One more than the intercept and a predictor of groups fit perfectly.
_LEAST_GROUPS = 3


@dataclass(frozen=True, eq=False)
class Answers:
    """One coefficient, estimated one way in every repeat.

    Attributes
    ----------
    term, kind : str
    truth : float
    estimate, se, df : ndarray (R,)
    """

    term: str
    kind: str
    truth: float
    estimate: Floats
    se: Floats
    df: Floats

    @cached_property
    def half_width(self) -> Floats:
        """Half the width of the 95% intervals."""
        return np.asarray(special.stdtrit(self.df, 0.5 + CONFIDENCE / 2.0) * self.se)

    def rejects(self, value: float) -> float:
        """Return the share of repeats in which a test at 5% rejects a value."""
        return float((np.abs(self.estimate - value) > self.half_width).mean())

    @cached_property
    def performance(self) -> Performance:
        """What the answers claim, and what happened."""
        return Performance(
            term=self.term,
            kind=self.kind,
            truth=self.truth,
            mean=float(self.estimate.mean()),
            real_se=float(self.estimate.std(ddof=1)),
            stated_se=float(np.sqrt((self.se**2).mean())),
            coverage=1.0 - self.rejects(self.truth),
            false_alarms=self.rejects(self.truth),
        )


@dataclass(frozen=True, slots=True)
class Performance:
    """How one way of estimating one coefficient fared.

    Attributes
    ----------
    term, kind : str
    truth, mean : float
        Of the estimates.
    real_se : float
        Their standard deviation over the repeats.
    stated_se : float
        Root mean square of the standard errors stated.
    coverage, false_alarms : float
        Share of the 95% intervals that hold the truth, and that miss it.
    """

    term: str
    kind: str
    truth: float
    mean: float
    real_se: float
    stated_se: float
    coverage: float
    false_alarms: float


@dataclass(frozen=True, eq=False)
class Experiment:
    """A design repeated.

    Attributes
    ----------
    design : NestedDesign
    seed : int
    n_repeats, n_rows : int
    n_groups : tuple of int
        By level, outermost first.
    answers : tuple of Answers
    """

    design: NestedDesign
    seed: int
    n_repeats: int
    n_rows: int
    n_groups: tuple[int, ...]
    answers: tuple[Answers, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """Coefficients estimated, the intercept last."""
        found = dict.fromkeys(answer.term for answer in self.answers)
        return (*list(found)[1:], next(iter(found)))

    def of(self, term: str) -> tuple[Answers, ...]:
        """Return all answers on one coefficient, in the order of :data:`KINDS`."""
        found = [answer for answer in self.answers if answer.term == term]
        return tuple(sorted(found, key=lambda answer: KINDS.index(answer.kind)))

    def answer(self, term: str, kind: str) -> Answers:
        """Return one way's answers on one coefficient."""
        return next(each for each in self.of(term) if each.kind == kind)

    @property
    def summary(self) -> pd.DataFrame:
        """Performance of every coefficient and way: a row each, columns as its attributes."""
        return pd.DataFrame([asdict(answer.performance) for answer in self.answers])


def repeated_terms(design: NestedDesign) -> tuple[str, ...]:
    """Return the coefficients to be estimated: predictors of groups, then of pupils, intercept."""
    intercept, pupil, *others = design.coefficients
    return (*others, pupil, intercept)


def repeat_design(
    design: NestedDesign, *, seed: int, repeats: int = 1000, progress: Progress | None = None
) -> Experiment:
    """Draw a design's outcome again and again and estimate it in every way.

    Parameters
    ----------
    design : NestedDesign
    seed : int
        Gives predictors and groups (as :func:`draw_table` does) and all outcomes.
    repeats : int
    progress : callable, optional
        Is told how many repeats are done, and of how many.

    Raises
    ------
    DesignError
        There are too few groups to tell how much they differ.
    TableError
        The design's table cannot carry its model.
    """
    drawing = draw(design, seed=seed)
    moments = drawing.problem.moments
    _check_groups(design, moments.levels[0].n_groups)
    parts = list(_parts(drawing, seed, repeats, progress))
    truth = design.coefficients
    answers = tuple(
        Answers(term, kind, truth[term], *np.concatenate([part[term, kind] for part in parts]).T)
        for term, kind in parts[0]
    )
    return Experiment(
        design=design,
        seed=seed,
        n_repeats=repeats,
        n_rows=moments.n_rows,
        n_groups=tuple(level.n_groups for level in moments.levels),
        answers=answers,
    )


def _parts(
    drawing: Drawing, seed: int, repeats: int, progress: Progress | None
) -> Iterator[dict[tuple[str, str], Floats]]:
    """Yield the estimates of some repeats after the other, as :func:`_estimates` returns them."""
    at_once = max(8, _AT_ONCE // len(drawing.problem.moments.counts))
    firsts = range(0, repeats, at_once)
    refitter = Refitter(drawing.problem, drawing.truth.theta)
    for first, own in zip(firsts, np.random.SeedSequence(seed).spawn(len(firsts)), strict=True):
        count = min(at_once, repeats - first)
        drawn = drawing.outcomes.draw(np.random.default_rng(own), count)
        yield _estimates(drawing, refitter, drawn)
        if progress is not None:
            progress(first + count, repeats)


def _check_groups(design: NestedDesign, n: int) -> None:
    """Refuse outermost groups that intercept and predictor fit perfectly: no test has a meaning.

    Inner levels have at least one group more each, and one predictor.
    """
    if n < _LEAST_GROUPS:
        raise DesignError(
            f"{n} groups of {design.levels[0].name!r} are fitted perfectly by the intercept and"
            " their predictor, so nothing tells how much such groups differ: take at least"
            f" {_LEAST_GROUPS}."
        )


def _estimates(
    drawing: Drawing, refitter: Refitter, moments: ReplicatedMoments
) -> dict[tuple[str, str], Floats]:
    """Return (estimate, se, df) in the user's units, shape (B, 3), by term and kind."""
    problem, scale = drawing.problem, user_scale(drawing.problem.moments)
    naive, robust = pooled_tests(problem, moments, scale.matrix)
    mixed = replicate_tests(problem, moments, refitter(moments).theta, scale.matrix)
    terms = [name.label for name in problem.moments.layout.fixed]
    found = {}
    for place, term in enumerate(terms):
        for kind, tests in ((NAIVE, naive), (ROBUST, robust), (MIXED, mixed)):
            estimate = scale.outcome_scale * tests.estimate[:, place] + scale.constant[place]
            se = scale.outcome_scale * tests.se[:, place]
            found[term, kind] = np.column_stack([estimate, se, tests.df[:, place]])
    places, unpooled = unpooled_tests(problem, moments)
    for column, place in enumerate(places):
        unit = scale.outcome_scale * scale.matrix[place, place]
        parts = (unit * unpooled.estimate, unit * unpooled.se, unpooled.df)
        found[terms[place], UNPOOLED] = np.column_stack([part[:, column] for part in parts])
    return found
