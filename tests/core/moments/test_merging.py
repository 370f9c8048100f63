"""Parts of a table add up to the table, whatever each part has learnt from its own rows."""

from __future__ import annotations

import numpy as np
import pytest

import mlm_core as mlm
from mlm_core.errors import CrossedGroupsError, NotMergeableError
from mlm_core.moments.making import summed
from mlm_core.moments.merging import merged
from tests.core.conftest import made_up_pupils
from tests.core.moments.closeness import assert_same_fit, assert_same_moments

FORMULAS = {
    "intercepts": "y ~ x + w + (1 | d/s/c)",
    "slopes": "y ~ x + (1 + x | s:d)",
    "no levels": "y ~ x + w",
    "no intercept": "y ~ 0 + k + x + (1 | s:d)",
    "categories": "y ~ k * x + (1 | s:d)",
    "categories vary": "y ~ x + (0 + k | s:d)",
    "centred": "y ~ center(x) * scale(w) + (1 + center(x) | s:d)",
    "scaled outcome": "scale(y) ~ scale(log(w)) + scale(center(x)) + (1 | s:d)",
    "powers": "y ~ I(x^2) + x + log(w) + (1 | s:d)",
    "group means": "y ~ group_mean(x, s:d) + group_center(x, s:d) + (1 | s:d)",
}


@pytest.fixture(scope="module")
def pupils():
    return made_up_pupils(seed=20).sample(frac=1.0, random_state=4).reset_index(drop=True)


def by_district(frame):
    return [part for _, part in frame.groupby("d")]


def by_thirds(frame):
    return [frame.iloc[start::3] for start in range(3)]


@pytest.mark.parametrize("cut", [by_district, by_thirds])
@pytest.mark.parametrize("case", FORMULAS)
def test_parts_add_up_to_the_whole(case, cut, pupils):
    model = mlm.Model(FORMULAS[case])
    if case == "group means" and cut is by_thirds:
        pytest.skip("groups that lie in several parts are refused, and tested below")
    parts = [mlm.moments(model, part) for part in cut(pupils)]
    whole = summed(model, pupils).moments
    found = parts[0].merge(*parts[1:])
    assert_same_moments(found, whole, tolerance=1e-11)
    if model.random:
        assert_same_fit(mlm.fit_mixed(model, found), mlm.fit_mixed(model, pupils))


def test_the_order_of_the_parts_does_not_matter(pupils):
    model = mlm.Model(FORMULAS["centred"])
    parts = [mlm.moments(model, part) for part in by_thirds(pupils)]
    one, other = parts[0].merge(parts[1]).merge(parts[2]), parts[2].merge(parts[0], parts[1])
    assert_same_moments(one, other, tolerance=1e-11)


def test_categories_that_a_part_lacks_and_other_references(pupils):
    model = mlm.Model("y ~ k * x + (1 | s:d)", reference={"k": "b"})
    parts = [pupils[pupils["k"] != "a"], pupils[pupils["k"] == "a"]]
    with pytest.raises(mlm.MlmError, match="'b' is not a category"):
        mlm.moments(model, parts[1])
    plain = mlm.Model("y ~ k * x + (1 | s:d)")
    found = merged([mlm.moments(plain, part) for part in parts])
    assert found.layout.encoder.categories["k"] == ("a", "b", "c")
    assert_same_moments(found, summed(plain, pupils).moments, tolerance=1e-11)
    parts = by_thirds(pupils)
    found = merged([mlm.moments(model, part) for part in parts])
    assert found.layout.encoder.categories["k"] == ("b", "a", "c")
    assert_same_moments(found, summed(model, pupils).moments, tolerance=1e-11)


def test_missing_rows_are_added(pupils):
    holes = pupils.copy()
    holes.loc[[3, 40], "x"] = np.nan
    model = mlm.Model(FORMULAS["intercepts"])
    fit = mlm.fit_mixed(model, merged([mlm.moments(model, part) for part in by_thirds(holes)]))
    (note,) = (note for note in fit.notes if note.code == "rows-lost")
    assert note.message.startswith("2 of 54 rows are left out because a value is missing (x 2)")


