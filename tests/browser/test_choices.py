"""A person's way through the app: choices in the sidebar, the link, the upload, the examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOSTILE = "<img src=x onerror=alert(1)>"
PUPILS = f'"{HOSTILE}",score,class\n' + "".join(
    f"{n % 5},{50 + (n * 7) % 13},![](http://elsewhere.example/{n % 6}.png)\n" for n in range(60)
)


def _query(screen: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(screen.page.url).query)


def test_choices_survive_page_changes_and_can_be_sent_as_a_link(
    open_screen: Callable[[str], Any], server: str
) -> None:
    screen = open_screen(server).open("/groups?data=hsb82")
    screen.choose("Predictors", "sx")
    screen.go_to("Model", "Mixed")
    assert _query(screen)["predictor"] == ["cses", "sx"]
    link = screen.page.url.removeprefix(server)

    other = open_screen(server).open(link)
    other.sidebar.get_by_text("mAch ~ cses + sx + (1 + cses | school)").wait_for()
    assert _query(other) == _query(screen)

    screen.page.go_back()
    screen.main.get_by_role("heading", name="Groups", level=1).wait_for()
    screen.settle()
    screen.sidebar.get_by_text("mAch ~ cses + sx + (1 + cses | school)").wait_for()
    assert _query(screen)["predictor"] == ["cses", "sx"]


def test_quick_choices_are_all_kept(screen: Any) -> None:
    screen.open("/groups?data=classroom")
    box = screen.sidebar.get_by_role("combobox", name="Predictors")
    box.click()
    for name in ("sex", "minority", "mathgain"):  # no waiting between the clicks
        screen.page.get_by_role("option", name=name, exact=True).click()
    screen.sidebar.get_by_text("mathkind ~ ses + sex + minority + mathgain").wait_for()
    screen.settle()
    assert _query(screen)["predictor"] == ["ses", "sex", "minority", "mathgain"]


def test_an_example_is_one_click_away(screen: Any) -> None:
    screen.open("/")
    screen.main.get_by_role("button", name="Open sleepstudy").click()
    screen.sidebar.get_by_text("Reaction ~ Days + (1 + Days | Subject)").wait_for()
    screen.settle()
    assert screen.main.get_by_role("heading", level=1).inner_text() != "Data in groups"
    assert _query(screen)["data"] == ["sleepstudy"]


def test_an_own_file_stays_on_every_page_and_its_text_stays_text(screen: Any) -> None:
    screen.open("/load")
    chooser = screen.main.locator("input[type=file]")
    chooser.set_input_files(
        {"name": "pupils.csv", "mimeType": "text/csv", "buffer": PUPILS.encode()}
    )
    screen.main.get_by_text("has 60 rows and 3 columns").first.wait_for()
    screen.settle()
    screen.go_to("Data", "Groups")
    screen.main.get_by_text(HOSTILE, exact=True).first.wait_for()
    assert _query(screen)["data"] == ["upload"]
    assert _query(screen)["file"] == ["pupils.csv"]
    assert screen.page.locator("img[src=x]").count() == 0


def test_a_file_that_is_no_table_leaves_everything_as_it_was(screen: Any) -> None:
    screen.open("/load?data=sleepstudy")
    screen.main.locator("input[type=file]").set_input_files(
        {"name": "photo.csv", "mimeType": "text/csv", "buffer": bytes(range(256)) * 20}
    )
    screen.main.get_by_text("Still in use: sleepstudy").wait_for()
    screen.main.get_by_text("has 180 rows and 3 columns").first.wait_for()
