"""Every random term tested in all ways that respect the boundary, beside each other.

For each term that :func:`~mlm_core.inference.random_terms.drop_random_terms` leaves out: the plain
chi-square, the chi-square mixture, the exact restricted test (where the term is a single variance)
and the parametric bootstrap; and the same for all random effects together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlm_core.data.layout import Block
from mlm_core.errors import ExactTestError
from mlm_core.fits.criterion import Method
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import least_criterion
from mlm_core.fits.structure import CovarianceBlock
from mlm_core.inference.bootstrap import Progress, check_replicates, stopped_note
from mlm_core.inference.bootstrap_ratio import BootstrapTest, simulate_ratio
from mlm_core.inference.boundary_mixture import (
    boundary_weights,
    chi_square_tail,
    covariances_of,
    mixture_tail,
)
from mlm_core.inference.cone_weights import weights_without_effects
from mlm_core.inference.exact_restricted import ExactTest, exact_test
from mlm_core.inference.likelihood_ratio import likelihood_ratio
from mlm_core.inference.null_distribution import NullDistribution, count_into_bars
from mlm_core.inference.random_terms import Reduction, reductions
from mlm_core.notes import Note

# Statistics of the exact test cost a hundredth of a refit.
EXACT_DRAWS = 20_000
ALL_TERMS = "all random terms"


@dataclass(frozen=True, eq=False)
class SimulatedTerm:
    """One random term tested in several ways.

    Attributes
    ----------
    label : str
    statistic : float
        Likelihood-ratio statistic by the fit's own method.
    df : int
    p : float
        Plain chi-square.
    p_boundary : float
        Chi-square mixture; NaN where none is known.
    weights : tuple of (int, float)
        The mixture.
    exact : ExactTest or None
    why_not_exact : str
        Why there is no exact test; empty where there is one.
    simulated : BootstrapTest or None
        None where the simulation was stopped before.
    """

    label: str
    statistic: float
    df: int
    p: float
    p_boundary: float
    weights: tuple[tuple[int, float], ...]
    exact: ExactTest | None
    why_not_exact: str
    simulated: BootstrapTest | None

    @property
    def bars(self) -> NullDistribution | None:
        """The simulated statistics of the bootstrap, counted into bars."""
        if self.simulated is None:
            return None
        return count_into_bars(self.simulated.values, self.statistic, self.simulated.p)


@dataclass(frozen=True, eq=False)
class SimulatedTerms:
    """Tests of all random terms; see :func:`simulate_random_terms`.

    Attributes
    ----------
    terms : tuple of SimulatedTerm
    method : {"REML", "ML"}
    n, seed : int
        Replicates asked for, and their seed.
    notes : tuple of Note
    """

    terms: tuple[SimulatedTerm, ...]
    method: Method
    n: int
    seed: int
    notes: tuple[Note, ...]

    @property
    def table(self) -> pd.DataFrame:
        """Columns term, statistic, df, p, p_boundary, p_exact, p_bootstrap."""
        return pd.DataFrame(
            {
                "term": [one.label for one in self.terms],
                "statistic": [one.statistic for one in self.terms],
                "df": [one.df for one in self.terms],
                "p": [one.p for one in self.terms],
                "p_boundary": [one.p_boundary for one in self.terms],
                "p_exact": [one.exact.p if one.exact else np.nan for one in self.terms],
                "p_bootstrap": [one.simulated.p if one.simulated else np.nan for one in self.terms],
            }
        )


def simulate_random_terms(
    fit: MixedFit, n: int = 1000, *, seed: int, progress: Progress | None = None
) -> SimulatedTerms:
    """Test every random term by mixture, exact test and bootstrap.

    Parameters
    ----------
    fit : MixedFit
    n : int
        Bootstrap replicates for each term.
    seed : int
    progress : callable, optional
        Called with the statistics simulated and to be simulated, those of the exact tests included,
        over all terms; where it returns False the simulation stops with what it has.

    Raises
    ------
    ModelError
        Too few replicates are asked for.
    """
    check_replicates(n)
    wanted = reductions(fit)
    if len(wanted) > 1:
        everything = tuple(
            covariance
            for block in fit.problem.moments.layout.blocks
            for covariance in covariances_of(fit.levels[block.level].columns, block.columns)
        )
        wanted = [*wanted, Reduction(ALL_TERMS, (), everything)]
    clock = _Clock((EXACT_DRAWS + n) * len(wanted), progress)
    terms = tuple(_tested(fit, one, n, seed, clock) for one in wanted)
    done = sum(one.simulated.n for one in terms if one.simulated)
    notes = (stopped_note(done, n * len(wanted)),) if done < n * len(wanted) else ()
    return SimulatedTerms(terms, fit.method, n, seed, notes)


class _Clock:
    """Counts simulated statistics over all terms, and remembers whether to go on."""

    def __init__(self, whole: int, progress: Progress | None) -> None:
        self._whole, self._progress = whole, progress
        self._before = 0
        self.goes_on = True

    def next_part(self, size: int) -> Progress:
        """Return the progress of the next so many statistics."""
        before = self._before
        self._before += size

        def report(done: int, _: int) -> bool:
            if self._progress is not None:
                self.goes_on = self._progress(before + done, self._whole)
            return self.goes_on

        return report


def _tested(fit: MixedFit, reduction: Reduction, n: int, seed: int, clock: _Clock) -> SimulatedTerm:
    moments = fit.problem.moments
    small = least_criterion(moments, fit.method, reduction.blocks)
    statistic = max(likelihood_ratio(small, fit.criterion), 0.0)
    df = len(reduction.removed)
    mixture = weights_without_effects(fit.problem) if not reduction.blocks else ()
    weights = mixture or boundary_weights(reduction.removed)
    exact, why_not = _exact(fit, reduction, seed, clock)
    report, simulated = clock.next_part(n), None
    if clock.goes_on:
        simulated = simulate_ratio(
            moments,
            (moments.layout.fixed, reduction.blocks),
            fit.method,
            n,
            seed=seed,
            progress=report,
            null=f"without {reduction.label}",
        )
    return SimulatedTerm(
        label=reduction.label,
        statistic=statistic,
        df=df,
        p=float(chi_square_tail(statistic, df)),
        p_boundary=float(mixture_tail(statistic, weights)) if weights else float("nan"),
        weights=weights,
        exact=exact,
        why_not_exact=why_not,
        simulated=simulated,
    )


def _exact(
    fit: MixedFit, reduction: Reduction, seed: int, clock: _Clock
) -> tuple[ExactTest | None, str]:
    moments = fit.problem.moments
    report = clock.next_part(EXACT_DRAWS)
    if not clock.goes_on:
        return None, "The simulation was stopped before the exact test."
    try:
        block = _only_block(fit, reduction.blocks)
        restricted = [
            least_criterion(moments, "REML", blocks)
            for blocks in (reduction.blocks, moments.layout.blocks)
        ]
        statistic = max(likelihood_ratio(*restricted), 0.0)
        test = exact_test(fit.problem, block, statistic, n=EXACT_DRAWS, seed=seed, progress=report)
    except ExactTestError as reason:
        return None, str(reason)
    return test, ""


def _only_block(fit: MixedFit, kept: tuple[Block, ...]) -> CovarianceBlock:
    """Return the block that is gone as a whole, alone."""
    blocks = fit.problem.moments.layout.blocks
    gone = [index for index, block in enumerate(blocks) if block not in kept]
    if len(gone) != 1 or len(kept) != len(blocks) - 1:
        raise ExactTestError(
            "The exact test is for a single variance; this test is of several, or of a variance"
            " with its covariances. Use the parametric bootstrap."
        )
    return fit.problem.structure.blocks[gone[0]]
