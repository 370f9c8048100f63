"""Hostile names, one check for each destination."""

import html
import re

import pytest

from mlm_core.views.escape import for_figure, for_html, for_latex, for_markdown, plain

HOSTILE = [
    "![](http://tracker.example/x.png)",
    "*bold* _it_ `code` $x^2$ :red[x] ~~no~~",
    "<script>alert(1)</script>",
    "<b>fat</b>",
    "1. Item",
    "# heading",
    "a\n\nb",
    "50% of \\frac{a}{b} & #1",
    "[a](javascript:alert(1))",
    "ünï 'quoted' \"double\"",
    "%{x}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_has_no_active_character_left(name):
    text = for_markdown(name)
    assert re.sub(r"\\(.)", r"\1", text).replace("\u2060", "") == " ".join(name.split())
    assert not re.search(r"(?<!\\)[*_`$\[\]()<>!:~#|{}.]", re.sub(r"\\\\", "", text))


@pytest.mark.parametrize("name", HOSTILE)
def test_figure_and_html_texts_hold_no_tag(name):
    assert "<" not in for_figure(name)
    assert html.unescape(for_figure(name)) == " ".join(name.split())
    assert html.unescape(for_html(name)) == " ".join(name.split())
    assert for_figure('"') == '"'  # which a figure would show as &quot; otherwise


def test_a_very_long_name_is_cut_before_it_is_escaped():
    cut = for_figure("&" * 100)
    assert cut == "&amp;" * 59 + "…"
    assert len(for_html("x" * 100)) == 100


@pytest.mark.parametrize("name", HOSTILE)
def test_latex_has_no_active_character_left(name):
    text = for_latex(name)
    without_commands = re.sub(r"\\text[a-z]+\{\}|\\[{}&#%_]", "", text)
    assert not re.search(r"[\\{}$&#%_^~<>|]", without_commands)


def test_plain_text_is_one_line_and_otherwise_untouched():
    assert plain("a <b>\n c") == "a <b> c"
    assert plain(7) == "7"


@pytest.mark.parametrize(
    "name",
    ["http://evil.example", "see https://evil.example/x", "www.evil.example", "a@evil.example"],
)
def test_addresses_do_not_become_links(name: str) -> None:
    text = re.sub(r"\\(.)", r"\1", for_markdown(name))
    assert not re.search(r"(?i)https?:|\bwww\.|\w@", text)
    assert text.replace("\u2060", "") == name
