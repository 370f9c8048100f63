"""A table's own outcome as several replicates."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from mlm_core.inference.replicated_moments import ReplicatedMoments
from mlm_core.moments.moments import Moments


def repeated(moments: Moments, times: int) -> ReplicatedMoments:
    """Return the moments of a table as those of several equal outcomes."""
    parts = {field.name: getattr(moments, field.name) for field in fields(moments)}
    parts["means"] = np.repeat(moments.means[None], times, axis=0)
    parts["products"] = np.repeat(moments.products[:, None], times, axis=1)
    return ReplicatedMoments(**parts)
