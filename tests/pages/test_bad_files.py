"""Bad input: a message that names it, nothing lost, and every page alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlm_core import fit_mixed
from mlm_core.data.model import Model
from tests.pages.bad_files import DROPPED, GOOD, READ, REFUSED, STOPPED, BadFile
from tests.pages.view import View, agrees

TABLE_PAGES = ("data/load", "data/groups", "explore/groups_differ")
FITTING_PAGES = ("model/pooling", "model/mixed", "inference/variance", "inference/tests")
WITH_UPLOADER = ("start/start", "data/load")
# Of the outcome or of the groups, so that the page of the boxplots says it too.
OF_THE_OUTCOME = ("text in the outcome", "infinite outcome")
OF_THE_GROUPS = ("groups as unique as rows", "one group", "two rows", "two rows in two groups")
OpenView = Callable[..., View]


def _opened(view: OpenView, file: BadFile, page: str = "data/load") -> View:
    link = {"data": "upload", "file": file.name, **file.choices} if file.choices else {}
    return view(page, **link).upload(file.content, file.name)


def _has_said(notes: list[str], parts: tuple[str, ...]) -> bool:
    return any(all(part in note for part in parts) for note in notes)


@pytest.mark.parametrize("page", WITH_UPLOADER)
@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    name: str, page: str, view: OpenView
) -> None:
    file = REFUSED[name]
    shown = view(page, data="sleepstudy").upload(file.content, file.name)
    assert _has_said(shown.notes("stop"), file.says)
    assert "Still in use: sleepstudy." in shown.sentences
    assert shown.formula == "Reaction ~ Days + (1 + Days | Subject)"
    shown.go("model/mixed")
    assert not shown.notes("stop")
    assert shown.table("fixed-effects")


def test_a_refused_file_leaves_an_earlier_one_in_use(view: OpenView) -> None:
    page = _opened(view, READ["semicolons"]).upload(b"", "later.csv")
    assert _has_said(page.notes("stop"), ("'later.csv'", "empty"))
    assert page.formula == "y ~ x + (1 | g)"
    assert "Still in use: table.csv." in page.sentences
    assert page.go("model/mixed").table("fixed-effects")
    assert not page.go("data/load").upload(READ["semicolons"].content).notes("stop")


def test_a_link_that_waits_for_its_file_goes_on_waiting(view: OpenView) -> None:
    file = STOPPED["one group"]
    page = view("model/mixed", data="upload", file="table.csv", **file.choices)
    page.upload(REFUSED["junk"].content)
    assert _has_said(page.notes("stop"), REFUSED["junk"].says)
    page.upload(READ["byte order mark"].content)
    assert page.formula == "y ~ x + (1 | g)"
    assert page.table("fixed-effects")


@pytest.mark.parametrize("name", READ)
def test_a_file_in_an_odd_format_fills_every_page(name: str, view: OpenView) -> None:
    file = READ[name]
    page = _opened(view, file)
    assert _has_said([*page.notes("note"), *page.notes("caution")], file.says)
    for other in (*TABLE_PAGES, *FITTING_PAGES):
        assert not page.go(other).notes("stop")
        assert page.answer
    slope = fit_mixed(Model("y ~ x + (1 | g)"), GOOD).coefficients.iloc[1]
    assert agrees(page.go("model/mixed").table("fixed-effects")[1]["Estimate"], slope["estimate"])


@pytest.mark.parametrize("name", STOPPED)
def test_a_table_that_cannot_carry_the_model_is_told_on_every_page(
    name: str, view: OpenView
) -> None:
    file = STOPPED[name]
    page = _opened(view, file)
    formula = page.formula
    for other in FITTING_PAGES:
        assert _has_said(page.go(other).notes("stop"), file.says), (other, page.sentences)
        assert page.formula == formula  # the choices are kept
    for other in TABLE_PAGES:
        page.go(other)
    # One other choice, and all is well again.
    page.app.selectbox(key="dataset").set_value("classroom")
    assert page.run().go("model/mixed").table("fixed-effects")


@pytest.mark.parametrize("name", OF_THE_OUTCOME)
def test_the_boxplots_name_what_is_wrong_with_the_outcome(name: str, view: OpenView) -> None:
    file = STOPPED[name]
    page = _opened(view, file).go("explore/groups_differ")
    assert _has_said(page.notes("stop"), file.says)


@pytest.mark.parametrize("name", OF_THE_GROUPS)
def test_the_page_of_the_groups_names_what_is_wrong_with_them(name: str, view: OpenView) -> None:
    file = STOPPED[name]
    page = _opened(view, file).go("data/groups")
    assert _has_said(page.notes("stop"), file.says)
    assert page.table("groups")


def test_text_among_numbers_is_told_while_reading(view: OpenView) -> None:
    file = STOPPED["text in a number"]
    assert _has_said(_opened(view, file).notes("caution"), file.says)


def test_predictors_that_say_nothing_new_are_left_out_and_told(view: OpenView) -> None:
    page = _opened(view, DROPPED)
    own = fit_mixed(Model("y ~ x + (1 | g)"), GOOD).coefficients
    for other in ("model/pooling", "model/mixed"):
        cautions = page.go(other).notes("caution")
        assert _has_said(cautions, ("predictor c ", "same value"))
        assert _has_said(cautions, ("predictor x2 ", "reproduced exactly"))
    rows = page.table("fixed-effects")
    assert [row["Term"] for row in rows] == ["(Intercept)", "x"]
    assert agrees(rows[1]["Estimate"], own.iloc[1]["estimate"])
    for other in ("inference/variance", "inference/tests"):
        assert not page.go(other).notes("stop")


def test_a_link_with_a_mistyped_column_is_told_and_the_rest_kept(view: OpenView) -> None:
    page = view(
        "model/mixed", data="classroom", outcome="mathkind", predictor=["sess"], level="schoolid"
    )
    assert _has_said(page.notes("note"), ("“sess”",))
    assert page.formula == "mathkind ~ 1 + (1 | schoolid)"
    assert page.table("fixed-effects")


def test_a_column_in_two_roles_keeps_one(view: OpenView) -> None:
    page = view(
        "model/mixed",
        data="classroom",
        outcome="ses",
        predictor=["ses", "minority"],
        level=["schoolid", "schoolid"],
    )
    assert page.formula == "ses ~ minority + (1 | schoolid)"
    assert page.table("fixed-effects")
