"""The parametric bootstrap: outcomes drawn from a fit, refitted, and what their spread tells.

Only moments are drawn (:mod:`mlm_core.inference.replicated_moments`), and all replicates of a batch
are refitted side by side (:mod:`mlm_core.inference.replicate_refits`), so a replicate costs a
fraction of a millisecond and no row is ever made. The same seed gives the same replicates.

References
----------
Davison & Hinkley (1997), Bootstrap Methods and their Application; lme4's ``bootMer``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.errors import ModelError
from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import Evaluation
from mlm_core.fits.estimates import user_scale
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.parameters import find_parameters
from mlm_core.inference.replicate_refits import Refits, Refitter
from mlm_core.inference.replicated_moments import MomentDraws, draws_of
from mlm_core.inference.replicates import Replicates, Statistic, on_user_scale
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
IntervalKind = Literal["percentile", "basic", "normal"]
# Called after every batch with the replicates done and asked for; returns whether to go on.
Progress = Callable[[int, int], bool]
# Groups times replicates handled at a time: they stay in the processor's cache.
_BATCH_GROUPS = 32_768
_LARGEST_BATCH = 100
# Groups times parameters: below, a thousand replicates take about a second at most.
_QUICK = 3_000
FEWEST = 20  # fewer replicates say nothing about a tail


@dataclass(frozen=True, eq=False)
class BootstrapStatistic:
    """One statistic over all replicates.

    Attributes
    ----------
    estimate : float
        In the data.
    values : ndarray (B,)
        In the replicates; NaN where it is not defined.
    """

    estimate: float
    values: FloatArray

    @property
    def bias(self) -> float:
        """Mean of the replicates less the estimate."""
        return float(np.nanmean(self.values)) - self.estimate

    @property
    def se(self) -> float:
        """Standard deviation of the replicates."""
        return float(np.nanstd(self.values, ddof=1))

    def interval(
        self, level: float = 0.95, *, kind: IntervalKind = "percentile"
    ) -> tuple[float, float]:
        """Return lower and upper end.

        ``percentile`` takes quantiles of the replicates, ``basic`` mirrors them at the estimate,
        ``normal`` is estimate less bias with normal quantiles times the standard deviation.
        """
        _check_level(level)
        tail = (1.0 - level) / 2.0
        known = self.values[~np.isnan(self.values)]
        if len(known) < FEWEST:
            return float("nan"), float("nan")
        if kind == "normal":
            half = float(special.ndtri(1.0 - tail)) * self.se
            middle = self.estimate - self.bias
            return middle - half, middle + half
        lower, upper = (float(end) for end in np.quantile(known, [tail, 1.0 - tail]))
        if kind == "basic":
            return 2.0 * self.estimate - upper, 2.0 * self.estimate - lower
        return lower, upper


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Replicates of a fit; see :func:`bootstrap`.

    Attributes
    ----------
    replicates : Replicates
    observed : Replicates
        The fit itself, as a single replicate.
    seed : int
    n_asked : int
        Replicates asked for; fewer were made where it was stopped.
    notes : tuple of Note
    """

    replicates: Replicates
    observed: Replicates
    seed: int
    n_asked: int
    notes: tuple[Note, ...]

    @property
    def n(self) -> int:
        """Number of replicates made."""
        return len(self.replicates)

    def statistic(self, statistic: Statistic) -> BootstrapStatistic:
        """Return any statistic over all replicates.

        Parameters
        ----------
        statistic : callable
            From :class:`~mlm_core.inference.replicates.Replicates` to an array of one number a
            replicate, e.g. ``lambda of: of.sigma**2``.
        """
        values = np.asarray(statistic(self.replicates), dtype=np.float64)
        return BootstrapStatistic(float(statistic(self.observed)[0]), values)

    def intervals(self, level: float = 0.95, *, kind: IntervalKind = "percentile") -> pd.DataFrame:
        """Return bootstrap intervals of all parameters.

        Columns: parameter, estimate, lower, upper, bias, se.
        """
        records = []
        for parameter in find_parameters(self.replicates.problem):
            one = self.statistic(lambda of, own=parameter: of.values(own))  # type: ignore[misc]
            ends = one.interval(level, kind=kind)
            records.append((parameter.label, one.estimate, *ends, one.bias, one.se))
        return pd.DataFrame.from_records(
            records, columns=["parameter", "estimate", "lower", "upper", "bias", "se"]
        )


