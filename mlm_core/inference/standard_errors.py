"""One estimate, three standard errors: model-based, Kenward-Roger, cluster-robust.

The first takes the estimated variances as known, the second adds what is not known of them, the
third does not lean on the variances at all. Where the three agree the choice does not matter; where
the robust one is far away the variances, or the level they are put at, deserve another look.
"""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from mlm_core.errors import ModelError
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.cluster_robust import cluster_robust
from mlm_core.inference.kenward_roger import kenward_roger

StandardErrors = Literal["Satterthwaite", "Kenward-Roger", "robust"]


def coefficients_by(fit: MixedFit, by: StandardErrors) -> pd.DataFrame:
    """Return the fixed effects with standard errors and degrees of freedom by one method.

    Parameters
    ----------
    fit : MixedFit
    by : {"Satterthwaite", "Kenward-Roger", "robust"}
        The model's own standard errors with Satterthwaite's degrees of freedom; those of Kenward
        and Roger; or CR2, clustered by the outermost level. On the boundary, where a variance is
        estimated as zero, Satterthwaite's degrees of freedom take it as known and may be far too
        many (lmerTest's too): the slope of ``mathkind ~ ses + (ses | schoolid)`` has 972.6 of them
        and 62.9 by Kenward and Roger.

    Returns
    -------
    DataFrame
        Columns term, estimate, se, df, t, p, lower, upper.

    Raises
    ------
    ModelError
        The method is none of these.
    """
    if by not in get_args(StandardErrors):
        known = ", ".join(repr(name) for name in get_args(StandardErrors))
        raise ModelError(f"The standard errors can be {known}, not {by!r}.")
    if by == "Satterthwaite":
        return fit.coefficients
    if by == "Kenward-Roger":
        return kenward_roger(fit).coefficients
    return cluster_robust(fit, kind="CR2").coefficients


def standard_errors(fit: MixedFit) -> pd.DataFrame:
    """Return standard errors and degrees of freedom of the fixed effects by three methods.

    Returns
    -------
    DataFrame
        Columns term, estimate, and se and df (each with the suffix ``_model`` for Satterthwaite's,
        ``_kr``, ``_robust`` for CR2).
    """
    table = {"term": fit.coefficients["term"], "estimate": fit.coefficients["estimate"]}
    for suffix, by in zip(("model", "kr", "robust"), get_args(StandardErrors), strict=True):
        found = coefficients_by(fit, by)
        table[f"se_{suffix}"], table[f"df_{suffix}"] = found["se"], found["df"]
    return pd.DataFrame(table)
