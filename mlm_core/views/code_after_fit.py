"""What is done with a fitted mixed model, as code in R and in Python.

Every piece begins with the fit itself (:func:`mlm_core.views.code.mixed`), called ``fit`` in both
languages. Whatever the user named is quoted by the rules of the language.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlm_core.data.expressions import level_columns
from mlm_core.data.model import Model
from mlm_core.views.code import Code, Method, mixed
from mlm_core.views.r_language import r_formula, r_string, r_vector
from mlm_core.views.source import Source, python_read, r_read


def effects(
    model: Model, source: Source, *, method: Method = "REML", level: str, term: str
) -> Code:
    """Print the conditional modes of one effect with their standard deviations."""
    r_level = ":".join(level_columns(level))
    return _after(
        mixed(model, source, method=method),
        [
            "modes <- as.data.frame(ranef(fit, condVar = TRUE))",
            f"subset(modes, grpvar == {r_string(r_level)} & term == {r_string(term)})",
        ],
        [f"print(mlm.group_effects(fit, {level!r}, {term!r}).table)"],
    )


def checks(model: Model, source: Source, *, method: Method = "REML") -> Code:
    """Form residuals twice, refit without each outermost group, and take robust errors."""
    outer = r_string(":".join(level_columns(model.levels[0])))
    return _after(
        mixed(model, source, method=method),
        [
            "residual <- residuals(fit)",
            'outside <- getME(fit, "y") - predict(fit, re.form = NA)',
            "qqnorm(residual); qqline(residual)",
            f"refits <- influence(fit, {outer})",
            "sort(cooks.distance(refits), decreasing = TRUE)[1:10]",
            'summary(fit, ddf = "Kenward-Roger")',
            'clubSandwich::coef_test(fit, vcov = "CR2")',
        ],
        [
            "residual = mlm.residuals(fit, data)",
            'outside = mlm.residuals(fit, data, effects="none")',
            'print(mlm.influence(fit).table.nlargest(10, "cooks_distance"))',
            "print(mlm.kenward_roger(fit).coefficients)",
            "print(mlm.cluster_robust(fit).coefficients)",
        ],
    )


def sequence(models: Sequence[Model], source: Source, *, method: Method = "REML") -> Code:
    """Fit several models to the rows all of them can use, and compare each with the one before."""
    columns = list(dict.fromkeys(name for model in models for name in model.columns))
    reml = "" if method == "REML" else ", REML = FALSE"
    r = [r_read(source), f"dat <- dat[complete.cases(dat[{r_vector(columns)}]), ]"]
    r.append("library(lmerTest)")
    names = [f"fit{place}" for place in range(1, len(models) + 1)]
    for label, model in zip(names, models, strict=True):
        call = f"lmer({r_formula(model)}, data = dat{reml})"
        r.append(f"{label} <- {call if model.random else f'lm({r_formula(model)}, data = dat)'}")
    r.append(f"anova({', '.join(names)})  # refits by ML where the fixed parts differ")
    python = [
        python_read(source, "from mlm_core.inference.model_sequence import model_sequence"),
        "models = [",
        *(f"    mlm.{model!r}," for model in models),
        "]",
        f"found = model_sequence(data, models, method={method!r})",
        "print(found.table)",
        "print(found.paths.table)",
    ]
    return Code("\n".join(r), "\n".join(python))


def _after(fitted: Code, r: list[str], python: list[str]) -> Code:
    return Code("\n".join([fitted.r, *r]), "\n".join([fitted.python, *python]))
