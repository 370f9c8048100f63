"""Finding a column by its exact name."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from mlm_core.errors import AmbiguousColumnError, UnknownColumnError


def find_column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return the one column with this exact name.

    Raises
    ------
    UnknownColumnError, AmbiguousColumnError
        No column, or more than one, has that name.
    """
    if name not in frame.columns:
        raise UnknownColumnError(name, [str(column) for column in frame.columns])
    found: Any = frame[name]
    if isinstance(found, pd.DataFrame):
        raise AmbiguousColumnError(name)
    return cast("pd.Series[Any]", found)
