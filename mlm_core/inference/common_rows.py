"""Two models compared on the rows that both can use.

Leaving a predictor out of a model can bring back rows in which only that predictor is missing;
likelihoods of different rows cannot be compared. Here both models are fitted to the rows that are
complete in the columns of both.
"""

from __future__ import annotations

import pandas as pd

from mlm_core.data.columns import find_column
from mlm_core.data.engines import Source
from mlm_core.data.model import Model
from mlm_core.data.pushed_columns import complete_rows
from mlm_core.data.tables import Table, opened
from mlm_core.fits.criterion import Method
from mlm_core.fits.mixed import MixedFit, fit_mixed
from mlm_core.fits.pooled import PooledFit, fit_pooled
from mlm_core.inference.comparison import compare
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.moments.moments import Moments


def compare_models(
    first: Model, second: Model, data: Table | Moments, *, method: Method = "REML"
) -> LikelihoodRatioTest:
    """Fit two nested models to their common rows and test the smaller within the larger.

    Parameters
    ----------
    first, second : Model
        In any order; a model without random part is fitted as a pooled one.
    data : DataFrame, any other table, or Moments
        Moments hold the rows that are complete in all of their columns.
    method : {"REML", "ML"}
        Of the mixed fits; if the fixed parts differ both are compared by ML all the same.

    Raises
    ------
    NotNestedError
        Neither model is a special case of the other.
    TableError
        The table cannot carry one of the models.
    """
    rows = data if isinstance(data, Moments) else _common_rows(first, second, data)
    return compare(_fit(first, rows, method), _fit(second, rows, method))


def _common_rows(first: Model, second: Model, data: Table) -> pd.DataFrame | Source:
    names = dict.fromkeys((*first.columns, *second.columns))
    table = opened(data, list(names))
    if isinstance(table, Source):
        return complete_rows(table, tuple(names))
    columns = {name: find_column(table, name) for name in names}
    return pd.DataFrame(columns).dropna(ignore_index=True)


def _fit(
    model: Model, rows: pd.DataFrame | Source | Moments, method: Method
) -> MixedFit | PooledFit:
    return fit_mixed(model, rows, method=method) if model.random else fit_pooled(model, rows)
