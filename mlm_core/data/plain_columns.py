"""Models of plain columns: nothing has to be learnt from the rows before they are summed.

Where a model uses columns of numbers and their products only, a glance at the first rows gives
values near the middle, and one pass is enough. Whether a value was missing or infinite shows in its
sums: a missing one is summed as NaN. Only then is the careful way gone
(:func:`mlm_core.data.pushdown.push_down`), which counts what is missing and names what is wrong.
"""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any

import numpy as np

from mlm_core.data.completeness import Completeness
from mlm_core.data.encoding import Encoder
from mlm_core.data.engines import Source, check_columns
from mlm_core.data.expressions import Term, Variable, measured
from mlm_core.data.layout import Column, lay_out
from mlm_core.data.model import Model
from mlm_core.data.pushdown import Pushed

if TYPE_CHECKING:
    import narwhals as nw

# Rows that are looked at for values near the middle.
_GLANCE = 10_000


def glance(model: Model, source: Source) -> Pushed | None:
    """Return what to sum after a look at the first rows; None where more must be known first.

    Raises
    ------
    UnknownColumnError
    EngineError
    """
    import narwhals as nw

    check_columns(source, model.columns)
    types = dict(source.frame.select(*model.columns).collect_schema())
    names = _measured(model)
    levels = list(dict.fromkeys(term.groups for term in model.random))
    keys = tuple(dict.fromkeys(name for groups in levels for name in groups))
    # A key that is not a number is a missing one, which only the careful way looks for.
    if names is None or any(types[name].is_float() for name in keys):
        return None
    if not all(types[name].is_numeric() for name in names):
        return None
    encoder = Encoder()
    columns = lay_out(model, encoder, levels).varying
    outcome = nw.col(measured(model.outcome)).cast(nw.Float64())
    made = [*(_product(name) for name in columns), outcome]
    own = {f"k{index}": nw.col(name) for index, name in enumerate(keys)}
    values = {f"v{index}": column.fill_null(float("nan")) for index, column in enumerate(made)}
    first = source.arrays(source.frame.head(_GLANCE).select(**values))
    sample = np.stack([np.asarray(column, dtype=np.float64) for column in first.values()])
    if not sample.size or not np.isfinite(sample).all():
        return None
    is_flat = sample.min(axis=-1) == sample.max(axis=-1)
    origin = np.where(is_flat, sample[:, 0], sample.mean(axis=-1))
    frame = source.frame.select(**own, **values)
    return Pushed(source, frame, keys, columns, origin, encoder, Completeness(0, 0, {}))


def _measured(model: Model) -> list[str] | None:
    """Return the columns a model measures; None if it transforms any of them."""
    slopes = [slope for term in model.random for slope in term.slopes]
    terms = [Term((model.outcome,)), *model.fixed, *slopes]
    factors = [factor for term in terms for factor in term.factors]
    if not all(isinstance(factor, Variable) for factor in factors):
        return None
    return list(dict.fromkeys(measured(factor) for factor in factors))


def _product(name: Column) -> nw.Expr:
    import narwhals as nw

    columns: list[Any] = [
        nw.col(measured(factor.expression)).cast(nw.Float64()) for factor in name.factors
    ]
    product: nw.Expr = reduce(mul, columns)
    return product
