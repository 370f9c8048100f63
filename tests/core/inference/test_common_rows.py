"""Models compared on the rows both can use."""

from __future__ import annotations

import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.errors import DifferentRowsError, NotNestedError, UnknownColumnError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.common_rows import compare_models
from mlm_core.inference.comparison import compare

WITHOUT = Model("mathgain ~ ses + (1 | schoolid)")
WITH = Model("mathgain ~ ses + mathknow + (1 | schoolid)")


def test_rows_that_only_one_model_could_use_are_left_out_of_both(classroom: pd.DataFrame) -> None:
    with pytest.raises(DifferentRowsError):
        compare(fit_mixed(WITHOUT, classroom), fit_mixed(WITH, classroom))
    complete = classroom.dropna(subset=["mathknow"])
    expected = compare(fit_mixed(WITHOUT, complete), fit_mixed(WITH, complete))
    found = compare_models(WITHOUT, WITH, classroom)
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-8)
    assert (found.df, found.method) == (1, "ML")


def test_a_model_without_groups_is_fitted_as_a_pooled_one(classroom: pd.DataFrame) -> None:
    found = compare_models(Model("mathkind ~ ses"), Model("mathkind ~ ses + (1 | schoolid)"),
                           classroom)  # fmt: skip
    assert found.statistic == pytest.approx(116.098964598687, abs=1e-5)
    assert found.method == "REML"


def test_models_that_are_not_nested_are_refused(classroom: pd.DataFrame) -> None:
    with pytest.raises(NotNestedError):
        compare_models(Model("mathgain ~ sex + (1 | schoolid)"), WITH, classroom)


def test_an_unknown_column_is_named(classroom: pd.DataFrame) -> None:
    with pytest.raises(UnknownColumnError, match="mathknow"):
        compare_models(Model("mathgain ~ mathknowe + (1 | schoolid)"), WITH, classroom)
