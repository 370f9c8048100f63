"""From a model and any table to moments: the one pass over the rows.

Rows in memory are summed by numpy, tables that are not by the engine that holds them. Moments that
are already there, whole or merged, serve every model whose columns they hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlm_core.data.design import Design, build_design
from mlm_core.data.encoding import Encoder
from mlm_core.data.engines import Source
from mlm_core.data.layout import lay_out
from mlm_core.data.model import Model
from mlm_core.data.tables import Table, opened
from mlm_core.errors import ModelError, MomentsLackError, UnknownReferenceError
from mlm_core.moments.disclosure import SMALLEST, small_groups_note
from mlm_core.moments.group_sums import assemble, key_columns
from mlm_core.moments.grouped import sum_by_engine
from mlm_core.moments.moments import Moments, accumulate
from mlm_core.moments.recoding import recoded


@dataclass(frozen=True, eq=False)
class Summed:
    """Moments, and the design behind them where rows are in memory.

    Attributes
    ----------
    moments : Moments
    design : Design or None
        None where rows were never in memory.
    """

    moments: Moments
    design: Design | None


def moments(
    model: Model,
    data: Table | Moments,
    *,
    like: Moments | None = None,
    min_size: int = SMALLEST,
) -> Moments:
    """Sum a table into moments: all that a fit needs, and nothing of the rows beyond.

    Parameters
    ----------
    model : Model
        Its columns are summed by its innermost groups. A single group is enough: whether variances
        can be estimated is judged when a model is fitted.
    data : DataFrame or any other table
        Rows with a missing value in a column of the model are left out.
    like : Moments, optional
        Take the constants of ``center`` and ``scale`` and the categories from these instead of
        learning them from ``data``.
    min_size : int
        Groups with fewer rows get a note, because their moments reveal rows.

    Returns
    -------
    Moments
        With ``merge``, ``save`` and ``suppress``; every ``fit_*`` takes them in place of a table.

    Raises
    ------
    TableError
        The table lacks a column or holds values that cannot be used.
    """
    if min_size < 1:
        raise ModelError(f"min_size must be at least 1, not {min_size!r}.")
    found = summed(model, data, like=like).moments
    return replace(found, notes=(*found.notes, *small_groups_note(found, min_size)))


def summed(model: Model, data: Table | Moments, *, like: Moments | None = None) -> Summed:
    """Return moments of any table, or of moments already there; see :func:`moments`."""
    if isinstance(data, Moments):
        return Summed(narrowed(data, model), None)
    table = opened(data, model.columns)
    if isinstance(table, Source):
        return Summed(sum_by_engine(model, table, _encoder_like(like)), None)
    design = build_design(model, table, _encoder_like(like))
    return Summed(accumulate(design), design)


def _encoder_like(like: Moments | None) -> Encoder:
    """Return an encoder that knows constants and categories; group means belong to the rows."""
    if like is None:
        return Encoder()
    known = like.layout.encoder
    return Encoder(constants=dict(known.constants), categories=dict(known.categories))


def narrowed(found: Moments, model: Model) -> Moments:
    """Return the moments of another model whose columns and levels are among those summed.

    Raises
    ------
    MomentsLackError
        A column or a level is not among them, or the outcome is another one.
    """
    if model == found.model:
        return found
    if model.outcome != found.model.outcome:
        raise MomentsLackError(model.outcome_label, [found.model.outcome_label])
    keys = key_columns(found.levels)
    for term in model.random:
        for name in term.groups:
            if name not in keys:
                raise MomentsLackError(name, keys)
    encoder = _with_references(found.layout.encoder, model)
    levels = list(dict.fromkeys(term.groups for term in model.random))
    sums = recoded(found, lay_out(model, encoder, levels).varying, encoder)
    return assemble(model, encoder, sums, found.completeness, found.notes)


def _with_references(encoder: Encoder, model: Model) -> Encoder:
    """Put the reference categories that a model asks for first."""
    asked = dict(model.reference)
    for name, reference in asked.items():
        known = encoder.categories.get(name, (reference,))
        if reference not in known:
            raise UnknownReferenceError(name, reference, known)
    categories = {
        name: (asked[name], *(c for c in known if c != asked[name])) if name in asked else known
        for name, known in encoder.categories.items()
    }
    return encoder if categories == encoder.categories else replace(encoder, categories=categories)
