"""Choices: they fill the pages, survive page changes, stand in the link, and forgive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

OpenPage = Callable[..., AppTest]
HOSTILE = "<img src=x onerror=alert(1)>![](http://elsewhere.example/x.png)`$"

PUPILS = "pupil,score,home,class\n" + "".join(
    f"{n},{50 + (n * 7) % 13},{n % 5},c{n % 6}\n" for n in range(60)
)
# What a long column name, markup and quotes look like in a header.
HOSTILE_TABLE = PUPILS.replace("score", '"' + HOSTILE.replace('"', "'") + '"', 1)


def _formula(app: AppTest) -> str:
    return str(app.sidebar.text[0].value)


def _upload(app: AppTest, name: str, content: str | bytes) -> AppTest:
    data = content if isinstance(content, bytes) else content.encode()
    app.file_uploader(key="upload").upload(name, data, "text/csv").run()
    assert not app.exception
    return app


def test_a_session_begins_with_a_filled_example(open_page: OpenPage) -> None:
    app = open_page()
    assert _formula(app) == "mathkind ~ ses + (1 | schoolid/classid)"
    assert app.query_params["data"] in ("classroom", ["classroom"])


def test_a_link_restores_everything(open_page: OpenPage) -> None:
    app = open_page(
        "model/mixed",
        data="hsb82",
        outcome="mAch",
        predictor=["ses", "sx"],
        level="school",
        slope="1:ses",
        covariance="diagonal",
        method="ML",
    )
    assert app.selectbox(key="dataset").value == "hsb82"
    assert app.multiselect(key="predictors").value == ["ses", "sx"]
    assert app.multiselect(key="slopes-1").value == ["ses"]
    assert app.toggle(key="correlated").value is False
    assert app.segmented_control(key="method").value == "ML"
    assert _formula(app) == "mAch ~ ses + sx + (1 + ses || school)"


def test_every_run_tells_the_browser_what_is_chosen(open_page: OpenPage) -> None:
    app = open_page("data/load")
    for _ in range(2):  # the first may be cut short before it is seen
        app.run()
        for key in ("predictors", "levels"):
            sent = app.multiselect(key=key).proto
            assert sent.set_value
            assert list(sent.raw_values) == app.multiselect(key=key).value
        assert app.selectbox(key="outcome").proto.set_value


def test_choices_survive_a_page_change_and_stand_in_the_link(open_page: OpenPage) -> None:
    app = open_page("data/load")
    app.multiselect(key="predictors").set_value(["ses", "minority"]).run()
    app.multiselect(key="slopes-1").set_value(["minority"]).run()
    assert app.query_params["predictor"] == ["ses", "minority"]
    assert app.query_params["slope"] in ("1:minority", ["1:minority"])
    app.switch_page("../../pages/model/mixed.py").run()
    assert (
        _formula(app)
        == "mathkind ~ ses + minority + (1 + minority | schoolid) + (1 | classid:schoolid)"
    )
    assert app.query_params["predictor"] == ["ses", "minority"]


def test_a_new_outcome_leaves_the_predictors(open_page: OpenPage) -> None:
    app = open_page("data/groups")
    app.selectbox(key="outcome").set_value("ses").run()
    assert app.multiselect(key="predictors").value == []
    assert _formula(app) == "ses ~ 1 + (1 | schoolid/classid)"


def test_each_data_set_remembers_its_choices(open_page: OpenPage) -> None:
    app = open_page("data/groups")
    app.multiselect(key="predictors").set_value(["minority"]).run()
    app.selectbox(key="dataset").set_value("sleepstudy").run()
    assert _formula(app) == "Reaction ~ Days + (1 + Days | Subject)"
    app.selectbox(key="dataset").set_value("classroom").run()
    assert _formula(app) == "mathkind ~ minority + (1 | schoolid/classid)"


def test_what_a_link_gets_wrong_is_left_out_and_said(open_page: OpenPage) -> None:
    app = open_page("data/groups", data="classroom", outcome="mathkind", predictor=[HOSTILE, "ses"])
    assert app.multiselect(key="predictors").value == ["ses"]
    said = app.info[0].value
    assert "left out" in said
    assert "![](" not in said  # shown letter by letter, not as a picture
    app.selectbox(key="outcome").set_value("mathgain").run()
    assert not app.info[0].value.startswith("**Note.** “")


def test_a_link_to_an_unknown_data_set_shows_the_example(open_page: OpenPage) -> None:
    app = open_page("data/load", data="nonsense")
    assert "not part of this app" in app.info[0].value
    assert app.selectbox(key="dataset").value == "classroom"


@pytest.mark.parametrize("page", ["data/groups", "model/pooling", "inference/tests"])
def test_nothing_chosen_is_no_error(page: str, open_page: OpenPage) -> None:
    app = open_page(page, data="classroom", method="ML")
    assert not app.error
    assert "Still to choose" in app.info[0].value


def test_an_upload_is_used_on_every_page(open_page: OpenPage) -> None:
    app = _upload(open_page(), "my pupils.csv", PUPILS)
    assert app.multiselect(key="levels").value == ["class"]
    app.switch_page("../../pages/data/groups.py").run()
    assert not app.exception
    assert not app.error
    assert app.query_params["file"] in ("my pupils.csv", ["my pupils.csv"])
    app.selectbox(key="dataset").set_value("hsb82").run()
    own = [option for option in app.selectbox(key="dataset").options if option == "my pupils.csv"]
    assert own


def test_a_file_that_cannot_be_read_changes_nothing(open_page: OpenPage) -> None:
    app = _upload(open_page("data/load"), "broken.csv", b"\x00\x01\x02" * 50)
    assert app.error
    assert "Still in use" in " ".join(caption.value for caption in app.caption)
    assert _formula(app) == "mathkind ~ ses + (1 | schoolid/classid)"


def test_a_newer_version_of_a_file_keeps_the_choices(open_page: OpenPage) -> None:
    app = _upload(open_page("data/load"), "pupils.csv", PUPILS)
    app.selectbox(key="outcome").set_value("home").run()
    app.multiselect(key="predictors").set_value(["score"]).run()
    _upload(app, "pupils-2.csv", PUPILS + "60,51,2,c1\n")
    assert _formula(app) == "home ~ score + (1 | class)"


def test_a_link_to_a_file_waits_for_it(open_page: OpenPage) -> None:
    app = open_page(
        "model/pooling",
        data="upload",
        file="pupils.csv",
        outcome="score",
        predictor=["home", "gone"],
        level="class",
    )
    assert "Upload it again" in app.info[0].value
    assert not app.error
    _upload(app, "pupils.csv", PUPILS)
    assert _formula(app) == "score ~ home + (1 | class)"
    assert "“gone”" in app.info[0].value.replace("\\", "")


def test_hostile_column_names_are_shown_letter_by_letter(open_page: OpenPage) -> None:
    app = _upload(open_page("data/load"), "x.csv", HOSTILE_TABLE)
    app.switch_page("../../pages/data/groups.py").run()
    assert not app.exception
    shown = [each.value for each in [*app.markdown, *app.caption, *app.info, *app.warning]]
    assert not any("![](" in text or "<img" in text for text in shown)


def test_reference_categories_can_be_chosen(open_page: OpenPage) -> None:
    table = PUPILS.replace("home", "region").replace(",0,c", ",north,c").replace(",1,c", ",south,c")
    for digit in "234":
        table = table.replace(f",{digit},c", ",west,c")
    app = _upload(open_page("data/load"), "regions.csv", table)
    app.selectbox(key="outcome").set_value("score").run()
    app.multiselect(key="levels").set_value(["class"]).run()
    app.multiselect(key="predictors").set_value(["region"]).run()
    app.selectbox(key="reference-1").set_value("west").run()
    assert app.query_params["reference"] in ("1:west", ["1:west"])
    app.switch_page("../../pages/model/mixed.py").run()
    assert app.selectbox(key="reference-1").value == "west"


def test_a_column_in_two_places_of_a_link_is_told(open_page: OpenPage) -> None:
    app = open_page(
        "model/mixed",
        data="classroom",
        outcome="ses",
        predictor=["ses", "minority"],
        level=["schoolid", "schoolid"],
    )
    assert _formula(app) == "ses ~ minority + (1 | schoolid)"
    assert "chosen in more than one place" in app.info[0].value
    assert "“ses”, “schoolid”" in app.info[0].value
