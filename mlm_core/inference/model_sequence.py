"""A list of models of the same rows, each beside the one before it.

All models are fitted to the rows that are complete in the columns of every one of them; then
likelihoods can be compared and variances followed from model to model. Neighbours of which one is a
special case of the other are tested; AIC and BIC compare any. Where fixed parts differ, criteria of
all models are by full maximum likelihood, whatever the fits were made by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from mlm_core.data.columns import find_column
from mlm_core.data.model import Model
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import ModelError, NotNestedError
from mlm_core.fits.criterion import Method
from mlm_core.fits.mixed import MixedFit, fit_mixed
from mlm_core.fits.pooled import PooledFit, fit_pooled
from mlm_core.inference.comparison import compare, criterion_by
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.inference.r_squared import r_squared
from mlm_core.inference.variance_paths import VariancePaths, variance_paths
from mlm_core.notes import Note

_COLUMNS = ["formula", "n_parameters", "aic", "bic", "log_likelihood", "deviance"]


@dataclass(frozen=True, eq=False)
class ModelSequence:
    """Models of the same rows in a chosen order.

    Attributes
    ----------
    fits : tuple of MixedFit or PooledFit
    table : DataFrame
        A row a model: formula, n_parameters, aic, bic, log_likelihood, deviance, r2_marginal,
        r2_conditional; statistic, df, p, p_boundary of the test against the model before (NaN where
        there is none).
    tests : tuple of LikelihoodRatioTest or None
        Of each model against the one before; None for the first, and where neither of the two is a
        special case of the other.
    paths : VariancePaths
        What becomes of every variance component.
    criteria : {"REML", "ML"}
        Which likelihood AIC, BIC and deviance are of.
    n_rows, n_left_out : int
        Rows used, and rows left out because some model's column has no value.
    notes : tuple of Note
    """

    fits: tuple[MixedFit | PooledFit, ...]
    table: pd.DataFrame
    tests: tuple[LikelihoodRatioTest | None, ...]
    paths: VariancePaths
    criteria: Method
    n_rows: int
    n_left_out: int
    notes: tuple[Note, ...]


def model_sequence(
    data: Table, models: Sequence[Model], *, method: Method = "REML"
) -> ModelSequence:
    """Fit models to their common rows and compare neighbours.

    Parameters
    ----------
    data : DataFrame or any other table
    models : sequence of Model
        In the order they are to be compared; models without random part are fitted as pooled ones.
    method : {"REML", "ML"}
        Of the fits, and so of the variances followed.

    Raises
    ------
    ModelError
        No model, or outcomes that differ.
    TableError, FitError
        One of the models cannot be fitted to these rows.
    """
    if not models:
        raise ModelError("There is no model in the list yet: add at least one.")
    if len({model.outcome for model in models}) > 1:
        names = ", ".join(dict.fromkeys(model.outcome_label for model in models))
        raise ModelError(
            f"The models explain different outcomes ({names}): their likelihoods cannot be"
            " compared. Keep one outcome in the list."
        )
    rows, n_all = _common_rows(models, data)
    fits = tuple(
        fit_mixed(model, rows, method=method) if model.random else fit_pooled(model, rows)
        for model in models
    )
    differ = len({frozenset(_fixed(fit)) for fit in fits}) > 1
    criteria: Method = "ML" if differ or method == "ML" else "REML"
    tests = (None, *(_test(before, after) for before, after in pairwise(fits)))
    return ModelSequence(
        fits=fits,
        table=_table(fits, tests, criteria),
        tests=tests,
        paths=variance_paths(fits),
        criteria=criteria,
        n_rows=len(rows),
        n_left_out=n_all - len(rows),
        notes=_notes(fits, n_all - len(rows), n_all),
    )


def _common_rows(models: Sequence[Model], data: Table) -> tuple[pd.DataFrame, int]:
    names = list(dict.fromkeys(name for model in models for name in model.columns))
    table = in_memory(data, names)
    columns = {name: find_column(table, name) for name in names}
    return pd.DataFrame(columns).dropna(ignore_index=True), len(table)


def _fixed(fit: MixedFit | PooledFit) -> tuple[object, ...]:
    moments = fit.problem.moments if isinstance(fit, MixedFit) else fit.moments
    return moments.layout.fixed


def _test(before: MixedFit | PooledFit, after: MixedFit | PooledFit) -> LikelihoodRatioTest | None:
    try:
        return compare(before, after)
    except NotNestedError:  # a fact about the pair, told as the absence of a test
        return None


def _table(
    fits: Sequence[MixedFit | PooledFit],
    tests: Sequence[LikelihoodRatioTest | None],
    criteria: Method,
) -> pd.DataFrame:
    records = []
    for fit, test in zip(fits, tests, strict=True):
        deviance, k = criterion_by(fit, criteria), fit.n_parameters
        if isinstance(fit, MixedFit):
            explained = r_squared(fit)
            shares = (explained.marginal, explained.conditional)
        else:
            shares = (fit.r2, fit.r2)
        statistic, df, p = (test.statistic, test.df, test.p) if test else (np.nan,) * 3
        boundary = np.nan if test is None or test.p_boundary is None else test.p_boundary
        formula = (fit.model if isinstance(fit, MixedFit) else fit.model.pooled()).formula
        bic = deviance + float(np.log(fit.n_obs)) * k
        head = (formula, k, deviance + 2.0 * k, bic, -0.5 * deviance, deviance)
        records.append((*head, *shares, statistic, df, p, boundary))
    names = [*_COLUMNS, "r2_marginal", "r2_conditional", "statistic", "df", "p", "p_boundary"]
    return pd.DataFrame.from_records(records, columns=names)


def _notes(fits: Sequence[MixedFit | PooledFit], n_left_out: int, n_all: int) -> tuple[Note, ...]:
    notes: list[Note] = []
    if n_left_out:
        message = (
            f"{n_left_out:,} of {n_all:,} rows are left out because some model of the list needs a"
            " value they do not have. All models are fitted to the same remaining rows."
        )
        notes.append(Note("rows-lost", "note", message, {"n_lost": n_left_out, "n_all": n_all}))
    for position, fit in enumerate(fits, start=1):
        for note in fit.notes:
            if note.severity != "note":
                message = f"Model {position}: {note.message}"
                notes.append(
                    Note(note.code, note.severity, message, {**note.numbers, "model": position})
                )
    return tuple(notes)
