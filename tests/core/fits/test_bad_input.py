"""Tables and models that cannot be fitted: each refused by its own error, in words that help."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlm_core import errors
from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.unpooled import fit_unpooled
from tests.core.conftest import made_up_pupils

PUPILS = made_up_pupils(seed=20).assign(school=lambda t: 10 * t["d"] + t["s"])
USUAL = "y ~ x + (1 | school)"
EVERY_FIT = [fit_mixed, fit_pooled, fit_unpooled]


def set_cell(column, row, value):
    values = PUPILS[column].astype(object)
    values[row] = value
    return PUPILS.assign(**{column: values})


def refused(error, *words, formula=USUAL, frame=PUPILS, fit=fit_mixed):
    """Expect an error of exactly one class whose message holds all the words."""
    with pytest.raises(errors.MlmError) as caught:
        fit(Model(formula), frame)
    assert type(caught.value) is error
    for word in words:
        assert word in str(caught.value), f"{word!r} is missing in: {caught.value}"


@pytest.mark.parametrize("fit", EVERY_FIT)
@pytest.mark.parametrize("value", [3, 0.1, 1e9 + 0.3])
def test_constant_outcome(fit, value):
    frame = PUPILS.assign(y=value)
    refused(errors.ConstantOutcomeError, "'y' is ", f"{value:g} in every row", frame=frame, fit=fit)


def test_outcome_that_describes_the_groups():
    means = PUPILS.groupby("school")["y"].transform("mean")
    words = ("'y' has one value in each group of 'school'", "Choose another outcome")
    refused(errors.GroupOutcomeError, *words, frame=PUPILS.assign(y=means))
    nested = "y ~ x + (0 + x | c:school) + (1 | school)"
    refused(errors.GroupOutcomeError, "'school'", formula=nested, frame=PUPILS.assign(y=means))
    assert fit_pooled(Model(USUAL), PUPILS.assign(y=means)).n_obs == 54


@pytest.mark.parametrize("factor", [1.0, 1e-6, 1e6])
def test_outcome_reproduced_by_groups_and_predictors(factor):
    exact = PUPILS.assign(y=factor * (1.5 + 2.0 * PUPILS["x"] + PUPILS["school"]))
    refused(errors.PerfectFitError, "'y' exactly", "residual variance is zero", frame=exact)


def test_pooled_line_through_every_row():
    exact = PUPILS.assign(y=1.5 + 2.0 * PUPILS["x"])
    refused(errors.PerfectFitError, "'y' exactly", frame=exact, fit=fit_pooled)


@pytest.mark.parametrize("fit", EVERY_FIT)
def test_empty_column(fit):
    frame = PUPILS.assign(x=np.nan)
    refused(errors.AllMissingError, "'x' is empty", "every value is missing", frame=frame, fit=fit)


@pytest.mark.parametrize("fit", EVERY_FIT)
def test_no_row_without_a_gap(fit):
    frame = PUPILS.assign(
        x=PUPILS["x"].where(PUPILS.index < 20), w=PUPILS["w"].where(PUPILS.index >= 20)
    )
    words = ("None of the 54 rows", "'x' lacks 34", "'w' lacks 20")
    formula = "y ~ x + w + (1 | school)"
    refused(errors.NoCompleteRowsError, *words, formula=formula, frame=frame, fit=fit)


@pytest.mark.parametrize("fit", EVERY_FIT)
def test_no_row_at_all(fit):
    refused(errors.NoCompleteRowsError, frame=PUPILS.iloc[:0], fit=fit)


def test_outcome_among_the_predictors():
    with pytest.raises(errors.OutcomeIsPredictorError, match="'y' is also chosen as a predictor"):
        Model("y ~ x + y + (1 | school)")


@pytest.mark.parametrize("fit", EVERY_FIT)
@pytest.mark.parametrize("column", ["number", "name"])
def test_grouping_as_fine_as_the_rows(fit, column):
    frame = PUPILS.assign(number=range(54), name=[f"pupil {i}" for i in range(54)])
    words = ("Every one of the 54 groups", f"'{column}'", "exactly one row")
    formula = f"y ~ x + (1 | {column})"
    refused(errors.SingletonGroupsError, *words, formula=formula, frame=frame, fit=fit)


@pytest.mark.parametrize("fit", EVERY_FIT)
def test_one_group(fit):
    frame = PUPILS.assign(school="Lincoln")
    words = ("one group of 'school'", "Lincoln", "Leave this level out")
    refused(errors.OneGroupError, *words, frame=frame, fit=fit)


def test_two_rows():
    refused(errors.OneGroupError, frame=PUPILS.iloc[:2])
    refused(errors.SingletonGroupsError, frame=PUPILS.iloc[[0, 53]])
    refused(
        errors.TooFewRowsError, "2 complete rows for 3 parameters",
        formula="y ~ x", frame=PUPILS.iloc[:2], fit=fit_pooled,
    )  # fmt: skip


def test_more_parameters_than_rows():
    rng = np.random.default_rng(0)
    names = [f"x{i}" for i in range(12)]
    wide = pd.DataFrame(rng.normal(size=(10, 12)), columns=names)
    wide = wide.assign(y=rng.normal(size=10), g=np.repeat([1, 2], 5))
    formula = f"y ~ {' + '.join(names)} + (1 | g)"
    refused(errors.TooFewRowsError, "10 complete rows", formula=formula, frame=wide)
    formula = f"y ~ {' + '.join(names)}"
    refused(errors.TooFewRowsError, "10 complete rows", formula=formula, frame=wide, fit=fit_pooled)


def test_as_many_random_effects_as_rows():
    formula = "y ~ x + w + (x + w | pair)"
    frame = PUPILS.assign(pair=np.arange(54) // 3)
    words = ("'pair' asks for 54 random effects", "54 rows")
    refused(errors.TooManyRandomEffectsError, *words, formula=formula, frame=frame)


@pytest.mark.parametrize("fit", EVERY_FIT)
@pytest.mark.parametrize(
    ("formula", "wanted", "offered"),
    [
        ("y ~ X + (1 | school)", "'X'", "'x'"),
        ("y ~ x + (1 | schol)", "'schol'", "'school'"),
        ("score ~ x + (1 | school)", "'score'", "Columns here"),
    ],
)
def test_unknown_column(fit, formula, wanted, offered):
    refused(errors.UnknownColumnError, f"no column {wanted}", offered, formula=formula, fit=fit)


def test_two_columns_of_one_name():
    twice = pd.concat([PUPILS, PUPILS[["x"]]], axis=1)
    refused(errors.AmbiguousColumnError, "'x'", "rename", frame=twice)


def test_a_level_twice():
    with pytest.raises(errors.DuplicateLevelError, match="'school' is listed twice"):
        Model("y ~ x + (1 | school) + (1 | school)")
    frame = PUPILS.assign(place=PUPILS["school"].astype(str) + " street")
    words = ("'school'", "'place'", "the same groups")
    formula = "y ~ x + (1 | school) + (1 | place)"
    refused(errors.DuplicateLevelError, *words, formula=formula, frame=frame)


def test_slope_of_what_is_constant_in_every_group():
    poverty = {11: 0.3, 12: 0.1, 21: 0.7, 22: 0.35}
    frame = PUPILS.assign(poverty=PUPILS["school"].map(poverty))
    words = ("'poverty' is constant within every group of 'school'", "Remove the random slope")
    for formula in ("y ~ poverty + (poverty | school)", "y ~ x + (0 + poverty | school)"):
        refused(errors.ConstantSlopeError, *words, formula=formula, frame=frame)


@pytest.mark.parametrize("fit", EVERY_FIT)
@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("column", ["x", "y"])
def test_infinity(fit, value, column):
    frame = PUPILS.assign(**{column: PUPILS[column].mask(PUPILS.index == 6, value)})
    words = (f"'{column}'", "data row 7", str(value))
    refused(errors.InfiniteValueError, *words, frame=frame, fit=fit)


@pytest.mark.parametrize("fit", EVERY_FIT)
@pytest.mark.parametrize("column", ["x", "y"])
def test_text_among_numbers(fit, column):
    words = (f"'{column}' must be numeric", "data row 31", "'n.a.'")
    refused(errors.NotNumericError, *words, frame=set_cell(column, 30, "n.a."), fit=fit)


def test_text_as_outcome():
    refused(errors.NotNumericError, "'k' must be numeric", "data row 1", formula="k ~ x + (1 | s)")


def test_logarithm_of_zero():
    frame = set_cell("w", 3, 0.0).astype({"w": float})
    words = ("log(w)", "value 0.0", "data row 4")
    refused(errors.DomainError, *words, formula="y ~ log(w) + (1 | school)", frame=frame)


@pytest.mark.parametrize("fit", EVERY_FIT)
def test_crossed_groups(fit):
    frame = PUPILS.rename(columns={"c": "class"})
    formula = "y ~ x + (1 | school) + (1 | class)"
    words = ("class 1 occurs in school 11 and 12", "write (1 | school/class)", "different groups")
    refused(errors.CrossedGroupsError, *words, formula=formula, frame=frame, fit=fit)


def test_a_name_as_category():
    frame = PUPILS.loc[PUPILS.index.repeat(2)].reset_index(drop=True)
    frame["name"] = [f"pupil {i}" for i in range(108)]
    words = ("'name' has 108 different texts", "grouping level")
    refused(errors.TooManyCategoriesError, *words, formula="y ~ name + (1 | school)", frame=frame)


def test_unknown_reference_category():
    model = Model("y ~ k + (1 | school)", reference={"k": "A"})
    with pytest.raises(errors.UnknownReferenceError, match="'A' is not a category of 'k'"):
        fit_mixed(model, PUPILS)


def test_nothing_left_of_the_fixed_part():
    refused(
        errors.NoFixedEffectsError, "no intercept",
        formula="y ~ 0 + v + (1 | school)", frame=PUPILS.assign(v=0.0),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "value", "error"),
    [
        ("y ~ x + w + (1 | school)", np.inf, errors.InfiniteValueError),
        ("y ~ x + w + (1 | school)", "n.a.", errors.NotNumericError),
        ("y ~ x + log(w) + (1 | school)", -1.0, errors.DomainError),
        ("log(w) ~ x + (1 | school)", -1.0, errors.DomainError),
    ],
)
def test_rows_are_counted_as_the_table_has_them(formula, value, error):
    frame = set_cell("w", 30, value).assign(x=PUPILS["x"].mask(PUPILS.index < 12))
    if value != "n.a.":
        frame = frame.astype({"w": float})
    refused(error, "data row 31", formula=formula, frame=frame)
