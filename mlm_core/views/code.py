"""The same analysis as code, in R and in Python, for every page.

R code uses lme4 and lmerTest, Python code this package. Whatever the user named is quoted by the
rules of the language; nothing here is ever run by the app.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlm_core.data.expressions import level_name
from mlm_core.data.model import Model
from mlm_core.views.r_language import r_columns, r_formula, r_string, r_vector
from mlm_core.views.source import Source, python_read, r_read

Method = Literal["REML", "ML"]


@dataclass(frozen=True, slots=True)
class Code:
    """One analysis in two languages."""

    r: str
    python: str


def groups(levels: Sequence[str], source: Source) -> Code:
    """Count groups and their sizes by level."""
    nested = [tuple(levels[: depth + 1]) for depth in range(len(levels))]
    lines = [f"{r_string(columns[-1])} = summarise(dat[{r_vector(columns)}])" for columns in nested]
    r = _lines(
        r_read(source),
        "summarise <- function(keys) {",
        "  sizes <- as.vector(table(interaction(keys, drop = TRUE)))",
        "  c(groups = length(sizes), min = min(sizes), mean = mean(sizes), max = max(sizes))",
        "}",
        f"rbind({', '.join(lines)})",
    )
    python = _lines(
        python_read(source, "from mlm_core.data.groups import describe_groups"),
        f"print(describe_groups(data, {list(levels)!r}).table)",
    )
    return Code(r, python)


def boxplots(outcome: str, groups: Sequence[str], source: Source) -> Code:
    """Draw the outcome by group, ordered by median."""
    r = _lines(
        r_read(source),
        f"group <- interaction(dat[{r_vector(groups)}], drop = TRUE)",
        f"y <- dat[[{r_string(outcome)}]]",
        "boxplot(y ~ reorder(group, y, median, na.rm = TRUE))",
    )
    python = _lines(
        python_read(source, "from mlm_core.inference.group_summaries import summarise_groups"),
        f"found = summarise_groups(data, outcome={outcome!r}, groups={list(groups)!r})",
        "print(found.table)",
    )
    return Code(r, python)


def pairs(outcome: str, groups: Sequence[str], source: Source, *, seed: int = 1) -> Code:
    """Draw one pair of rows from every group and correlate them."""
    r = _lines(
        r_read(source),
        _r_complete([outcome, *groups]),
        f"set.seed({seed:d})",
        f"values <- split(dat[[{r_string(outcome)}]], dat[{r_vector(groups)}], drop = TRUE)",
        "values <- values[lengths(values) > 1]",
        "drawn <- t(sapply(values, sample, size = 2))",
        "cor(drawn)[1, 2]",
    )
    python = _lines(
        python_read(source, "from mlm_core.inference.pairs import draw_pairs"),
        f"draw = draw_pairs(data, outcome={outcome!r}, groups={list(groups)!r}, seed={seed:d})",
        "print(draw.correlation, draw.limit)",
    )
    return Code(r, python)


def pooled(model: Model, source: Source) -> Code:
    """Fit one line to all rows, with cluster-robust standard errors where there are groups."""
    r = [*_r_data(model, source), f"fit <- lm({r_formula(model.pooled())}, data = dat)"]
    r.append("summary(fit)")
    if model.random:
        outer = ", ".join(f"dat[[{r_string(name)}]]" for name in model.random[0].groups)
        cluster = f"interaction({outer}, drop = TRUE)"
        r.append(f'robust <- sandwich::vcovCL(fit, cluster = {cluster}, type = "HC1")')
        r.append("lmtest::coeftest(fit, vcov. = robust)")
    return Code(_lines(*r), _python_fit(model, source, "mlm.fit_pooled(model, data)"))


def unpooled(model: Model, source: Source, *, groups: Sequence[str]) -> Code:
    """Fit a regression of its own in every group, and average the coefficients."""
    formula = r_formula(model.pooled(), made=True)
    r = [
        *_r_data(model, source),
        *r_columns(model.pooled()),
        f"parts <- split(dat, dat[{r_vector(groups)}], drop = TRUE)",
        f"fits <- lapply(parts, function(d) try(lm({formula}, data = d)))",
        'own <- do.call(rbind, lapply(Filter(function(f) inherits(f, "lm"), fits), coef))',
        "own <- own[complete.cases(own), , drop = FALSE]  # groups that carry all coefficients",
        "size <- sapply(parts, nrow)[rownames(own)]",
        "colMeans(own, na.rm = TRUE)",
        "apply(own, 2, median, na.rm = TRUE)",
        "apply(own, 2, weighted.mean, w = size, na.rm = TRUE)",
    ]
    level = level_name(tuple(groups))
    python = _python_fit(model, source, f"mlm.fit_unpooled(model, data, level={level!r})")
    return Code(_lines(*r), _lines(python, "print(fit.averages)"))


def mixed(model: Model, source: Source, *, method: Method = "REML") -> Code:
    """Fit the mixed model."""
    r = [*_r_data(model, source), *_r_mixed(model, method), "summary(fit)"]
    return Code(_lines(*r), _python_mixed(model, source, method))


def shares(model: Model, source: Source, *, method: Method = "REML") -> Code:
    """Divide the variance over the levels (random intercepts)."""
    r = [
        *_r_data(model, source),
        *_r_mixed(model, method),
        "parts <- as.data.frame(VarCorr(fit))",
        "parts <- parts[is.na(parts$var2), ]",
        'data.frame(parts[c("grp", "var1", "vcov")], share = parts$vcov / sum(parts$vcov))',
    ]
    if any(term.slopes for term in model.random):
        r.append("# with random slopes these shares hold where every slope variable is zero")
    python = _python_mixed(model, source, method)
    return Code(
        _lines(*r),
        _lines(python, "print(mlm.icc(fit).shares)", "print(mlm.icc(fit).correlations)"),
    )


def compare(small: Model, big: Model, source: Source, *, method: Method = "REML") -> Code:
    """Test a smaller model within a larger one."""
    same_fixed = small.fixed == big.fixed and small.has_intercept == big.has_intercept
    r = [
        *_r_data(big, source),
        "library(lmerTest)",
        f"small <- {_r_fit(small, method)}",
        f"big <- {_r_fit(big, method)}",
        f"anova(big, small, refit = {'FALSE' if same_fixed else 'TRUE'})",
    ]
    python = _lines(
        python_read(source),
        f"small = mlm.{_fit_call(small, method)}",
        f"big = mlm.{_fit_call(big, method)}",
        "print(mlm.compare(small, big).table)",
    )
    return Code(_lines(*r), python)


def pooled_comparison(model: Model, source: Source, *, method: Method = "REML") -> Code:
    """Hold the mixed model against the linear one, as R prints it and like against like."""
    reml = "TRUE" if method == "REML" else "FALSE"
    r = [
        *_r_data(model, source),
        *_r_mixed(model, method),
        f"flat <- lm({r_formula(model.pooled())}, data = dat)",
        "anova(fit, flat, refit = FALSE)  # a restricted against a full likelihood, for REML fits",
        f"2 * as.numeric(logLik(fit) - logLik(flat, REML = {reml}))  # like against like",
    ]
    python = _python_mixed(model, source, method)
    return Code(
        _lines(*r),
        _lines(
            python,
            "test = mlm.compare_with_pooled(fit)",
            "print(test.as_printed.table)",
            "print(test.like_with_like.table)",
        ),
    )


def random_terms(model: Model, source: Source, *, method: Method = "REML") -> Code:
    """Leave out one random term at a time."""
    r = [*_r_data(model, source), *_r_mixed(model, method), "ranova(fit)"]
    python = _python_mixed(model, source, method)
    return Code(_lines(*r), _lines(python, "print(mlm.drop_random_terms(fit).table)"))


# --- R --------------------------------------------------------------------------------------------


def _r_complete(columns: Sequence[str]) -> str:
    return f"dat <- dat[complete.cases(dat[{r_vector(columns)}]), ]"


def _r_data(model: Model, source: Source) -> list[str]:
    """Return the lines that read the table and keep the rows all fits of this model use."""
    lines = [r_read(source), _r_complete(model.columns)]
    for column, reference in model.reference:
        if column not in model.columns:
            continue
        name = f"dat[[{r_string(column)}]]"
        lines.append(f"{name} <- relevel(factor({name}), ref = {r_string(reference)})")
    return lines


def _r_mixed(model: Model, method: Method) -> list[str]:
    return ["library(lmerTest)", f"fit <- {_r_fit(model, method)}"]


def _r_fit(model: Model, method: Method) -> str:
    if not model.random:
        return f"lm({r_formula(model)}, data = dat)"
    reml = "" if method == "REML" else ", REML = FALSE"
    return f"lmer({r_formula(model)}, data = dat{reml})"


# --- Python ---------------------------------------------------------------------------------------


def _python_fit(model: Model, source: Source, call: str) -> str:
    return _lines(
        python_read(source), f"model = mlm.{model!r}", f"fit = {call}", "print(fit.summary())"
    )


def _python_mixed(model: Model, source: Source, method: Method) -> str:
    return _python_fit(model, source, f"mlm.fit_mixed(model, data, method={method!r})")


def _fit_call(model: Model, method: Method) -> str:
    if not model.random:
        return f"fit_pooled(mlm.{model!r}, data)"
    return f"fit_mixed(mlm.{model!r}, data, method={method!r})"


def _lines(*lines: str) -> str:
    return "\n".join(lines)
