"""Tables with one row a group: sizes, keys, own lines."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.groups import counts_at, find_level
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.prediction import predict
from tests.core.problems import moments_of


@pytest.fixture
def moments(pupils):
    return moments_of("y ~ x + (1 | d/s/c)", pupils)


@pytest.mark.parametrize(
    ("name", "index"),
    [("d", 0), ("s:d", 1), ("c:s:d", 2), ("s", 1), ("c", 2)],
)
def test_levels_are_found_by_name_or_innermost_column(name, index, moments):
    assert find_level(moments.levels, name) == index


def test_an_unknown_level_offers_the_closest(moments):
    with pytest.raises(UnknownColumnError, match=r"'c:s' \(did you mean 'c:s:d'\?\)"):
        find_level(moments.levels, "c:s")


@pytest.mark.parametrize(("level", "columns"), [(0, ["d"]), (1, ["d", "s"]), (2, ["d", "s", "c"])])
def test_counts_are_rows_of_each_group(level, columns, moments, pupils):
    assert counts_at(moments, level).tolist() == pupils.groupby(columns).size().tolist()


def test_sizes_by_level(pupils):
    sizes = fit_mixed(Model("y ~ x + (1 | d/s)"), pupils).group_sizes
    assert sizes["level"].tolist() == ["d", "s:d"]
    assert sizes[["groups", "min", "max"]].to_numpy().tolist() == [[2, 24, 30], [4, 9, 18]]
    assert_allclose(sizes["mean"], [27.0, 13.5])


def test_effects_carry_keys_label_and_size(pupils):
    table = fit_mixed(Model("y ~ x + (x | s:d) + (1 | c:s:d)"), pupils).effects("s:d")
    assert list(table.columns) == ["d", "s", "group", "n", "term", "mode", "sd"]
    assert table["group"].tolist()[::2] == ["1 / 1", "1 / 2", "2 / 1", "2 / 2"]
    assert table["term"].tolist() == ["(Intercept)", "x"] * 4
    assert table["n"].tolist() == np.repeat([18, 12, 15, 9], 2).tolist()
    assert table["d"].tolist() == [1, 1, 1, 1, 2, 2, 2, 2]


@pytest.mark.parametrize("name", ["n", "mode", "group"])
def test_a_key_column_may_share_a_name_with_the_table(name, pupils):
    renamed = pupils.rename(columns={"s": name})
    fit = fit_mixed(Model(outcome="y", predictors=["x"], levels=["d", name]), renamed)
    table = fit.effects(f"{name}:d")
    assert table["group"].tolist() == ["1 / 1", "1 / 2", "2 / 1", "2 / 2"]
    assert table["n"].tolist() == [18, 12, 15, 9]
    assert table["mode"].dtype == float


@pytest.mark.parametrize("level", ["s:d", "c:s:d"])
def test_group_lines_predict_what_the_model_predicts(level, pupils):
    fit = fit_mixed(Model("y ~ x + w + (x | s:d) + (1 | c:s:d)"), pupils)
    lines = fit.group_coefficients(level).pivot(index="group", columns="term", values="estimate")
    columns = ["d", "s", "c"][: level.count(":") + 1]
    labels = pupils[columns].astype(str).agg(" / ".join, axis=1)
    own = lines.loc[labels]
    found = own["(Intercept)"].to_numpy() + own["x"].to_numpy() * pupils["x"]
    found += own["w"].to_numpy() * pupils["w"]
    unknown = pupils.assign(c=99) if level == "s:d" else pupils
    assert_allclose(found, predict(fit, unknown), rtol=1e-10)


def test_a_slope_without_fixed_part_has_a_line_too(pupils):
    fit = fit_mixed(Model("y ~ 1 + (0 + w | s:d)"), pupils)
    lines = fit.group_coefficients("s:d")
    assert lines["term"].tolist() == ["(Intercept)", "w"] * 4
    assert_allclose(lines["estimate"][1::2], fit.effects("s:d")["mode"], rtol=1e-12)
    assert_allclose(lines["estimate"][::2], fit.beta[0], rtol=1e-12)
