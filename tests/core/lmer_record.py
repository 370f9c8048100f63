"""What R printed for a fit, read from tests/reference, and how a fit is held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from mlm_core.fits.mixed import MixedFit
from tests.core import tolerances

REFERENCE = Path(__file__).resolve().parent.parent / "reference"
Record = Mapping[str, Any]


@cache
def reference(name: str) -> Any:
    """Return the content of ``tests/reference/<name>.json``."""
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


def listed(value: Any) -> list[Any]:
    """Return a list: R writes one-element vectors as bare values."""
    return value if isinstance(value, list) else [value]


def keys_of(group: str) -> frozenset[str]:
    """Return the key columns behind a group name of R's.

    ``cls:(sch:dist)``, ``schoolid.classid`` (data-frame names) and ``Subject.1`` (the second
    uncorrelated term of a level) all occur.
    """
    return frozenset(part for part in re.split(r"[:.()]", group) if part and not part.isdigit())


def variance_of(fit: MixedFit, entry: Record, first: str = "var1", second: str = "var2") -> float:
    """Return the fit's variance or covariance that an entry of VarCorr names."""
    table = fit.variances
    term, other = (entry[name] or "" for name in (first, second))
    wanted = keys_of(entry["grp"])
    same_level = np.array([keys_of(level) == wanted for level in table["level"]])
    found = table[same_level & (table["term"] == term) & (table["other"] == other)]
    assert len(found) == 1, f"{entry['grp']} {term} {other} occurs {len(found)} times"
    return float(found["variance"].iloc[0])


def assert_criterion(fit: MixedFit, expected: float) -> None:
    """Hold the criterion against R's: close, and not worse by more than its tolerance."""
    assert abs(fit.criterion - expected) <= tolerances.CRITERION


def assert_variances(fit: MixedFit, entries: Sequence[Record], *names: str) -> None:
    """Hold variances and covariances against VarCorr, none left out on either side."""
    assert len(fit.variances) == len(entries)
    for entry in entries:
        allowed = max(
            tolerances.VARIANCE * abs(entry["vcov"]),
            tolerances.VARIANCE_OF_RESIDUAL * fit.sigma**2,
        )
        assert abs(variance_of(fit, entry, *names) - entry["vcov"]) <= allowed, entry


def assert_coefficients(fit: MixedFit, terms: Sequence[str], **columns: Sequence[float]) -> None:
    """Hold columns of the coefficient table against R's, in any order of terms."""
    assert set(fit.terms) == set(terms)
    table = fit.coefficients.set_index("term").loc[list(terms)]
    for name, expected in columns.items():
        rtol = tolerances.DF if name == "df" else tolerances.FIXED
        assert_allclose(table[name], expected, rtol=rtol, err_msg=name)


def effects_of(fit: MixedFit, group: str, label: str, terms: Sequence[str]) -> pd.DataFrame:
    """Return mode and sd of one group that R labels like ``"1:61"``, terms in R's order."""
    (level,) = (level for level in fit.levels if keys_of(level.name) == keys_of(group))
    table = fit.effects(level.name)
    for column, key in zip(group.split(":"), label.split(":"), strict=True):
        table = table[table[column].astype(str) == key]
    return table.set_index("term").loc[list(terms), ["mode", "sd"]]


def assert_modes(
    fit: MixedFit, group: str, label: str, terms: Sequence[str], modes: Any, sds: Any
) -> None:
    """Hold the conditional modes and SDs of one group against R's (SDs of the first terms)."""
    table = effects_of(fit, group, label, terms)
    atol = tolerances.MODE_OF_SIGMA * fit.sigma
    assert_allclose(table["mode"], np.atleast_1d(modes), atol=atol, rtol=0)
    sds = np.atleast_1d(sds)
    assert_allclose(table["sd"].iloc[: len(sds)], sds, atol=atol, rtol=0)
