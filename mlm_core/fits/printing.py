"""Fits as text, laid out as R's ``summary`` lays them out, without stars.

Numbers follow R's rule: a column gets as many decimals as its neediest value takes to show the
wanted number of significant digits, trailing zeros aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mlm_core.notes import Note

if TYPE_CHECKING:
    from mlm_core.fits.mixed import MixedFit
    from mlm_core.fits.pooled import PooledFit
    from mlm_core.fits.unpooled import UnpooledFit

_DIGITS = 4
_SMALLEST_P = 2.2e-16
_FIVE = ("Min", "1Q", "Median", "3Q", "Max")


def mixed_summary(fit: MixedFit) -> str:
    """Return the summary of a mixed fit."""
    if fit.method == "REML":
        head = "Linear mixed model fit by REML. t-tests use Satterthwaite's method"
        criterion = [f"REML criterion at convergence: {fit.criterion:.1f}"]
    else:
        head = "Linear mixed model fit by maximum likelihood. t-tests use Satterthwaite's method"
        values = (fit.aic, fit.bic, fit.log_likelihood, fit.criterion)
        row = [*(f"{value:.1f}" for value in values), str(fit.n_obs - fit.n_parameters)]
        criterion = table(["AIC", "BIC", "logLik", "deviance", "df.resid"], [row])
    counts = "; ".join(f"{level}, {n}" for level, n in reversed(fit.n_groups.items()))
    parts = [
        [head, f"Formula: {fit.model.formula}"],
        criterion,
        _residuals("Scaled residuals:", fit.residual_quantiles),
        ["Random effects:", *_random_effects(fit), f"Number of obs: {fit.n_obs}, groups: {counts}"],
        ["Fixed effects:", *_coefficients(fit)],
    ]
    if len(fit.terms) > 1:
        parts.append(["Correlation of Fixed Effects:", *_correlations(fit)])
    return _document(parts, fit.notes)


def pooled_summary(fit: PooledFit) -> str:
    """Return the summary of a pooled fit."""
    frame = fit.coefficients
    estimates = r_column([*frame["estimate"], *frame["se"]])
    n = len(frame)
    robust = r_column(frame["robust_se"]) if fit.cluster else None
    rows = []
    for i, t in enumerate(frame["t"]):
        row = [frame["term"][i], estimates[i], estimates[n + i]]
        row += [robust[i]] if robust else []
        rows.append([*row, f"{t:.3f}", p_text(frame["p"][i])])
    header = [
        "",
        "Estimate",
        "Std. Error",
        *(["Robust SE"] if robust else []),
        "t value",
        "Pr(>|t|)",
    ]
    last = [
        f"Residual standard error: {fit.sigma:.4g} on {fit.df_residual} degrees of freedom",
    ]
    if fit.f_df[0]:
        last += [
            f"Multiple R-squared: {fit.r2:.4g}, Adjusted R-squared: {fit.adjusted_r2:.4g}",
            f"F-statistic: {fit.f_statistic:.4g} on {fit.f_df[0]} and {fit.f_df[1]} DF,"
            f" p-value: {p_text(fit.f_p)}",
        ]
    if fit.cluster:
        last.append(
            f"Robust SE: correlation within {fit.n_clusters} groups of {fit.cluster} allowed"
        )
    parts = [
        ["Linear model, all rows pooled", f"Formula: {fit.model.pooled().formula}"],
        _residuals("Residuals:", fit.residual_quantiles),
        ["Coefficients:", *table(header, rows, left=1)],
        last,
    ]
    return _document(parts, fit.notes)


def unpooled_summary(fit: UnpooledFit) -> str:
    """Return the summary of an unpooled fit."""
    frame = fit.averages
    names = ["mean", "median", "size_weighted", "precision_weighted"]
    rows = [
        [row["term"], *(f"{row[name]:.5g}" for name in names), f"{row['n_groups']}"]
        for _, row in frame.iterrows()
    ]
    header = ["", "Mean", "Median", "Size-weighted", "Precision-weighted", "Groups"]
    parts = [
        [
            f"Separate regressions in {fit.n_groups} groups of {fit.level}",
            f"Formula: {fit.model.pooled().formula}",
        ],
        ["Coefficients averaged over groups:", *table(header, rows, left=1)],
        [f"Number of obs: {fit.n_obs}"],
    ]
    return _document(parts, fit.notes)


def _residuals(title: str, quantiles: NDArray[np.float64]) -> list[str]:
    if np.isnan(quantiles).any():
        return [f"{title} not given, they need the rows"]
    return [title, *table(_FIVE, [_quantiles(quantiles)])]


def _quantiles(values: Iterable[float]) -> list[str]:
    """Format quantiles of residuals, small ones zapped as R zaps them."""
    numbers = [float(value) for value in values]
    largest = max(abs(number) for number in numbers)
    decimals = max(0, int(np.floor(_DIGITS + 1.5 - np.log10(largest))))
    return r_column([round(number, decimals) for number in numbers])


def _random_effects(fit: MixedFit) -> list[str]:
    frame = fit.variances
    own = frame[frame["other"] == ""]
    # R's order: innermost level first, the residual (last in the table) last.
    inward = own["level"][:-1].map({level: -depth for depth, level in enumerate(fit.n_groups)})
    own = own.loc[[*inward.sort_values(kind="stable").index, own.index[-1]]]
    variance, sd = r_column(own["variance"]), r_column(own["sd"])
    correlations = frame[frame["other"] != ""]
    rows = []
    previous = None
    for i, (level, term) in enumerate(zip(own["level"], own["term"], strict=True)):
        here = correlations[(correlations["level"] == level) & (correlations["other"] == term)]
        corr = [f"{value:.2f}" for value in here["corr"]]
        rows.append(["" if level == previous else level, term, variance[i], sd[i], " ".join(corr)])
        previous = level
    header = ["Groups", "Name", "Variance", "Std.Dev.", "Corr"]
    if correlations.empty:
        header, rows = header[:-1], [row[:-1] for row in rows]
    return table(header, rows, left=2)


def _coefficients(fit: MixedFit) -> list[str]:
    frame = fit.coefficients
    n = len(frame)
    estimates = r_column([*frame["estimate"], *frame["se"]])
    df = r_column(frame["df"])
    rows = [
        [
            frame["term"][i],
            estimates[i],
            estimates[n + i],
            df[i],
            f"{frame['t'][i]:.3f}",
            p_text(frame["p"][i]),
        ]
        for i in range(n)
    ]
    return table(["", "Estimate", "Std. Error", "df", "t value", "Pr(>|t|)"], rows, left=1)


def _correlations(fit: MixedFit) -> list[str]:
    terms = ["(Intr)" if term == "(Intercept)" else term for term in fit.terms]
    rows = [
        [
            terms[i],
            *(f"{fit.correlations[i, j]:.3f}" for j in range(i)),
            *[""] * (len(terms) - 1 - i),
        ]
        for i in range(1, len(terms))
    ]
    return table(["", *terms[:-1]], rows, left=1)


def _document(parts: Sequence[Sequence[str]], notes: Iterable[Note]) -> str:
    lines = ["\n".join(line.rstrip() for line in part) for part in parts]
    lines += [f"{note.severity.capitalize()}: {note.message}" for note in notes]
    return "\n\n".join(lines) + "\n"


def r_column(values: Iterable[float], digits: int = _DIGITS) -> list[str]:
    """Format numbers with common decimals by R's rule for significant digits."""
    numbers = [float(value) for value in values]
    decimals = max((_decimals(number, digits) for number in numbers), default=0)
    return ["NA" if np.isnan(number) else f"{number:.{decimals}f}" for number in numbers]


def _decimals(number: float, digits: int) -> int:
    """Return the decimals a number needs to show its significant digits, trailing zeros aside."""
    if not np.isfinite(number) or number == 0.0:
        return 0
    mantissa, exponent = f"{abs(number):.{digits - 1}e}".split("e")
    shown = len(mantissa.replace(".", "").rstrip("0"))
    return max(0, shown - 1 - int(exponent))


def p_text(p: float) -> str:
    """Format a p-value as R does."""
    if np.isnan(p):
        return "NA"
    return "<2e-16" if p < _SMALLEST_P else f"{p:.3g}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 0) -> list[str]:
    """Align cells under their headers, the first ``left`` columns to the left."""
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = []
    for row in cells:
        parts = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(" ".join(parts))
    return lines