def test_large_numbers_keep_their_digits(pupils):
    large = pupils.assign(y=pupils["y"] + 1e9, x=pupils["x"] + 2020.0)
    # The standardised rows: what is left of the large ones, without their constants.
    small = pupils.assign(y=large["y"] - 1e9, x=large["x"] - 2020.0)
    model = mlm.Model(FORMULAS["intercepts"])
    found = mlm.fit_mixed(model, merged([mlm.moments(model, p) for p in by_thirds(large)]))
    expected = mlm.fit_mixed(model, small)
    assert found.estimate("x") == pytest.approx(expected.estimate("x"), rel=1e-9)
    assert found.criterion == pytest.approx(expected.criterion, rel=1e-9)


def test_prediction_knows_the_groups_of_all_parts(pupils):
    model = mlm.Model("y ~ group_center(x, s:d) + scale(w) + k + (1 | s:d)")
    fit = mlm.fit_mixed(model, merged([mlm.moments(model, p) for p in by_district(pupils)]))
    same = mlm.fit_mixed(model, pupils)
    assert mlm.predict(fit, pupils) == pytest.approx(mlm.predict(same, pupils), rel=1e-9)


def test_nothing_to_add(pupils):
    part = mlm.moments(mlm.Model("y ~ x"), pupils)
    assert part.merge() is part


def test_other_models_are_refused(pupils):
    with pytest.raises(NotMergeableError, match="different models: y ~ x and y ~ w"):
        mlm.moments(mlm.Model("y ~ x"), pupils).merge(mlm.moments(mlm.Model("y ~ w"), pupils))


def test_keys_of_two_types_are_refused(pupils):
    model = mlm.Model("y ~ x + (1 | s:d)")
    texts = pupils.assign(s=pupils["s"].astype(str))
    with pytest.raises(NotMergeableError, match="'s' are numbers in one part and texts"):
        mlm.moments(model, pupils).merge(mlm.moments(model, texts))


def test_a_column_of_two_kinds_is_refused(pupils):
    model = mlm.Model("y ~ g + (1 | s:d)")
    numbers = pupils.assign(g=pupils["ka"])
    words = pupils.assign(g=pupils["k"])
    for one, other in ((numbers, words), (words, numbers)):
        with pytest.raises(NotMergeableError, match="'g' holds categories in one part"):
            mlm.moments(model, one).merge(mlm.moments(model, other))


def test_groups_that_cross_only_in_the_whole_are_refused(pupils):
    model = mlm.Model("y ~ x + (1 | s) + (1 | c)")
    parts = [mlm.moments(model, part) for _, part in pupils.groupby(["d", "s"])]
    with pytest.raises(CrossedGroupsError):
        merged(parts)


def test_group_means_of_groups_in_several_parts_are_refused(pupils):
    model = mlm.Model("y ~ group_mean(x, s:d) + (1 | s:d)")
    with pytest.raises(NotMergeableError, match="some groups lie in several parts"):
        merged([mlm.moments(model, part) for part in by_thirds(pupils)])


def test_a_function_of_a_centred_column_needs_shared_constants(pupils):
    model = mlm.Model("y ~ center(x) + I(center(x)^2) + (1 | s:d)")
    first, second, third = by_thirds(pupils)
    start = mlm.moments(model, first)
    with pytest.raises(NotMergeableError, match=r"moments\(model, data, like=first\)"):
        start.merge(mlm.moments(model, second))
    found = start.merge(*(mlm.moments(model, part, like=start) for part in (second, third)))
    mean = start.layout.encoder.constants
    by_hand = pupils.assign(v=pupils["x"] - next(iter(mean.values()))[0])
    same = mlm.fit_mixed(mlm.Model("y ~ v + I(v^2) + (1 | s:d)"), by_hand)
    assert mlm.fit_mixed(model, found).beta == pytest.approx(same.beta, rel=1e-9)
