"""Tables for the core's tests, and every reference model fitted once per session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import MixedFit, fit_mixed
from tests.core.lmer_record import reference

Fitted = Callable[..., MixedFit]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Do not watch the lines of slow tests: it doubles their time, and quick ones reach them."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def tables(
    classroom: pd.DataFrame, sleepstudy: pd.DataFrame, hsb82: pd.DataFrame
) -> Mapping[str, pd.DataFrame]:
    """Give the bundled tables by the names the reference files use."""
    sector = np.where(hsb82["catholic"] == 1, "Catholic", "Public")
    return MappingProxyType(
        {
            "classroom": classroom,
            "sleepstudy": sleepstudy,
            "hsb82": hsb82,
            "Hsb82": hsb82.assign(sector=sector),
        }
    )


@pytest.fixture(scope="session")
def fitted(tables: Mapping[str, pd.DataFrame]) -> Fitted:
    """Give fits of bundled tables, each made once: ``fitted(formula, table, method)``."""

    @cache
    def fit(
        formula: str, table: str = "classroom", method: Literal["REML", "ML"] = "REML"
    ) -> MixedFit:
        return fit_mixed(Model(formula), tables[table], method=method)

    return fit


@pytest.fixture(scope="session")
def factor_fits(tables: Mapping[str, pd.DataFrame]) -> Callable[[str], MixedFit]:
    """Give the models F1 to F4 of ``tests/reference/fixed_tests.json``, each fitted once."""
    pupils = tables["classroom"]
    named = pupils.assign(
        gender=np.where(pupils["sex"] == 1, "girl", "boy"),
        origin=np.where(pupils["minority"] == 1, "minority", "other"),
        years=np.select([pupils["yearstea"] < 5, pupils["yearstea"] < 15], ["few", "some"], "many"),
    )

    @cache
    def fit(name: str) -> MixedFit:
        formula = reference("fixed_tests")[name]["formula"]
        return fit_mixed(Model(formula), tables["Hsb82"] if name == "F4" else named)

    return fit


@pytest.fixture(scope="session")
def pupils() -> pd.DataFrame:
    """Give 54 made-up rows in 9 classes (1 to 3 in each of 4 schools) in 2 districts; read-only."""
    return made_up_pupils(seed=20)


def made_up_pupils(seed: int) -> pd.DataFrame:
    """Make a small table with everything a model can ask for.

    ``d``, ``s``, ``c`` are ids counted from one inside their parent, x and w numeric, k a category,
    ``ka``, ``kb``, ``kc`` its indicators.
    """
    rng = np.random.default_rng(seed)
    sizes = [(1, 1, 1, 7), (1, 1, 2, 5), (1, 1, 3, 6), (1, 2, 1, 8), (1, 2, 2, 4), (2, 1, 1, 6),
             (2, 1, 2, 9), (2, 2, 1, 4), (2, 2, 2, 5)]  # fmt: skip
    ids = [(d, s, c) for d, s, c, n in sizes for _ in range(n)]
    frame = pd.DataFrame(ids, columns=["d", "s", "c"])
    school = frame.groupby(["d", "s"]).ngroup().to_numpy()
    group = frame.groupby(["d", "s", "c"]).ngroup().to_numpy()
    n = len(frame)
    frame["x"] = rng.normal(2.0, 1.5, n) + 0.5 * school
    frame["w"] = rng.uniform(0.0, 4.0, n)
    frame["k"] = rng.choice(["a", "b", "c"], n)
    for category in "abc":
        frame[f"k{category}"] = (frame["k"] == category).astype(float)
    intercept = rng.normal(0.0, 2.0, school.max() + 1)[school]
    slope = rng.normal(0.0, 0.8, group.max() + 1)[group]
    frame["y"] = 3.0 + intercept + (0.7 + slope) * frame["x"] - 0.4 * frame["w"]
    frame["y"] += 1.5 * frame["kb"] + rng.normal(0.0, 1.0, n)
    return frame