def is_quick(fit: MixedFit) -> bool:
    """Tell whether a thousand replicates of a fit take about a second at most."""
    return len(fit.problem.moments.counts) * fit.n_parameters <= _QUICK


def bootstrap(
    fit: MixedFit, n: int = 1000, *, seed: int, progress: Progress | None = None
) -> Bootstrap:
    """Draw outcomes from a fit and refit its model to each.

    Parameters
    ----------
    fit : MixedFit
    n : int
        Number of replicates, at least 20.
    seed : int
        The same seed gives the same replicates.
    progress : callable, optional
        Called after every batch with replicates done and asked for; where it returns False the
        bootstrap stops with what it has.

    Raises
    ------
    ModelError
        Too few replicates are asked for.
    """
    return bootstrap_problem(fit.problem, fit.at, n, seed=seed, progress=progress)


def bootstrap_problem(
    problem: Problem, at: Evaluation, n: int, *, seed: int, progress: Progress | None = None
) -> Bootstrap:
    """Bootstrap a criterion at its optimum; see :func:`bootstrap`."""
    check_replicates(n)
    root, scale = at.root, user_scale(problem.moments)
    draws = draws_of(problem, at.theta, root)
    found = refit_all(draws, [Refitter(problem, at.theta)], n, seed=seed, progress=progress)[0]
    observed = on_user_scale(
        problem,
        scale,
        at.theta[None],
        np.array([float(root.r2)]),
        np.asarray(root.beta, dtype=np.float64)[None],
        np.array([at.value]),
    )
    replicates = on_user_scale(problem, scale, found.theta, found.r2, found.beta, found.criterion)
    notes = (stopped_note(len(replicates), n),) if len(replicates) < n else ()
    return Bootstrap(replicates, observed, seed, n, notes)


def refit_all(
    draws: MomentDraws,
    refitters: list[Refitter],
    n: int,
    *,
    seed: int,
    progress: Progress | None,
) -> list[Refits]:
    """Draw n outcomes batch by batch and refit each by all refitters.

    Every batch has a random stream of its own, so stopping early changes nothing before.
    """
    size = batch_size(draws.n_groups)
    streams = np.random.SeedSequence(seed).spawn(-(-n // size))
    found: list[list[Refits]] = [[] for _ in refitters]
    done = 0
    for stream in streams:
        moments = draws.draw(np.random.default_rng(stream), min(size, n - done))
        for parts, refitter in zip(found, refitters, strict=True):
            parts.append(refitter(moments))
        done += len(moments.means)
        if progress is not None and not progress(done, n):
            break
    return [_joined(parts) for parts in found]


def batch_size(n_groups: int) -> int:
    """Return how many replicates are refitted side by side."""
    return max(1, min(_LARGEST_BATCH, _BATCH_GROUPS // n_groups))


def _joined(parts: list[Refits]) -> Refits:
    return Refits(
        theta=np.concatenate([part.theta for part in parts]),
        criterion=np.concatenate([part.criterion for part in parts]),
        r2=np.concatenate([part.r2 for part in parts]),
        beta=np.concatenate([part.beta for part in parts]),
    )


def check_replicates(n: int) -> None:
    """Refuse numbers of replicates that say nothing.

    Raises
    ------
    ModelError
    """
    if n < FEWEST:
        raise ModelError(
            f"{n} replicates are too few to say anything: ask for at least {FEWEST}, better 1,000."
        )


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ModelError(f"The level must lie between 0 and 1, not {level!r}: 0.95, say.")


def stopped_note(done: int, asked: int) -> Note:
    """Return the note that a simulation was stopped."""
    message = (
        f"Stopped after {done} of {asked} replicates: what is shown rests on these. It is valid,"
        " but less certain than it would be with all."
    )
    return Note("stopped", "note", message, {"done": done, "asked": asked})
