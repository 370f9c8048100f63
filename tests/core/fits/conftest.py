"""The table of the tests of random intercepts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def table(pupils: pd.DataFrame) -> pd.DataFrame:
    """Give pupils with one more predictor."""
    return pupils.assign(z=np.cos(np.arange(len(pupils))))
