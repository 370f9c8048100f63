"""The lesson on likelihood as code, in R and in Python.

Only numbers enter these texts, never a name a user gave.
"""

from __future__ import annotations

from mlm_core.likelihood.normal import MeanLikelihood, NormalTail
from mlm_core.likelihood.poisson_repeats import PoissonRepeats
from mlm_core.views.code import Code


def normal_tail(tail: NormalTail) -> Code:
    """Compute the probability of a value above a threshold."""
    mean, sd, at = (written(value) for value in (tail.mean, tail.sd, tail.threshold))
    return Code(
        f"pnorm({at}, mean = {mean}, sd = {sd}, lower.tail = FALSE)",
        lines(
            "from mlm_core.likelihood.normal import normal_tail",
            "",
            f"print(normal_tail(mean={mean}, sd={sd}, threshold={at}).probability)",
        ),
    )


def mean_likelihood(found: MeanLikelihood, *, seed: int) -> Code:
    """Search the mean of a sample on a grid."""
    n, mean, sd = len(found.sample), written(found.true_mean), written(found.sd)
    r = lines(
        f"set.seed({seed:d})  # R draws other numbers from the same seed",
        f"x <- rnorm({n}, {mean}, {sd})",
        f"grid <- {mean} + seq(-4, 4, length = {len(found.grid)})",
        f"loglik <- sapply(grid, function(mu) sum(dnorm(x, mu, {sd}, log = TRUE)))",
        "grid[which.max(loglik)]",
        "mean(x)",
        f"{sd} / sqrt(length(x))  # standard error from the curvature",
    )
    python = lines(
        "from mlm_core.likelihood.normal import draw_normal, mean_likelihood, normal_surface",
        "",
        f"x = draw_normal({n}, mean={mean}, sd={sd}, seed={seed:d})",
        f"found = mean_likelihood(x, true_mean={mean}, sd={sd})",
        "print(found.grid_most_likely, found.estimate, found.se)",
        f"both = normal_surface(x, true_mean={mean}, true_sd={sd})",
        "print(both.mean, both.sd, both.mean_se, both.sd_se)",
    )
    return Code(r, python)


def poisson() -> Code:
    """Fit the bundled counts by likelihood and by least squares on a grid."""
    r = lines(
        "dat <- read.csv(\"poisson_seed3.csv\")",
        "grid <- seq(-1, 2, length = 200)",
        "squares <- outer(grid, grid, Vectorize(function(b0, b1)",
        "  sum((dat$y - exp(b0 + b1 * dat$x))^2)))",
        "grid[which(squares == min(squares), arr.ind = TRUE)]",
        "fit <- glm(y ~ x, family = \"poisson\", data = dat)",
        "summary(fit)",
        "quantile(residuals(fit, type = \"deviance\"))",
    )  # fmt: skip
    python = lines(
        "from mlm_core.likelihood.poisson import bundled_counts, fit_poisson, poisson_surface",
        "",
        "x, y = bundled_counts()",
        "print(poisson_surface(x, y).least_squares)",
        "print(fit_poisson(x, y))",
    )
    return Code(r, python)


def poisson_repeats(found: PoissonRepeats) -> Code:
    """Repeat the experiment with new counts."""
    b0, b1 = (written(value) for value in found.truth)
    r = lines(
        f"set.seed({found.seed:d})  # R draws other numbers from the same seed",
        f"estimates <- replicate({found.n_repeats}, {{",
        f"  x <- rnorm({found.n_rows})",
        f"  y <- rpois({found.n_rows}, exp({b0} + {b1} * x))",
        "  likely <- coef(glm(y ~ x, family = \"poisson\"))",
        "  nearest <- nls(y ~ exp(b0 + b1 * x), start = list(b0 = likely[1], b1 = likely[2]))",
        "  c(likely, coef(nearest))",
        "})",
        "apply(estimates, 1, sd)",
    )  # fmt: skip
    python = lines(
        "from mlm_core.likelihood.poisson_repeats import repeat_poisson",
        "",
        f"print(repeat_poisson(seed={found.seed:d}, repeats={found.n_repeats}).summary)",
    )
    return Code(r, python)


def written(value: float) -> str:
    """Return a number as both languages read it."""
    return f"{value:.15g}"


def lines(*texts: str) -> str:
    """Return lines of code as one text."""
    return "\n".join(texts)
