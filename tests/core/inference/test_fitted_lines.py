"""Line ends, samples of points, and the lines of real fits."""

import numpy as np
import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.errors import UnknownColumnError
from mlm_core.inference.fitted_lines import (
    fitted_lines,
    group_ranges,
    line_ends,
    line_predictors,
    sample_points,
    slope_terms,
)
from mlm_core.inference.pushed_points import SAMPLE


def test_few_points_are_all_kept_and_many_are_sampled_reproducibly():
    few = sample_points([1, 2, np.nan, 4], [1, 2, 3, np.inf], ["a", "b", "c", "d"])
    assert not few.is_sample
    assert few.table["group"].tolist() == ["a", "b"]
    x = np.arange(6001.0)
    many, same = (sample_points(x, x, x, seed=5) for _ in range(2))
    assert not sample_points(x[:5000], x[:5000], x[:5000]).is_sample
    assert many.is_sample
    assert len(many.table) == SAMPLE
    assert many.n_total == 6001
    pd.testing.assert_frame_equal(many.table, same.table)


def test_ranges_are_those_of_each_group():
    ranges = group_ranges([1, 5, 2, np.nan], [7, 7, 8, 8])
    assert ranges.to_numpy().tolist() == [["7", 2, 1.0, 5.0], ["8", 1, 2.0, 2.0]]
    mixed_up = group_ranges([1, 4, 5, 2, 9], ["b", "a", "b", "a", None])
    assert mixed_up.to_numpy().tolist() == [["b", 2, 1.0, 5.0], ["a", 2, 2.0, 4.0]]


def test_a_line_runs_over_its_groups_range_at_held_values():
    terms = {"(Intercept)": np.array([1.0]), "x": np.array([2.0]), "z": np.array([10.0])}
    ranges = group_ranges([0, 3], ["a", "a"])
    ends = line_ends(terms, ranges, predictor="x", at={"z": 0.5}).iloc[0]
    assert ends[["intercept", "slope"]].tolist() == [6.0, 2.0]
    assert ends[["x_from", "y_from", "x_to", "y_to"]].tolist() == [0.0, 6.0, 3.0, 12.0]
    plain = line_ends(terms, ranges, predictor="x").iloc[0]
    assert plain["intercept"] == 1.0


def test_groups_without_a_coefficient_are_left_out():
    nan = np.nan
    terms = {
        "(Intercept)": np.array([1.0, nan, 1.0]),
        "x": np.array([nan, 1.0, 1.0]),
        "unused": np.array([0.0, 0.0, nan]),
    }
    ranges = group_ranges([0, 1, 0, 1, 0, 1], list("aabbcc"))
    assert line_ends(terms, ranges, predictor="x")["group"].tolist() == ["c"]
    at_zero = line_ends(terms, ranges, predictor="x", at={"unused": 0.0})
    assert at_zero["group"].tolist() == ["c"]
    assert line_ends(terms, ranges, predictor="x", at={"unused": 1.0}).empty


def test_every_group_is_held_at_its_own_value():
    terms = {"(Intercept)": 1.0, "x": 2.0, "z": 10.0}
    ranges = group_ranges([0, 1, 0, 1], list("aabb"))
    ends = line_ends(terms, ranges, predictor="x", at={"z": np.array([0.3, 0.0])})
    assert ends.set_index("group")["intercept"].to_dict() == {"a": 4.0, "b": 1.0}


def test_a_line_without_an_intercept_runs_through_zero():
    terms = {"x": 2.0}
    ends = line_ends(terms, group_ranges([1, 3], ["a", "a"]), predictor="x").iloc[0]
    assert ends[["intercept", "slope", "y_from", "y_to"]].tolist() == [0.0, 2.0, 2.0, 6.0]
    assert line_ends(terms, group_ranges([1, 3], ["a", "a"]), predictor="z").empty


def test_a_pooled_fit_gives_every_group_the_same_line():
    terms = {"(Intercept)": 1.0, "x": 2.0}
    ends = line_ends(terms, group_ranges([0, 1, 5, 6], list("aabb")), predictor="x")
    assert ends["group"].tolist() == ["a", "b"]
    assert ends["y_to"].tolist() == [3.0, 13.0]


def test_a_product_with_the_predictor_adds_to_the_slope():
    terms = {"(Intercept)": 1.0, "x": 2.0, "x:z": 3.0}
    ends = line_ends(terms, group_ranges([0, 1], ["a", "a"]), predictor="x", tilt={"x:z": 2})
    assert ends[["intercept", "slope"]].to_numpy().tolist() == [[1.0, 8.0]]


@pytest.fixture(scope="module")
def pupils():
    return mlm.load("classroom")


def test_lines_of_fits_pass_through_their_predictions(pupils):
    model = mlm.Model("mathkind ~ ses + (ses || schoolid) + (1 | schoolid:classid)")
    pooled, mixed = mlm.fit_pooled(model, pupils), mlm.fit_mixed(model, pupils)
    unpooled = mlm.fit_unpooled(model, pupils)
    found = fitted_lines(pupils, predictor="ses", pooled=pooled, unpooled=unpooled, mixed=mixed)
    assert found.level == "schoolid"
    assert found.at == {}
    line = found.families["pooled"].iloc[0]
    assert (line["n"], line["slope"]) == (1190, pytest.approx(14.35929, abs=1e-5))
    for family in ("unpooled", "mixed"):
        assert len(found.families[family]) == 107
        assert found.by_group[family] is found.families[family]
    assert len(found.by_group["pooled"]) == 107
    schools = pupils["ses"].groupby(pupils["schoolid"])
    mixed_lines = found.families["mixed"].assign(key=lambda t: t["group"].astype(int))
    mixed_lines = mixed_lines.set_index("key").sort_index()
    np.testing.assert_allclose(mixed_lines["x_to"], schools.max())
    coefficients = mixed.group_coefficients("schoolid")
    first = coefficients[coefficients["group"] == "1"].set_index("term")["estimate"]
    at_end = first["(Intercept)"] + first["ses"] * schools.max().loc[1]
    assert mixed_lines.loc[1, "y_to"] == pytest.approx(at_end)


