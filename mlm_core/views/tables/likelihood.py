"""Tables of the lesson on likelihood."""

from __future__ import annotations

from collections.abc import Sequence

from mlm_core.fits.mixed import MixedFit
from mlm_core.likelihood.normal import MeanLikelihood
from mlm_core.likelihood.poisson import TRUTH, PoissonFit, PoissonSurface
from mlm_core.likelihood.poisson_repeats import PoissonRepeats
from mlm_core.views.numbers import chosen, column, count, fixed, number, p_value, percent
from mlm_core.views.tables.table import Table, frame_of, records


def mean(found: MeanLikelihood) -> Table:
    """Set both criteria side by side."""
    cells = {
        "Criterion": ["log-likelihood", "sum of squares"],
        "Best on the grid": [
            fixed(found.grid_most_likely, 3),
            fixed(found.grid_least_squares, 3),
        ],
        "Best exactly": [fixed(found.estimate, 3)] * 2,
        "Value there": [fixed(found.maximum, 3), fixed(found.least, 3)],
    }
    note = (
        f"{count(len(found.sample))} values, standard deviation {chosen(found.sd)} known;"
        f" {count(len(found.grid))} proposed means. Curvature n / σ² = {number(found.curvature)},"
        f" standard error 1 / √curvature = {number(found.se)}."
    )
    return Table(frame_of(cells), "The same place by both criteria", (note,), "mean-likelihood")


def poisson(fit: PoissonFit) -> Table:
    """Print the Poisson regression as R's summary of a glm does."""
    rows = records(fit.coefficients)
    cells = {
        "Term": [row["term"] for row in rows],
        "Estimate": column([row["estimate"] for row in rows], decimals=5),
        "Std. error": column([row["se"] for row in rows], decimals=5),
        "z": column([row["z"] for row in rows], decimals=2),
        "p": [p_value(row["p"]) for row in rows],
        "Lower 95%": column([row["lower"] for row in rows], decimals=3),
        "Upper 95%": column([row["upper"] for row in rows], decimals=3),
    }
    quantiles = ", ".join(fixed(value, 4) for value in fit.deviance_quantiles)
    notes = (
        f"Null deviance {fixed(fit.null_deviance, 1)} on {count(fit.df_null)} degrees of freedom,"
        f" residual deviance {fixed(fit.residual_deviance, 1)} on {count(fit.df_residual)}."
        f" AIC {fixed(fit.aic, 1)}.",
        f"Deviance residuals (minimum, quartiles, maximum): {quantiles}.",
        f"{fit.n_iterations} Fisher scoring iterations.",
    )
    return Table(frame_of(cells), "Poisson regression by maximum likelihood", notes, "poisson-fit")


def poisson_estimates(surface: PoissonSurface, fit: PoissonFit) -> Table:
    """Set the estimates by both criteria beside the truth."""
    ways: dict[str, Sequence[float]] = {
        "Least squares, on the grid": surface.least_squares.tolist(),
        "Maximum likelihood, on the grid": surface.most_likely.tolist(),
        "Maximum likelihood, exactly": fit.coefficients["estimate"].tolist(),
        "Truth": TRUTH,
    }
    cells = {
        "Way": list(ways),
        "b₀": column([values[0] for values in ways.values()], decimals=4),
        "b₁": column([values[1] for values in ways.values()], decimals=4),
    }
    note = f"Grid of {len(surface.grid)} by {len(surface.grid)} points from −1 to 2."
    return Table(frame_of(cells), "Both criteria and the truth", (note,), "poisson-estimates")


def repeats(found: PoissonRepeats) -> Table:
    """Set the scatter of the estimates beside what their intervals claim."""
    rows = found.claims
    cells = {
        "Coefficient": ["b₀" if row.term == "b0" else "b₁" for row in rows],
        "Interval by": [row.kind for row in rows],
        "Mean": column([row.mean for row in rows], decimals=4),
        "SD of the estimates": column([row.sd for row in rows], decimals=4),
        "Standard error stated": column([row.stated_se for row in rows], decimals=4),
        "95% interval covers": [percent(row.coverage, 1) for row in rows],
    }
    note = (
        f"{count(found.n_repeats)} samples of {count(found.n_rows)} counts, seed {found.seed}. The"
        " standard error stated is the root mean square over the samples."
    )
    return Table(frame_of(cells), "What was claimed and what happened", (note,), "poisson-repeats")


def methods(reml: MixedFit, ml: MixedFit) -> Table:
    """Set the variances by restricted and by full likelihood side by side."""
    both = [
        (restricted, full)
        for restricted, full in zip(records(reml.variances), records(ml.variances), strict=True)
        if not restricted["other"]
    ]
    cells = {
        "Level": [restricted["level"] for restricted, _ in both],
        "Effect": [restricted["term"] for restricted, _ in both],
        "Variance by REML": column([restricted["variance"] for restricted, _ in both]),
        "Variance by ML": column([full["variance"] for _, full in both]),
        "ML / REML": [percent(_share(full["variance"], restricted["variance"]), 1)
                      for restricted, full in both],
    }  # fmt: skip
    note = (
        f"Criterion at the optimum: REML {fixed(reml.criterion, 2)}, ML {fixed(ml.criterion, 2)};"
        " the two are on different scales and cannot be compared."
    )
    return Table(frame_of(cells), "Restricted and full likelihood", (note,), "methods")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
