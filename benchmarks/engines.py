"""How each Python program is asked for a fit, for its coefficient table, and for its answers.

An engine is made inside its own process and imports its program only there. ``fit`` starts from a
frame in memory, ``table`` gives all coefficients with standard errors and tests: Satterthwaite's
degrees of freedom where the program has them. Where a program offers several ways, the fastest
complete one is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Engine:
    """A program.

    Attributes
    ----------
    versions : mapping
        Its packages.
    fit : callable
        (formula, frame) -> fit.
    table : callable
        fit -> coefficient table.
    answer : callable
        fit -> what :func:`_answer` makes.
    """

    versions: Mapping[str, str]
    fit: Callable[[str, pd.DataFrame], Any]
    table: Callable[[Any], Any]
    answer: Callable[[Any], dict[str, Any]]


def _answer(
    *,
    criterion: float,
    evaluations: int | None,
    terms: Sequence[str],
    estimates: Sequence[float],
    df: Sequence[float] | None,
    variances: Sequence[tuple[str, float]],
    converged: bool | None = None,
) -> dict[str, Any]:
    """Return a record for JSON; ``variances`` are those of intercepts and of the residual.

    ``converged`` is what the program says of itself, where it says it.
    """
    return {
        "criterion": float(criterion),
        "evaluations": evaluations,
        "terms": list(terms),
        "estimates": [float(value) for value in estimates],
        "df": None if df is None else [float(value) for value in df],
        "variances": [[name, float(value)] for name, value in variances],
        "converged": converged,
    }


def mlm_core_engine() -> Engine:
    """Make the engine of this package."""
    import mlm_core as mlm

    def answer(fit: Any) -> dict[str, Any]:
        table, variances = fit.coefficients, fit.variances
        wanted = variances[variances["term"].isin(["(Intercept)", ""])]
        return _answer(
            criterion=fit.criterion,
            evaluations=fit.evaluations,
            terms=table["term"],
            estimates=table["estimate"],
            df=table["df"],
            variances=list(zip(wanted["level"], wanted["variance"], strict=True)),
        )

    def fit(formula: str, frame: pd.DataFrame) -> Any:
        return mlm.fit_mixed(mlm.Model(formula), frame)

    return Engine({}, fit, lambda fit: fit.coefficients, answer)


def mixedlm_engine() -> Engine:
    """Make the engine of mixedlm; ``tidy`` is its coefficient table with Satterthwaite's df."""
    import mixedlm

    def answer(fit: Any) -> dict[str, Any]:
        table = fit.tidy()
        groups = fit.VarCorr()
        variances = [
            (name, group.variance["(Intercept)"])
            for name, group in groups.groups.items()
            if "(Intercept)" in group.variance
        ]
        return _answer(
            criterion=fit.REMLcrit(),
            evaluations=int(fit.function_evals),
            terms=table["term"],
            estimates=table["estimate"],
            df=table["df"],
            variances=[*variances, ("Residual", fit.sigma**2)],
        )

    return Engine(
        {"mixedlm": version("mixedlm")}, mixedlm.lmer, lambda fit: fit.tidy(), answer
    )  # fmt: skip


def statsmodels_engine() -> Engine:
    """Make the engine of statsmodels: classes within schools as a variance component."""
    import statsmodels.formula.api as smf

    names: list[str] = []

    def fit(formula: str, frame: pd.DataFrame) -> Any:
        fixed, school, group = nested_parts(formula)
        names[:] = [school, group]
        components = {group: f"0 + C({group})"}
        return smf.mixedlm(
            fixed, frame, groups=school, re_formula="1", vc_formula=components
        ).fit(reml=True)  # fmt: skip

    def answer(fit: Any) -> dict[str, Any]:
        school, group = names
        return _answer(
            criterion=-2.0 * fit.llf,
            evaluations=None,
            terms=[name.replace("Intercept", "(Intercept)") for name in fit.fe_params.index],
            estimates=fit.fe_params,
            df=None,
            variances=[
                (school, fit.cov_re.iloc[0, 0]),
                (f"{group}:{school}", fit.vcomp[0]),
                ("Residual", fit.scale),
            ],
            converged=bool(fit.converged),
        )

    return Engine(
        {"statsmodels": version("statsmodels")}, fit, lambda fit: fit.summary().tables[1], answer
    )


def gpboost_engine() -> Engine:
    """Make the engine of gpboost, which fits by ML and has z tests only."""
    import gpboost

    names: list[str] = []

    def fit(formula: str, frame: pd.DataFrame) -> Any:
        fixed, school, group = nested_parts(formula)
        outcome, predictor = (part.strip() for part in fixed.split("~"))
        names[:] = [predictor, school, group]
        columns = np.column_stack([np.ones(len(frame)), frame[predictor]])
        model = gpboost.GPModel(
            group_data=frame[[school, group]].to_numpy(), likelihood="gaussian"
        )  # fmt: skip
        model.fit(y=frame[outcome].to_numpy(float), X=columns)
        return model

    def answer(model: Any) -> dict[str, Any]:
        predictor, school, group = names
        residual, of_school, of_class = np.asarray(model.get_cov_pars(std_err=False)).ravel()[:3]
        return _answer(
            criterion=2.0 * model.get_current_neg_log_likelihood(),
            evaluations=None,
            terms=["(Intercept)", predictor],
            estimates=np.asarray(model.get_coef(std_err=False)).ravel(),
            df=None,
            variances=[
                (school, of_school), (f"{group}:{school}", of_class), ("Residual", residual)
            ],
        )  # fmt: skip

    return Engine(
        {"gpboost": version("gpboost")}, fit, lambda model: model.get_coef(std_err=True), answer
    )


def nested_parts(formula: str) -> tuple[str, str, str]:
    """Return fixed part, outer and inner grouping of ``y ~ x + (1 | a/b)``."""
    fixed, outer, inner = re.fullmatch(
        r"(.+?) \+ \(1 \| (\w+)/(\w+)\)", formula
    ).groups()  # fmt: skip
    return fixed, outer, inner


ENGINES: Mapping[str, Callable[[], Engine]] = {
    "mlm_core": mlm_core_engine,
    "mixedlm": mixedlm_engine,
    "statsmodels": statsmodels_engine,
    "gpboost": gpboost_engine,
}