def test_other_terms_are_held_at_their_means(pupils):
    model = mlm.Model("mathkind ~ ses * sex + minority + (1 | schoolid)")
    pooled = mlm.fit_pooled(model, pupils)
    assert line_predictors(pooled) == ("ses", "sex", "minority")
    found = fitted_lines(pupils, predictor="ses", pooled=pooled)
    beta = pooled.coefficients.set_index("term")["estimate"]
    means = pupils[["sex", "minority"]].mean()
    line = found.families["pooled"].iloc[0]
    assert found.at == pytest.approx(dict(means))
    assert found.tilt == {"ses:sex": pytest.approx(means["sex"])}
    assert found.level == "schoolid"
    assert line["slope"] == pytest.approx(beta["ses"] + beta["ses:sex"] * means["sex"])
    assert line["intercept"] == pytest.approx(
        beta["(Intercept)"] + beta["sex"] * means["sex"] + beta["minority"] * means["minority"]
    )


def test_lines_of_groups_hold_what_is_constant_in_them_at_the_groups_own_value(pupils):
    model = mlm.Model("mathkind ~ ses + housepov + sex + (1 | schoolid)")
    mixed = mlm.fit_mixed(model, pupils)
    found = fitted_lines(pupils, predictor="ses", pooled=mlm.fit_pooled(model, pupils), mixed=mixed)
    assert found.own == ("housepov",)
    pooled = mlm.fit_pooled(model, pupils)
    assert fitted_lines(pupils, predictor="housepov", pooled=pooled).own == ()
    poverty = pupils.groupby("schoolid")["housepov"].first()
    table = mixed.group_coefficients("schoolid")
    seventh = table[table["group"] == "7"].set_index("term")["estimate"]
    line = found.families["mixed"].set_index("group").loc["7"]
    assert line["intercept"] == pytest.approx(
        seventh["(Intercept)"]
        + seventh["housepov"] * poverty[7]
        + seventh["sex"] * pupils["sex"].mean()
    )
    beta = found.by_group["pooled"].set_index("group")["intercept"]
    pooled = mlm.fit_pooled(model, pupils).estimate("housepov")
    assert beta["7"] - beta["8"] == pytest.approx(pooled * (poverty[7] - poverty[8]))


def test_lines_do_not_depend_on_the_order_of_the_rows(pupils):
    model = mlm.Model("mathkind ~ ses + housepov + (ses | schoolid)")
    fits = {
        "pooled": mlm.fit_pooled(model, pupils),
        "unpooled": mlm.fit_unpooled(model, pupils),
        "mixed": mlm.fit_mixed(model, pupils),
    }
    found = fitted_lines(pupils, predictor="ses", **fits)
    other = fitted_lines(pupils.sample(frac=1.0, random_state=3), predictor="ses", **fits)
    assert set(other.by_group) == set(fits)
    for family, lines in other.by_group.items():
        assert lines["group"].tolist() != found.by_group[family]["group"].tolist()
        same = lines.set_index("group").loc[found.by_group[family]["group"]].reset_index()
        pd.testing.assert_frame_equal(same, found.by_group[family], rtol=1e-12)


def test_lines_are_those_of_the_level_asked_for(pupils):
    model = mlm.Model("mathkind ~ ses + (1 | schoolid/classid)")
    pooled = mlm.fit_pooled(model, pupils)
    inner = mlm.fit_unpooled(model, pupils, level="classid:schoolid")
    of_inner = fitted_lines(pupils, predictor="ses", pooled=pooled, unpooled=inner)
    assert (of_inner.level, len(of_inner.by_group["pooled"])) == ("classid:schoolid", 312)
    assert fitted_lines(pupils, predictor="ses", pooled=pooled).level == "schoolid"
    asked = fitted_lines(pupils, predictor="ses", pooled=pooled, level="classid:schoolid")
    assert len(asked.by_group["pooled"]) == 312


def test_the_points_follow_their_seed(pupils):
    model = mlm.Model("mathkind ~ ses + (1 | schoolid)")
    pooled = mlm.fit_pooled(model, pupils)
    one, same, other = (
        fitted_lines(pupils, predictor="ses", pooled=pooled, most_points=50, seed=seed).points.table
        for seed in (1, 1, 2)
    )
    assert one.equals(same)
    assert not one.equals(other)


def test_a_predictor_that_is_not_in_the_model_is_refused(pupils):
    model = mlm.Model("mathkind ~ ses + (1 | schoolid)")
    with pytest.raises(UnknownColumnError, match="sess"):
        fitted_lines(pupils, predictor="sess", pooled=mlm.fit_pooled(model, pupils))


def test_slopes_of_numbers_come_before_those_of_categories(classroom):
    data = classroom.assign(place=classroom["schoolid"].mod(3).map({0: "a", 1: "b", 2: "c"}))
    fit = mlm.fit_pooled(mlm.Model("mathkind ~ place + ses + ses:minority + (1 | classid)"), data)
    drawable = line_predictors(fit)
    assert drawable == ("ses",)
    assert slope_terms(fit)[0] == "ses"
    assert set(slope_terms(fit)) == set(fit.terms) - {"(Intercept)"}
