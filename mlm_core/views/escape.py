"""User text made safe for the place where it is shown.

Column names, group labels and file names are user text and may hold anything: markup, dollar signs,
image links, line breaks. Every sentence, figure and equation passes them through the function here
that is named after its destination. Each keeps the text readable and takes away its power.
"""

from __future__ import annotations

import html
import re

LONGEST_LABEL = 60
"""Characters of a name shown in a figure; the rest becomes an ellipsis, the hover keeps as many."""

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&@/])")
# What GitHub-flavoured Markdown makes a link of even where it is escaped: schemes, www, e-mail.
_ADDRESS = re.compile(r"(?i)(?:https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)|[\w.+-](?=@)")
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\textdollar{}",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}


def for_markdown(text: object) -> str:
    """Return text that Markdown shows letter by letter: no emphasis, link, image or formula.

    Parameters
    ----------
    text : object
        A name or label; anything with a ``str``.

    Returns
    -------
    str
        One line in which every character with a meaning in Markdown is preceded by a backslash, and
        an invisible word joiner keeps addresses from becoming links by themselves.
    """
    return _MARKDOWN_SPECIAL.sub(r"\\\1", _ADDRESS.sub("\\g<0>\u2060", _one_line(text)))


def for_figure(text: object) -> str:
    """Return text that a figure (it reads some HTML) shows letter by letter, cut when very long."""
    line = _one_line(text)
    if len(line) > LONGEST_LABEL:
        line = line[: LONGEST_LABEL - 1] + "…"
    return html.escape(line, quote=False)  # a figure shows &quot; as it is written


def for_html(text: object) -> str:
    """Return text that HTML shows letter by letter, whole."""
    return html.escape(_one_line(text))


def for_latex(text: object) -> str:
    r"""Return text for the inside of ``\text{...}``, without a single active character."""
    return "".join(_LATEX_SPECIAL.get(character, character) for character in _one_line(text))


def plain(text: object) -> str:
    """Return text for places that show plain text (alt texts): one line, nothing escaped."""
    return _one_line(text)


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
