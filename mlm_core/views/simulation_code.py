"""The simulation as code, in R and in Python.

Only numbers and a design's own names enter these texts, never a name a user gave.
"""

from __future__ import annotations

from dataclasses import replace

from mlm_core.inference.simulation import NestedDesign, Sizes, changed_level
from mlm_core.inference.simulation_experiment import Experiment
from mlm_core.inference.simulation_missing import STRENGTH, MissingData
from mlm_core.inference.simulation_power import PowerGrid, with_effect
from mlm_core.views.code import Code
from mlm_core.views.lesson_code import lines, written


def drawn(design: NestedDesign, *, seed: int) -> Code:
    """Draw a table from a design."""
    python = lines(*_python_design(design), f"print(draw_table(design, seed={seed:d}))")
    return Code(lines(*_r_draw(design, seed)), python)


def experiment(found: Experiment) -> Code:
    """Repeat a design and compare the ways."""
    design, repeats = found.design, found.n_repeats
    r = lines(
        *_r_draw(design, found.seed),
        "library(lmerTest)",
        f"answers <- replicate({repeats}, {{",
        *(f"  {line}" for line in _r_outcome(design)),
        f"  pooled <- coef(summary(lm({_r_fixed(design)}, data = dat)))",
        f"  mixed <- coef(summary(lmer({design.model.formula.replace('group_mean', 'ave')},"
        " data = dat)))",
        "  c(pooled = pooled[, 1:2], mixed = mixed[, 1:2])",
        "})",
        "apply(answers, 1, mean)",
        "apply(answers, 1, sd)",
    )
    python = lines(
        *_python_design(design),
        "from mlm_core.inference.simulation_experiment import repeat_design",
        f"print(repeat_design(design, seed={found.seed:d}, repeats={repeats}).summary)",
    )
    return Code(r, python)


def missing(found: MissingData) -> Code:
    """Lose outcomes of a drawn table and fit again."""
    driver = {"MCAR": "0", "MAR": "c(scale(dat$x))", "MNAR": "c(scale(dat$y))"}[found.mechanism]
    r = lines(
        *_r_draw(found.design, found.seed),
        f"z <- {written(STRENGTH)} * {driver}",
        f"excess <- function(a) mean(plogis(a + z)) - {written(found.share)}",
        "a <- uniroot(excess, c(-60, 60))$root",
        "dat$y[runif(nrow(dat)) < plogis(a + z)] <- NA",
        "library(lmerTest)",
        f"summary(lmer({found.design.model.formula.replace('group_mean', 'ave')}, data = dat))",
    )
    python = lines(
        *_python_design(found.design),
        "from mlm_core.inference.simulation_missing import missing_data",
        f"found = missing_data(design, mechanism={found.mechanism!r}, share={found.share!r},"
        f" seed={found.seed:d})",
        "print(found.after)",
    )
    return Code(r, python)


def power(found: PowerGrid, design: NestedDesign) -> Code:
    """Simulate the power of the largest size of the grid."""
    groups, rows = found.groups[-1], found.rows[-1]
    sized = changed_level(with_effect(design, found.term, found.effect), 0, groups=groups)
    sized = replace(sized, rows=rows)
    r = lines(
        *_r_draw(sized, found.seed),
        "library(lmerTest)",
        f"p <- replicate({found.repeats}, {{",
        *(f"  {line}" for line in _r_outcome(sized)),
        f"  fit <- lmer({sized.model.formula.replace('group_mean', 'ave')}, data = dat)",
        f'  coef(summary(fit))["{found.term}", "Pr(>|t|)"]',
        "})",
        "mean(p < 0.05)",
    )
    python = lines(
        *_python_design(design),
        "from mlm_core.inference.simulation_power import power_cell",
        f"print(power_cell(design, term={found.term!r}, effect={found.effect!r}, groups={groups},"
        f" rows={rows}, seed={found.seed:d}))",
    )
    return Code(r, python)


def _python_design(design: NestedDesign) -> list[str]:
    return [
        "from mlm_core.inference.simulation_draws import draw_table",
        "from mlm_core.inference.simulation_text import read_design",
        "",
        f"design = read_design({design.written()!r})",
    ]


def _r_draw(design: NestedDesign, seed: int) -> list[str]:
    """Return lines that draw groups, predictors and one outcome."""
    outer, *inner = design.levels
    first = round(outer.groups)
    code = [
        f"set.seed({seed:d})  # R draws other numbers from the same seed",
        "inside <- function(dat, sizes) dat[rep(seq_len(nrow(dat)), sizes), , drop = FALSE]",
        f"dat <- data.frame({outer.name} = seq_len({first}))",
    ]
    for level in inner:
        code.append(f"dat <- inside(dat, {_r_sizes(level.groups, level.sizes, 'nrow(dat)')})")
        code.append(f"dat${level.name} <- seq_len(nrow(dat))")
    code.append(f"dat <- inside(dat, {_r_sizes(design.rows, design.row_sizes, 'nrow(dat)')})")
    if design.predictor == "uniform":
        code.append("dat$x <- runif(nrow(dat))")
    else:
        between = written(design.between)
        code.append(
            f"dat$x <- sqrt({between}) * rnorm({first})[dat${outer.name}]"
            f" + sqrt(1 - {between}) * rnorm(nrow(dat))"
        )
    code += [
        f"dat${level.predictor} <- c(scale(rnorm(max(dat${level.name}))))[dat${level.name}]"
        for level in design.levels
    ]
    return [*code, *_r_outcome(design)]


def _r_sizes(mean: float, sizes: Sizes, count: str) -> str:
    if sizes == "poisson":
        return f"1 + rpois({count}, {written(mean - 1.0)})"
    if sizes == "unbalanced":
        return f"1 + rgeom({count}, {written(1.0 / mean)})"
    return f"rep({round(mean)}, {count})"


def _r_outcome(design: NestedDesign) -> list[str]:
    """Return lines that draw the outcome over the predictors."""
    outer = design.levels[0].name
    fixed = [written(design.intercept), f"{written(design.slope)} * dat$x"]
    if design.contextual:
        fixed.append(f"{written(design.contextual)} * ave(dat$x, dat${outer})")
    code: list[str] = []
    for level in design.levels:
        group = f"dat${level.name}"
        fixed.append(f"{written(level.effect)} * dat${level.predictor}")
        code.append(f"u <- matrix(rnorm(2 * max({group})), ncol = 2)")
        fixed.append(f"u0_{level.name}[{group}]")
        code.append(f"u0_{level.name} <- {written(level.intercept_sd)} * u[, 1]")
        if level.slope_sd:
            rho = written(level.correlation)
            code.append(
                f"u1_{level.name} <- {written(level.slope_sd)} * ({rho} * u[, 1]"
                f" + sqrt(1 - {rho}^2) * u[, 2])"
            )
            fixed.append(f"u1_{level.name}[{group}] * dat$x")
    fixed.append(f"{written(design.residual_sd)} * rnorm(nrow(dat))")
    return [*code, f"dat$y <- {' + '.join(fixed)}"]


def _r_fixed(design: NestedDesign) -> str:
    return design.model.pooled().formula.replace("group_mean", "ave")
