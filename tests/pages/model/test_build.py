"""Model, Build: models are kept, tested, followed, reordered, renamed, mended."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from mlm_core import fit_mixed, marginal_means
from mlm_core.data.model import Model
from mlm_core.inference.model_sequence import model_sequence
from tests.pages.view import View, agrees

PAGE = "model/build"
OpenView = Callable[..., View]
ASKED = {
    "data": "classroom",
    "outcome": "mathkind",
    "predictor": ["ses", "mathprep", "housepov"],
    "level": ["schoolid", "classid"],
}
GROUPS = "(1 | schoolid/classid)"
LADDER = [
    Model(f"mathkind ~ {fixed} + {GROUPS}")
    for fixed in ("1", "ses", "ses + mathprep", "ses + mathprep + housepov")
]


def _click(page: View, key: str) -> View:
    page.app.button(key=key).click()
    return page.run()


def _names(page: View) -> list[str]:
    return [row["Model"] for row in page.table("model-list")]


def test_an_empty_list_says_how_to_begin(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    assert page.answer.startswith("No model is in the list yet")
    assert not page.has_figure("variance-paths")


def test_level_by_level(view: OpenView, classroom: pd.DataFrame) -> None:
    page = _click(view(PAGE, **ASKED), "ladder")
    found = model_sequence(classroom, LADDER)
    rows = page.table("model-list")
    assert len(rows) == 4
    for row, own in zip(rows, found.table.itertuples(), strict=True):
        assert agrees(row["AIC"], own.aic)
        assert agrees(row["Deviance"], own.deviance)
    assert agrees(rows[1]["Chi²"], found.table["statistic"][1])
    assert page.answer.startswith("From + mathprep (classid) to + housepov (schoolid)")
    path = page.trace("variance-paths", "between schoolid")["y"]
    variance = found.paths.table[found.paths.table["level"] == "schoolid"]["variance"]
    assert list(path) == pytest.approx((variance / variance.iloc[0]).tolist())
    assert "anova(fit1, fit2, fit3, fit4)" in page.code("dat <-")


def test_one_after_the_other(view: OpenView) -> None:
    page = _click(view(PAGE, data="classroom"), "keep")
    assert "is the only model so far" in page.answer
    assert page.app.button(key="keep").disabled
    page.app.multiselect(key="predictors").set_value([])
    _click(page.run(), "keep")
    assert _names(page) == ["ses", "no predictors"]
    _click(page, "up-1")
    assert _names(page) == ["no predictors", "ses"]
    assert "the coefficient of ses is zero" in page.answer
    page.app.text_input(key="name-1").set_value("with ses")
    page.run()
    assert _names(page) == ["no predictors", "with ses"]
    _click(page, "take-1")
    assert page.app.multiselect(key="predictors").value == ["ses"]
    _click(page, "remove-0")
    assert _names(page) == ["with ses"]
    _click(page, "empty")
    assert page.answer.startswith("No model")


def test_all_models_use_the_same_rows(view: OpenView) -> None:
    page = _click(view(PAGE, **{**ASKED, "predictor": ["ses", "mathknow"]}), "ladder")
    assert "on the same 1,081 rows" in page.footnotes("model-list")
    assert any("109 of 1,190 rows" in note for note in page.notes("note"))


def test_a_singular_fit_is_mended_by_a_click(view: OpenView) -> None:
    page = _click(view(PAGE, **{**ASKED, "predictor": "ses", "slope": "1:ses"}), "keep")
    assert any("estimated as minus one" in note for note in page.notes("caution"))
    _click(page, "simpler-0")
    assert any("slope of ses" in note and "zero" in note for note in page.notes("caution"))
    _click(page, "simpler-0")
    assert not [note for note in page.notes("caution") if "estimated as" in note]
    assert _names(page) == ["ses"]
    assert page.table("model-list")[0]["Parameters"] == "5"


def test_a_simpler_model_that_is_there_already_replaces_nothing(view: OpenView) -> None:
    page = _click(view(PAGE, **{**ASKED, "predictor": "ses"}), "keep")
    page.app.multiselect(key="slopes-1").set_value(["ses"])
    page.run()
    page.app.toggle(key="correlated").set_value(False)
    _click(page.run(), "keep")
    assert len(_names(page)) == 2
    _click(page, "simpler-1")
    assert len(_names(page)) == 1


def test_terms_of_one_model(view: OpenView) -> None:
    page = _click(view(PAGE, **ASKED), "ladder")
    rows = page.table("term-tests")
    assert [row["Term"] for row in rows] == ["ses", "mathprep", "housepov"]
    page.app.segmented_control(key="df-by").set_value("Kenward-Roger")
    page.app.segmented_control(key="type").set_value("I")
    page.run()
    assert "Kenward-Roger" in page.footnotes("term-tests")
    page.app.segmented_control(key="terms-of").set_value("no predictors")
    page.run()
    assert "This model has no predictors." in page.sentences


def test_every_table_has_its_own_list(view: OpenView) -> None:
    page = _click(view(PAGE, data="classroom"), "keep")
    page.app.selectbox(key="dataset").set_value("sleepstudy")
    page.run()
    assert page.answer.startswith("No model")
    page.app.selectbox(key="dataset").set_value("classroom")
    page.run()
    assert _names(page) == ["ses"]


def test_another_outcome_cannot_stand_in_the_list(view: OpenView) -> None:
    page = _click(view(PAGE, data="classroom"), "keep")
    page.app.selectbox(key="outcome").set_value("mathgain")
    _click(page.run(), "keep")
    assert "different outcomes" in page.notes("stop")[0]
    _click(page, "remove-0")
    assert _names(page) == ["ses (2)"]


def test_means_by_category(view: OpenView, hsb82: pd.DataFrame) -> None:
    table = hsb82[["school", "mAch", "ses"]].assign(
        sector=hsb82["catholic"].map({0: "Public", 1: "Catholic"})
    )
    page = view("data/load", data="upload", file="h.csv", outcome="mAch", predictor="sector",
                level="school")  # fmt: skip
    page.upload(table.to_csv(index=False).encode(), "h.csv").go(PAGE)
    _click(page, "keep")
    assert not page.notes("stop")
    means = page.table("marginal-means")
    assert [row["sector"] for row in means] == ["Catholic", "Public"]
    fit = fit_mixed(Model("mAch ~ sector + (1 | school)"), table)
    expected = marginal_means(fit, ["sector"])
    assert agrees(means[0]["Mean of mAch"], expected.table["estimate"][0])
    (row,) = page.table("mean-differences")
    assert agrees(row["Estimate"], expected.differences["estimate"][0])


def test_the_last_level_can_go_as_well(view: OpenView) -> None:
    """Groups that differ less than chance would make them: the simpler model has none."""
    rows = [f"{k},{x},{x + 3 * (x % 2)}" for k in range(8) for x in range(6)]
    content = "\n".join(["g,x,y", *rows]).encode()
    page = view("data/load", data="upload", file="z.csv", outcome="y", predictor="x", level="g")
    page.upload(content, "z.csv").go(PAGE)
    _click(_click(page, "keep"), "simpler-0")
    assert not page.notes("stop")
    assert "This model has no groups" in page.sentences
    assert page.table("model-list")[0]["Parameters"] == "3"
