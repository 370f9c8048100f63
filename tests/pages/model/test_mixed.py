"""Model, Mixed: its tables, its equation and R's print are those of the fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core import MixedFit, fit_mixed, r_squared
from mlm_core.data.model import Model
from mlm_core.inference.standard_errors import coefficients_by
from tests.pages.view import View, agrees, numbers_in

PAGE = "model/mixed"
MODEL = Model("mathkind ~ ses + (1 | schoolid/classid)")
REGIONS = "score,home,region,class\n" + "".join(
    f"{50 + (n * 7) % 13},{n % 5},{('north', 'south', 'west')[n % 3]},c{n % 7}\n" for n in range(84)
)
OpenView = Callable[..., View]


def _agrees_with(page: View, fit: MixedFit) -> None:
    """Check every table of the page against a fit."""
    own = fit.variances[fit.variances["other"] == ""]
    for row, part in zip(page.table("variance-components"), own.itertuples(), strict=True):
        assert row["Term"] == part.term
        assert agrees(row["Variance"], part.variance)
        assert agrees(row["SD"], part.sd)
    for row, part in zip(page.table("fixed-effects"), fit.coefficients.itertuples(), strict=True):
        assert row["Term"] == part.term
        assert agrees(row["Estimate"], part.estimate)
        assert agrees(row["SE"], part.se)
        assert agrees(row["df"], part.df)
        assert agrees(row["95% from"], part.lower)
        assert agrees(row["95% to"], part.upper)
    facts = {row[""]: row["Value"] for row in page.table("mixed-facts")}
    assert agrees(facts[_criterion(fit)], fit.criterion)
    assert agrees(facts["AIC"], fit.aic)
    residuals = page.table("residual-quantiles")[0].values()
    assert all(map(agrees, residuals, fit.residual_quantiles))
    assert page.code("Linear mixed model").strip() == fit.summary().strip()


def _criterion(fit: MixedFit) -> str:
    return "REML criterion" if fit.method == "REML" else "Deviance (ML)"


@pytest.mark.parametrize(
    ("data", "formula"),
    [
        ("classroom", MODEL.formula),
        ("hsb82", "mAch ~ cses + (1 + cses | school)"),
        ("sleepstudy", "Reaction ~ Days + (1 + Days | Subject)"),
    ],
)
def test_it_is_whole(
    data: str, formula: str, view: OpenView, request: pytest.FixtureRequest
) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Mixed"
    assert page.formula == formula
    assert not page.notes("stop")
    fit = fit_mixed(Model(formula), request.getfixturevalue(data))
    _agrees_with(page, fit)
    # The answer begins with the slope and ends with the residual's standard deviation.
    slope, *_, sigma = numbers_in(page.answer)
    assert slope == pytest.approx(fit.coefficients["estimate"].iloc[1], abs=0.05)
    assert agrees(str(sigma), fit.sigma)


def test_it_says_what_is_still_to_choose(view: OpenView) -> None:
    page = view(PAGE, data="classroom", method="ML")
    assert not page.notes("stop")
    assert "outcome" in page.notes("note")[0]


def test_the_numbers_of_the_handout(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    printed = [row["Variance"] for row in page.table("variance-components")]
    assert printed == ["301.52", "20.44", "1,294.08"]
    facts = {row[""]: row["Value"] for row in page.table("mixed-facts")}
    assert facts["REML criterion"] == "12,038.4"
    assert facts["Groups of schoolid"] == "107"
    assert facts["Groups of classid:schoolid"] == "312"


def test_the_switch_to_ml_refits(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.segmented_control(key="method").set_value("ML")
    _agrees_with(page.run(), fit_mixed(MODEL, classroom, method="ML"))
    facts = {row[""]: row["Value"] for row in page.table("mixed-facts")}
    assert facts["Deviance (ML)"] == "12,044.4"
    page.app.segmented_control(key="method").set_value("REML")
    facts = {row[""]: row["Value"] for row in page.run().table("mixed-facts")}
    assert facts["REML criterion"] == "12,038.4"


def test_slopes_that_differ_too_little_are_told_by_name(
    view: OpenView, classroom: pd.DataFrame
) -> None:
    page = view(PAGE, data="classroom")
    page.app.multiselect(key="slopes-1").set_value(["ses"])
    page.run()
    assert page.formula == "mathkind ~ ses + (1 + ses | schoolid) + (1 | classid:schoolid)"
    fit = fit_mixed(Model(page.formula), classroom)
    assert fit.is_singular
    caution, degrees = page.notes("caution")
    assert "ses" in caution
    assert "schoolid" in caution
    assert "Satterthwaite's degrees of freedom" in degrees
    _agrees_with(page, fit)


@pytest.mark.parametrize(
    "page", ["model/mixed", *(f"inference/{page}" for page in ("variance", "tests", "checks"))]
)
def test_the_simpler_model_is_one_click_away(view: OpenView, page: str) -> None:
    chosen = {"outcome": "mathkind", "predictor": "ses", "level": ["schoolid", "classid"]}
    shown = view(page, data="classroom", slope="1:ses", **chosen)
    (button,) = [each for each in shown.app.button if each.key == "use-simpler"]
    assert button.label == "Use the model without correlations of intercepts and slopes"
    button.click()
    shown.run()
    assert shown.formula == "mathkind ~ ses + (1 + ses || schoolid) + (1 | classid:schoolid)"


def test_other_standard_errors_are_a_choice(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    fit = fit_mixed(MODEL, classroom)
    for by in ("Kenward-Roger", "robust"):
        page.app.segmented_control(key="errors-by").set_value(by)
        page.run()
        own = coefficients_by(fit, by)
        for row, part in zip(page.table("fixed-effects"), own.itertuples(), strict=True):
            assert agrees(row["SE"], part.se)
            assert agrees(row["df"], part.df)


def test_how_much_is_explained(view: OpenView, classroom: pd.DataFrame) -> None:
    facts = {row[""]: row["Value"] for row in view(PAGE, data="classroom").table("mixed-facts")}
    own = r_squared(fit_mixed(MODEL, classroom))
    assert numbers_in(facts["R² with the groups (conditional)"])[0] == pytest.approx(
        100 * own.conditional, abs=0.05
    )


def test_the_groups_effects_are_drawn_and_listed(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    modes = fit_mixed(MODEL, classroom).effects("schoolid").set_index("group")
    drawn = page.trace("conditional-modes", "conditional mode")
    assert drawn["y"] == pytest.approx(np.sort(modes["mode"]))
    assert modes.loc[list(drawn["text"]), "mode"].to_numpy() == pytest.approx(drawn["y"])
    grid = page.grid("conditional-modes").set_index("Group")
    assert grid.loc[modes.index, "Conditional mode"].to_numpy() == pytest.approx(modes["mode"])
    page.app.segmented_control(key="effects-of").set_value("classid:schoolid")
    assert len(page.run().trace("conditional-modes", "conditional mode")["y"]) == 312


def test_the_open_section_of_another_page_does_no_harm(view: OpenView) -> None:
    page = view("model/pooling", data="classroom", tab="Separate regressions")
    assert page.grid("group-regressions") is not None
    assert page.go(PAGE).figure("conditional-modes")
    assert page.go("model/pooling").answer


def test_the_equation_names_every_part(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    written = " ".join(latex.value for latex in page.app.latex)
    for part in (r"\text{mathkind}_{ijk}", r"\text{ses}_{ijk}", r"\zeta", r"\eta", r"\varepsilon"):
        assert part in written


def test_rows_with_missing_values_are_counted(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(
        PAGE,
        data="classroom",
        outcome="mathkind",
        predictor=["ses", "mathknow"],
        level=["schoolid", "classid"],
    )
    assert any("109 of" in note and "mathknow 109" in note for note in page.notes("note"))
    model = Model("mathkind ~ ses + mathknow + (1 | schoolid/classid)")
    _agrees_with(page, fit_mixed(model, classroom))
    fit = fit_mixed(model, classroom)
    triangle = page.table("fixed-correlations")
    assert agrees(triangle[1]["ses"], fit.correlations[2, 1])
    assert triangle[0]["ses"] == ""


def test_categories_are_compared_with_the_chosen_one(view: OpenView) -> None:
    page = view(
        "data/load",
        data="upload",
        file="regions.csv",
        outcome="score",
        predictor=["home", "region"],
        level="class",
    )
    page.upload(REGIONS.encode(), "regions.csv").go(PAGE)
    terms = [row["Term"] for row in page.table("fixed-effects")]
    assert terms == ["(Intercept)", "home", "regionsouth", "regionwest"]
    before = page.table("fixed-effects")
    page.app.selectbox(key="reference-2").set_value("west")
    after = page.run().table("fixed-effects")
    assert [row["Term"] for row in after][2:] == ["regionnorth", "regionsouth"]
    west, north = numbers_in(before[3]["Estimate"]), numbers_in(after[2]["Estimate"])
    assert np.allclose(west, np.negative(north), atol=2e-3)
    # The words compare with the reference too.
    page.app.multiselect(key="predictors").set_value(["region"])
    assert "region north instead of west" in page.run().answer
