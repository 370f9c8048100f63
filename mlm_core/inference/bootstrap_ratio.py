"""Likelihood-ratio tests by the parametric bootstrap.

Outcomes are drawn from the smaller model at its own estimate; both models are refitted to each, and
the p-value is the share of replicates whose statistic is at least the one observed (counting the
data themselves as one, so it is never zero). No reference distribution is assumed: variances at
their boundary, several at once, and covariances are all as they are in finite samples.

References
----------
Davison & Hinkley (1997), section 4.2.3; Halekoh & Hojsgaard (2014), Journal of Statistical Software
59(9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlm_core.data.layout import Block, Column
from mlm_core.fits.criterion import Method, build_problem
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.optimum import find_optimum
from mlm_core.fits.pooled import PooledFit
from mlm_core.inference.bootstrap import Progress, check_replicates, refit_all, stopped_note
from mlm_core.inference.comparison import compare, in_order, moments_of
from mlm_core.inference.likelihood_ratio import likelihood_ratio
from mlm_core.inference.null_distribution import EQUAL, SimulatedNull
from mlm_core.inference.replicate_refits import Refitter
from mlm_core.inference.replicated_moments import draws_of
from mlm_core.moments.moments import Moments
from mlm_core.notes import Note


@dataclass(frozen=True, eq=False)
class BootstrapTest(SimulatedNull):
    """A likelihood-ratio test whose reference distribution is simulated.

    Attributes
    ----------
    statistic : float
        In the data.
    values : ndarray (n,)
        In the replicates, under the null hypothesis.
    seed, n_asked : int
        See :class:`~mlm_core.inference.null_distribution.SimulatedNull`.
    null_hypothesis : str
        What the smaller model claims, in words.
    method : {"REML", "ML"}
        Likelihood of both models.
    notes : tuple of Note
    """

    null_hypothesis: str
    method: Method
    notes: tuple[Note, ...]


def bootstrap_test(
    first: MixedFit | PooledFit,
    second: MixedFit | PooledFit,
    n: int = 1000,
    *,
    seed: int,
    progress: Progress | None = None,
) -> BootstrapTest:
    """Test the smaller of two nested models within the larger by simulation.

    Parameters
    ----------
    first, second : MixedFit or PooledFit
        Fits of the same rows, in any order; the larger must be mixed.
    n : int
        Number of replicates.
    seed : int
    progress : callable, optional
        See :func:`~mlm_core.inference.bootstrap.bootstrap`.

    Raises
    ------
    DifferentRowsError, NotNestedError
        As :func:`~mlm_core.inference.comparison.compare`.
    ModelError
        Too few replicates are asked for.
    """
    test = compare(first, second)
    small, big = in_order(first, second)
    moments, own = moments_of(big), moments_of(small)
    level_of = {level.columns: index for index, level in enumerate(moments.levels)}
    blocks = (
        ()
        if isinstance(small, PooledFit)
        else tuple(
            replace(block, level=level_of[own.levels[block.level].columns])
            for block in own.layout.blocks
        )
    )
    return simulate_ratio(
        moments,
        (own.layout.fixed, blocks),
        test.method,
        n,
        seed=seed,
        progress=progress,
        null=test.null_hypothesis,
    )


def simulate_ratio(
    moments: Moments,
    small: tuple[Sequence[Column], Sequence[Block]],
    method: Method,
    n: int,
    *,
    seed: int,
    null: str,
    progress: Progress | None = None,
) -> BootstrapTest:
    """Test a smaller model within the model of some moments.

    Parameters
    ----------
    moments : Moments
        Of the larger model.
    small : (columns, blocks)
        Fixed columns and random effects of the smaller, in terms of the larger one's.
    method : {"REML", "ML"}
    n, seed, progress
        As :func:`bootstrap_test`.
    null : str
        The null hypothesis in words.
    """
    check_replicates(n)
    columns, blocks = small
    layout = replace(moments.layout, fixed=tuple(columns), blocks=tuple(blocks))
    small_problem = build_problem(replace(moments, layout=layout), method)
    big_problem = build_problem(moments, method)
    truth, ours = find_optimum(small_problem).at, find_optimum(big_problem).at
    draws = draws_of(small_problem, truth.theta, truth.root, big_problem)
    refitters = [Refitter(small_problem, truth.theta), Refitter(big_problem, ours.theta)]
    refits = refit_all(draws, refitters, n, seed=seed, progress=progress)
    values = refits[0].criterion - refits[1].criterion
    values = np.where(values < EQUAL, 0.0, values)
    notes = (stopped_note(len(values), n),) if len(values) < n else ()
    statistic = max(likelihood_ratio(truth.value, ours.value), 0.0)
    return BootstrapTest(
        statistic, values, seed, n, null_hypothesis=null, method=method, notes=notes
    )
