"""A column is found by its exact name, or not at all."""

from __future__ import annotations

import pandas as pd
import pytest

from mlm_core.data.finding import find_column
from mlm_core.errors import AmbiguousColumnError, UnknownColumnError


def test_a_column_is_found_by_its_exact_name() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "b"])
    assert find_column(frame, "a").tolist() == [1]
    with pytest.raises(UnknownColumnError, match="did you mean 'a'"):
        find_column(frame, "A")
    with pytest.raises(AmbiguousColumnError, match="'b'"):
        find_column(frame, "b")
