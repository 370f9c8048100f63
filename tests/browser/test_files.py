"""A person's own files in a real browser: refused kindly, or used on every page as they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.pages.bad_files import GOOD as TABLE
from tests.pages.bad_files import (
    HOSTILE,
    HOSTILE_NAME,
    INNER,
    LABEL,
    OUTCOME,
    OUTER,
    REFUSED,
    STOPPED,
    csv,
)

WITH_PICTURES = {
    ("Data", "Groups"): (OUTER, INNER),
    ("Explore", "Groups differ"): (OUTCOME, OUTER, LABEL),
    ("Model", "Mixed"): (OUTCOME, OUTER, INNER),
}


def test_files_that_are_no_tables_leave_everything_as_it_was(same_screen: Any) -> None:
    same_screen.open("/load?data=sleepstudy")
    for name in ("junk", "empty"):
        file = REFUSED[name]
        same_screen.upload(f"{name}.csv", file.content)
        stop = same_screen.main.get_by_test_id("stAlert").filter(has_text=f"'{name}.csv'")
        assert "Stop." in stop.inner_text()
        same_screen.main.get_by_text("Still in use: sleepstudy").wait_for()
        assert same_screen.answer == "sleepstudy has 180 rows and 3 columns."
    assert same_screen.query["data"] == ["sleepstudy"]


def test_a_table_that_cannot_carry_the_model_is_told_and_another_one_taken(
    same_screen: Any,
) -> None:
    file = STOPPED["text in a number"]
    same_screen.open("/mixed?data=upload&file=table.csv&outcome=y&predictor=x&level=g")
    same_screen.main.get_by_text("Still to choose").wait_for()
    same_screen.upload("table.csv", file.content)
    stop = same_screen.main.get_by_test_id("stAlert").filter(has_text="Stop.").inner_text()
    assert [part for part in file.says if part not in stop] == []
    same_screen.go_to("Data", "Load")
    same_screen.upload("better.csv", csv(TABLE))
    same_screen.go_to("Model", "Mixed")
    assert same_screen.answer.startswith("One more unit of x")
    assert same_screen.query["file"] == ["better.csv"]


def test_hostile_names_stay_text_on_every_page(same_screen: Any) -> None:
    said: list[str] = []
    same_screen.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    link = urlencode({"data": "upload", "file": HOSTILE_NAME, **HOSTILE.choices}, doseq=True)
    same_screen.open(f"/load?{link}").upload(HOSTILE_NAME, HOSTILE.content)
    assert same_screen.answer == f"{HOSTILE_NAME} has 60 rows and 4 columns."
    for (section, title), names in WITH_PICTURES.items():
        same_screen.go_to(section, title)
        assert [name for name in names if name not in same_screen.answer] == []
        assert same_screen.page.locator("img[src=x], img[src*=evil], a[href*=evil]").count() == 0
    assert same_screen.query["data"] == ["upload"]
    assert same_screen.query["file"] == [HOSTILE_NAME]
    assert said == []
