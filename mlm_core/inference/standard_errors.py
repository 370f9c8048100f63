"""One estimate, three standard errors: model-based, Kenward-Roger, cluster-robust.

The first takes the estimated variances as known, the second adds what is not known of them, the
third does not lean on the variances at all. Where the three agree the choice does not matter; where
the robust one is far away the variances, or the level they are put at, deserve another look.
"""

from __future__ import annotations

import pandas as pd

from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.cluster_robust import cluster_robust
from mlm_core.inference.kenward_roger import kenward_roger


def standard_errors(fit: MixedFit) -> pd.DataFrame:
    """Return standard errors and degrees of freedom of the fixed effects by three methods.

    Returns
    -------
    DataFrame
        Columns term, estimate, and se and df (each with the suffix ``_model`` for Satterthwaite's,
        ``_kr``, ``_robust`` for CR2).
    """
    model, robust = fit.coefficients, cluster_robust(fit, kind="CR2").coefficients
    adjusted = kenward_roger(fit).coefficients
    table = {"term": model["term"], "estimate": model["estimate"]}
    for name, found in (("model", model), ("kr", adjusted), ("robust", robust)):
        table[f"se_{name}"], table[f"df_{name}"] = found["se"], found["df"]
    return pd.DataFrame(table)
