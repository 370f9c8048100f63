"""How often intervals cover a known truth and tests reject a true null.

Run with ``python -m benchmarks.rates``.
Samples are drawn as moments (no rows), each is fitted, and its intervals and p-values are held
against the truth it was drawn from. The tables go to ``RATES.md`` and ``results/``.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import mlm_core as mlm
from benchmarks.page import table
from mlm_core.fits.criterion import Problem, build_problem
from mlm_core.fits.curvature import evaluate
from mlm_core.fits.optimum import find_optimum
from mlm_core.inference.bootstrap import bootstrap_problem
from mlm_core.inference.boundary_mixture import chi_square_tail, mixture_tail
from mlm_core.inference.effect_geometry import geometry_of
from mlm_core.inference.exact_restricted import null_statistics
from mlm_core.inference.profile import profile
from mlm_core.inference.replicate_refits import Refitter
from mlm_core.inference.replicated_moments import draws_of

_HERE = Path(__file__).resolve().parent
SETS, NULL_SETS = 500, 2_000
REPLICATES, EXACT_DRAWS = 400, 50_000
LEVELS = (0.01, 0.05, 0.10)
# Truth of the samples: schools, classes in a school, pupils in a class; SDs; intercept and slope.
SCHOOLS, CLASSES, PUPILS = 40, 3, 6
SCHOOL_SD, CLASS_SD, SIGMA, BETA = 0.6, 0.4, 1.0, (2.0, 0.5)
# Ratios of the school SD to the residual one at which the bootstrap's reference is tabulated: it
# depends on a sample through that estimate alone.
RATIOS = np.linspace(0.0, 1.4, 15)


def design(n_schools: int) -> mlm.MixedFit:
    """Return a fit to some outcome on the design: it carries predictors and groups."""
    rng = np.random.default_rng(1)
    classes = np.repeat(np.arange(n_schools * CLASSES), PUPILS)
    n = len(classes)
    frame = pd.DataFrame({"school": classes // CLASSES, "class": classes, "x": rng.normal(size=n)})
    frame["y"] = rng.normal(size=n) + rng.normal(size=classes.max() + 1)[classes]
    return mlm.fit_mixed(mlm.Model("y ~ x + (1 | school/class)"), frame)


def _truth(fit: mlm.MixedFit, problem: Problem, theta: np.ndarray):
    """Return draws of outcomes with the true coefficients and sigma, in stored units."""
    at = evaluate(problem, theta)
    scale = fit.scale
    stored = np.linalg.solve(scale.matrix, (np.array(BETA) - scale.constant) / scale.outcome_scale)
    v = at.root.residual_coefficients.copy()
    v[[0, 1]] = -stored
    r2 = problem.df * (SIGMA / scale.outcome_scale) ** 2
    return at.root._replace(residual_coefficients=v, r2=r2)


def coverage(sets: int, seed: int) -> pd.DataFrame:
    """Return coverage of 95% intervals. Columns: parameter, truth, profile, bootstrap."""
    fit = design(SCHOOLS)
    problem = fit.problem
    theta = np.array([CLASS_SD, SCHOOL_SD]) / SIGMA
    draws = draws_of(problem, theta, _truth(fit, problem, theta))
    samples = draws.draw(np.random.default_rng(seed), sets)
    truth = np.array([SCHOOL_SD, CLASS_SD, SIGMA, *BETA])
    covered = np.zeros((2, len(truth)))
    for index in range(sets):
        own = replace(problem, moments=samples.one(index))
        found = find_optimum(own)
        one = replace(fit, problem=own, at=found.at, curvature=found.curvature)
        tables = (
            profile(one).intervals(),
            bootstrap_problem(own, found.at, REPLICATES, seed=index).intervals(),
        )
        for which, intervals in enumerate(tables):
            inside = (intervals["lower"] <= truth) & (truth <= intervals["upper"])
            covered[which] += inside.to_numpy()
    names = [one.label for one in profile(fit).parameters]
    shares = covered / sets
    return pd.DataFrame(
        {"parameter": names, "truth": truth, "profile": shares[0], "bootstrap": shares[1]}
    )


def false_alarms(sets: int, seed: int) -> pd.DataFrame:
    """Return how often a class variance of zero is rejected, given schools.

    Columns: level, plain, mixture, exact, bootstrap.
    """
    fit = design(20)
    full = fit.problem
    moments = full.moments
    layout = replace(moments.layout, blocks=moments.layout.blocks[1:])
    small = build_problem(replace(moments, layout=layout), "REML")
    rng = np.random.default_rng(seed)

    def statistics(ratio: float, n: int):
        theta = np.array([ratio])
        root = _truth(fit, small, theta)
        drawn = draws_of(small, theta, root, full).draw(rng, n)
        fits = Refitter(small, theta)(drawn), Refitter(full, np.array([0.05, ratio]))(drawn)
        rise = fits[0].criterion - fits[1].criterion
        return np.where(rise < 1e-6, 0.0, rise), np.abs(fits[0].theta[:, 0])

    observed, ratios = statistics(SCHOOL_SD / SIGMA, sets)
    exact = null_statistics(
        geometry_of(full, full.structure.blocks[0]).spectrum(), full.df, rng, EXACT_DRAWS
    )
    reference = [np.sort(statistics(ratio, NULL_SETS)[0]) for ratio in RATIOS]
    nearest = np.abs(ratios[:, None] - RATIOS).argmin(axis=1)
    p = {
        "plain": chi_square_tail(observed, 1),
        "mixture": mixture_tail(observed, ((0, 0.5), (1, 0.5))),
        "exact": _beyond(np.sort(exact), observed),
        "bootstrap": np.array(
            [_beyond(reference[k], one) for k, one in zip(nearest, observed, strict=True)]
        ),
    }
    return pd.DataFrame(
        {"level": LEVELS, **{k: [(v <= level).mean() for level in LEVELS] for k, v in p.items()}}
    )


def _beyond(ascending: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the share of simulated statistics at least as large, the observed one counted in."""
    below = np.searchsorted(ascending, np.asarray(observed) - 1e-6)
    return (1.0 + len(ascending) - below) / (1.0 + len(ascending))


