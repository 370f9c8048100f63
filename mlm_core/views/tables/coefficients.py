"""Tables of coefficients and of what else a summary of a fit tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.residual import NEED_ROWS_SENTENCE
from mlm_core.inference.r_squared import RSquared
from mlm_core.inference.standard_errors import StandardErrors
from mlm_core.views.numbers import column, count, decimals_for, fixed, number, p_value, percent
from mlm_core.views.tables.table import Table, frame_of, note_footnotes, sizes_footnote

FIVE = ("Minimum", "1st quartile", "Median", "3rd quartile", "Maximum")


def pooled_coefficients(fit: PooledFit) -> Table:
    """Lay out the coefficients of a pooled fit, robust standard errors beside the naive ones."""
    frame = fit.coefficients
    cells = {**_estimates(frame, ""), "p": map(p_value, frame["p"]), **_bounds(frame, "")}
    df = count(fit.df_residual)
    notes = [f"Least squares over {count(fit.n_obs)} rows; t tests and 95% intervals with {df} df."]
    if fit.cluster is not None:
        places = decimals_for(frame["se"])
        cells["Robust SE"] = column(frame["robust_se"], decimals=places)
        cells["Robust p"] = map(p_value, frame["robust_p"])
        cells |= _bounds(frame, "robust_")
        notes.append(
            f"The plain standard errors take all rows as independent. The robust ones allow rows of"
            f" the same {fit.cluster} to be alike ({count(fit.n_clusters)} groups,"
            f" {count(fit.n_clusters - 1)} df)."
        )
    notes.extend(note_footnotes(fit.notes))
    return Table(frame_of(cells), "Pooled regression", tuple(notes), "pooled-coefficients")


def mixed_coefficients(
    fit: MixedFit, frame: pd.DataFrame | None = None, *, by: StandardErrors = "Satterthwaite"
) -> Table:
    """Lay out the fixed effects of a mixed fit, ``frame`` its coefficients by one method."""
    frame = fit.coefficients if frame is None else frame
    cells = {
        **_estimates(frame, "df"),
        "p": map(p_value, frame["p"]),
        **_bounds(frame, ""),
    }
    notes = (_errors_footnote(fit, by), sizes_footnote(fit), *note_footnotes(fit.notes))
    return Table(frame_of(cells), "Fixed effects", notes, "fixed-effects")


def _errors_footnote(fit: MixedFit, by: StandardErrors) -> str:
    if by == "Satterthwaite":
        return (
            f"Estimated by {fit.method}; degrees of freedom by Satterthwaite's method, 95%"
            " intervals from t with these."
        )
    if by == "Kenward-Roger":
        return (
            "Estimated by REML; standard errors and degrees of freedom by Kenward and Roger, who"
            " allow for the variances being estimates too."
        )
    outer = fit.levels[0].name
    inner = "".join(
        f" Groups of {level.columns[-1]} in one group of {outer} are alike, so they are no"
        " independent evidence and are not taken as clusters."
        for level in fit.levels[1:]
    )
    return (
        f"Estimated by {fit.method}; standard errors from the residuals of whole groups of {outer}"
        " (CR2), right even where the model has the variances wrong, with degrees of freedom of"
        f" their own (Bell and McCaffrey).{inner}"
    )


def _estimates(frame: pd.DataFrame, df: str) -> dict[str, Sequence[str]]:
    places = decimals_for(frame["se"])
    cells: dict[str, Sequence[str]] = {
        "Term": [str(term) for term in frame["term"]],
        "Estimate": column(frame["estimate"], decimals=places),
        "SE": column(frame["se"], decimals=places),
    }
    if df:
        cells["df"] = column(frame["df"], decimals=1)
    return {**cells, "t": column(frame["t"], decimals=2)}


def _bounds(frame: pd.DataFrame, prefix: str) -> dict[str, Sequence[str]]:
    places = max(0, decimals_for(frame["se"]) - 1)
    title = "Robust 95%" if prefix else "95%"
    return {
        f"{title} from": column(frame[f"{prefix}lower"], decimals=places),
        f"{title} to": column(frame[f"{prefix}upper"], decimals=places),
    }


def fixed_correlations(fit: MixedFit) -> Table:
    """Lay out the correlations of the fixed-effect estimates, lower triangle only."""
    terms = list(fit.terms)
    cells: dict[str, list[str]] = {"Term": terms[1:]}
    for j, title in enumerate(terms[:-1]):
        own = [fixed(fit.correlations[i, j], 3) if j < i else "" for i in range(1, len(terms))]
        cells[title if title != "Term" else "Term "] = own
    caption = "Correlation of the fixed-effect estimates"
    return Table(frame_of(cells), caption, (), "fixed-correlations")


def residual_quantiles(fit: MixedFit | PooledFit) -> Table:
    """Lay out minimum, quartiles and maximum of the residuals."""
    is_scaled = isinstance(fit, MixedFit)
    texts = column(fit.residual_quantiles.tolist(), decimals=4 if is_scaled else 3)
    frame = frame_of({title: [text] for title, text in zip(FIVE, texts, strict=True)})
    caption = "Scaled residuals" if is_scaled else "Residuals"
    notes = (
        ("Residuals from the groups' own lines, divided by the residual standard deviation.",)
        if is_scaled
        else (f"In units of {fit.model.outcome_label}.",)
    )
    if np.isnan(fit.residual_quantiles).any():
        notes = (NEED_ROWS_SENTENCE,)
    return Table(frame, caption, notes, "residual-quantiles")


def pooled_facts(fit: PooledFit) -> Table:
    """Lay out what a summary of a linear model prints beneath its coefficients."""
    facts = [
        ("Residual standard error", number(fit.sigma, 4)),
        ("Residual degrees of freedom", count(fit.df_residual)),
        ("R²", number(fit.r2, 4)),
        ("Adjusted R²", number(fit.adjusted_r2, 4)),
    ]
    if fit.f_df[0]:
        facts += [
            (
                f"F with {count(fit.f_df[0])} and {count(fit.f_df[1])} df",
                number(fit.f_statistic, 4),
            ),
            ("p of F", p_value(fit.f_p)),
        ]
    facts += _likelihood_facts(fit)
    return _facts(facts, "Pooled regression, in all", "pooled-facts")


def mixed_facts(fit: MixedFit, r2: RSquared) -> Table:
    """Lay out criterion, information criteria, R2 and counts of a mixed fit."""
    name = "REML criterion" if fit.method == "REML" else "Deviance (ML)"
    facts = [(name, fixed(fit.criterion, 1)), *_likelihood_facts(fit)]
    facts += [(f"Groups of {level}", count(n)) for level, n in fit.n_groups.items()]
    facts += [
        ("R² of the fixed part (marginal)", percent(r2.marginal, 1)),
        ("R² with the groups (conditional)", percent(r2.conditional, 1)),
    ]
    notes = (
        "R²: the share of the variance that is accounted for (Nakagawa).",
        *(note.message for note in r2.notes),
    )
    return _facts(facts, "Mixed model, in all", "mixed-facts", notes)


def _likelihood_facts(fit: MixedFit | PooledFit) -> list[tuple[str, str]]:
    is_restricted = isinstance(fit, MixedFit) and fit.method == "REML"
    return [
        ("Log-likelihood (restricted)" if is_restricted else "Log-likelihood",
         fixed(fit.log_likelihood, 1)),
        ("AIC", fixed(fit.aic, 1)),
        ("BIC", fixed(fit.bic, 1)),
        ("Parameters", count(fit.n_parameters)),
        ("Rows", count(fit.n_obs)),
    ]  # fmt: skip


def _facts(
    facts: Sequence[tuple[str, str]], caption: str, name: str, notes: tuple[str, ...] = ()
) -> Table:
    frame = frame_of({"": [fact for fact, _ in facts], "Value": [value for _, value in facts]})
    return Table(frame, caption, notes, name)
