"""Intervals and simulated tests as code, in R and in Python; see :mod:`mlm_core.views.code`."""

from __future__ import annotations

from dataclasses import replace

from mlm_core.data.model import Model
from mlm_core.views.code import Code, Method, mixed
from mlm_core.views.source import Source


def profile(model: Model, source: Source, *, method: Method = "REML") -> Code:
    """Profile all parameters."""
    return _after_fit(
        model,
        source,
        method,
        r=["confint(fit)", "# curves: lattice::xyplot(profile(fit))"],
        python=["profile = mlm.profile(fit)", "print(profile.intervals(0.95))"],
    )


def share_intervals(
    model: Model, source: Source, *, n: int, seed: int, method: Method = "REML"
) -> Code:
    """Bootstrap the shares of the levels."""
    return _after_fit(
        model,
        source,
        method,
        r=[
            "share <- function(f) {",
            "  parts <- as.data.frame(VarCorr(f))",
            "  parts <- parts[is.na(parts$var2), ]",
            "  setNames(parts$vcov / sum(parts$vcov), parts$grp)",
            "}",
            f"spread <- bootMer(fit, share, nsim = {n:d}, seed = {seed:d})",
            "apply(spread$t, 2, quantile, c(0.025, 0.975))",
        ],
        python=[
            f"found = mlm.share_intervals(fit, {n:d}, seed={seed:d})",
            "print(found.shares)",
            "print(found.correlations)",
        ],
    )


def simulated_terms(
    model: Model, source: Source, *, n: int, seed: int, method: Method = "REML"
) -> Code:
    """Test all random terms by simulation."""
    return _after_fit(
        model,
        source,
        method,
        r=[
            "# for each term: small is the model without it, alone the one with it and no other",
            "# RLRsim::exactRLRT(alone, fit, small)",
            f"# pbkrtest::PBmodcomp(fit, small, nsim = {n:d}, seed = {seed:d})",
        ],
        python=[
            f"found = mlm.simulate_random_terms(fit, {n:d}, seed={seed:d})",
            "print(found.table)",
        ],
    )


def _after_fit(
    model: Model, source: Source, method: Method, *, r: list[str], python: list[str]
) -> Code:
    """Return code that fits the model and goes on from there."""
    fit = mixed(model, source, method=method)
    lines = [line for line in fit.r.splitlines() if line != "summary(fit)"]
    ours = [line for line in fit.python.splitlines() if line != "print(fit.summary())"]
    return replace(fit, r="\n".join([*lines, *r]), python="\n".join([*ours, *python]))