def _page(covered: pd.DataFrame, rejected: pd.DataFrame, sets: int, nulls: int) -> str:
    intervals = covered.round(6).itertuples(index=False)
    tests = rejected.itertuples(index=False)
    n, groups = SCHOOLS * CLASSES * PUPILS, SCHOOLS * CLASSES
    errors = ", ".join(_points(np.sqrt(level * (1.0 - level) / nulls)) for level in LEVELS)
    parts = [
        "# How often intervals and tests are right",
        "Written by `python -m benchmarks.rates`.",
        "## Coverage of 95% intervals",
        f"{sets:,} samples of {n} pupils in {groups} classes in {SCHOOLS} schools,"
        " `y ~ x + (1 | school/class)`; one standard error of a rate of 95% is"
        f" {_points(np.sqrt(0.95 * 0.05 / sets))} points. The bootstrap's are percentile intervals"
        f" of {REPLICATES} replicates of the REML fit, the profile's are by ML.",
        table(
            ("Parameter", "Truth", "Profile", "Bootstrap"),
            [
                (name.replace("|", "\\|"), f"{truth:g}", *map(_percent, both))
                for name, truth, *both in intervals
            ],
        ),
        "## Rejections of a variance that is zero",
        f"{nulls:,} samples of {20 * CLASSES * PUPILS} pupils in {20 * CLASSES} classes in 20"
        " schools, without variance between classes; tests of `(1 | class:school)` given the"
        f" schools. Standard errors: {errors} points. The bootstrap's reference depends"
        " on a sample through its estimated school variance alone; it is simulated at"
        f" {len(RATIOS)} values of that, {NULL_SETS:,} times each, and every sample takes the"
        " nearest.",
        table(
            ("Level", "Chi-square", "Mixture", "Exact", "Bootstrap"),
            [(f"{100 * level:g}%", *map(_percent, found)) for level, *found in tests],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rates", description=__doc__)
    parser.add_argument("--sets", type=int, default=SETS)
    parser.add_argument("--null-sets", type=int, default=NULL_SETS)
    options = parser.parse_args()
    began = time.monotonic()
    rejected = false_alarms(options.null_sets, seed=2)
    covered = coverage(options.sets, seed=1)
    covered.to_csv(_HERE / "results" / "coverage.csv", index=False)
    rejected.to_csv(_HERE / "results" / "rejections.csv", index=False)
    page = _page(covered, rejected, options.sets, options.null_sets)
    (_HERE / "RATES.md").write_text(page, encoding="utf-8")
    print(page, f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
