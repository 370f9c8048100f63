"""Summaries of groups that figures are drawn from, and the traces these are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from mlm_core.inference.group_summaries import GroupSummaries, summarise_groups
from mlm_core.views.figures.theme import Picture


def many(groups: int, rows: int = 4) -> GroupSummaries:
    """Return the summaries of so many made-up groups."""
    y = np.random.default_rng(1).normal(size=rows * groups)
    data = pd.DataFrame({"y": y, "g": np.repeat([f"g{k}" for k in range(groups)], rows)})
    return summarise_groups(data, outcome="y", groups=["g"])


def trace(picture: Picture, name: str) -> Any:
    """Return the first trace of a name."""
    return next(each for each in picture.figure.data if each.name == name)
