"""What a finished run of a page shows: sentences, notes, printed tables, figures as numbers.

Things are found by the names the app gives them (the key of a figure, the download of a table),
never by their place, so that a page may be laid out anew. Sections behind a tab that is drawn only
when it is open are opened while looking.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).resolve().parent.parent.parent / "pages"
GRADES = {"note": "info", "caution": "warning", "stop": "error"}
_ESCAPED = re.compile(r"\\([^\w\s])")
_NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?|(?<!\d)\.\d+")
_POWER = re.compile(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

T = TypeVar("T")
Row = dict[str, str]


def plain(sentence: str) -> str:
    """Return Markdown as people see it: without backslashes, and without invisible joiners."""
    return _ESCAPED.sub(r"\1", sentence).replace("\u2060", "")


def numbers_in(text: str) -> list[float]:
    """Return the numbers of a sentence in order; a true minus sign counts as one."""
    return [float(found.replace("−", "-").replace(",", "")) for found in _NUMBER.findall(text)]


def agrees(printed: str, value: float) -> bool:
    """Tell whether a printed number is this value, rounded where it is printed."""
    power = _POWER.search(printed)
    mantissa = printed[: power.start()] if power else printed
    (number,) = numbers_in(mantissa)
    decimals = len(mantissa.partition(".")[2].rstrip("%"))
    unit = 10.0 ** int(power[1].translate(_RAISED)) if power else 1.0
    unit *= 0.01 if printed.endswith("%") else 1.0
    return abs(number * unit - value) <= 0.5000001 * unit * 10.0**-decimals


class View:
    """One finished run of a page."""

    def __init__(self, app: AppTest) -> None:
        self.app = app

    # --- acting -----------------------------------------------------------------------------------

    def go(self, page: str) -> View:
        """Open another page (section/file) in the same session."""
        self.app.switch_page(str(PAGES / f"{page}.py"))
        return self.run()

    def run(self) -> View:
        """Run the page again; an exception fails the test."""
        self.app.run()
        self.is_alive()
        return self

    def upload(self, content: bytes, name: str = "table.csv") -> View:
        """Hand a file to the uploader of the page."""
        self.app.file_uploader(key="upload").upload(name, content, "text/csv")
        return self.run()

    def is_alive(self) -> None:
        """Fail where the page ended in an exception or lost its title or sidebar."""
        assert not self.app.exception, [each.message for each in self.app.exception]
        assert len(self.app.title) == 1
        assert self.app.selectbox(key="dataset") is not None

    # --- reading ----------------------------------------------------------------------------------

    @property
    def formula(self) -> str:
        """The model as it stands in the sidebar."""
        return str(self.app.sidebar.text[0].value)

    @property
    def answer(self) -> str:
        """The first sentence of the page, as people see it."""
        blocks = [each for each in self._nodes() if _key_of(each) == "answer"]
        assert len(blocks) == 1, f"{len(blocks)} answers"
        return plain(" ".join(each.value for each in blocks[0].children.values()))

    def within(self, key: str) -> str:
        """Return the sentences in a container, as people see them."""
        (block,) = [each for each in self._nodes() if _key_of(each) == key]
        waiting, found = [block], []
        while waiting:
            node = waiting.pop()
            waiting.extend(reversed(list(getattr(node, "children", {}).values())))
            if node.type == "markdown":
                found.append(plain(node.value))
        return "\n".join(found)

    def notes(self, grade: str) -> list[str]:
        """Return the notes of a grade (note, caution, stop) as people see them."""
        return [plain(each.value) for each in self.app.get(GRADES[grade])]

    @property
    def sentences(self) -> str:
        """All running text of the page, as people see it."""
        shown = [*self.app.main.markdown, *self.app.main.caption]
        notes = [note for grade in GRADES for note in self.notes(grade)]
        return "\n".join([plain(each.value) for each in shown] + notes)

    def table(self, name: str) -> list[Row]:
        """Return the rows of a printed table by the name of its download."""
        return _rows(self._before_download(name, "html").proto.body)

    def footnotes(self, name: str) -> str:
        """Return caption and footnotes of a printed table."""
        return " ".join(_texts(self._before_download(name, "html").proto.body).outside)

    def grid(self, name: str) -> Any:
        """Return the frame of a long table by the name of its download."""
        return self._before_download(name, "arrow_data_frame", "dataframe").value

    def code(self, beginning: str) -> str:
        """Return the block of code (or of R's print) that begins with a text."""

        def look() -> str | None:
            found = [each.value for each in self.app.main.code if each.value.startswith(beginning)]
            return found[0] if found else None

        return self._found(look, f"code {beginning!r}")

    def has_figure(self, name: str) -> bool:
        """Tell whether a figure is drawn."""
        return self._figure(name) is not None

    def spec(self, name: str) -> dict[str, Any]:
        """Return a figure as it is sent to the browser."""
        found: dict[str, Any] = json.loads(
            self._found(lambda: self._figure(name), f"figure {name}")
        )
        return found

    def figure(self, name: str) -> list[dict[str, Any]]:
        """Return the traces of a figure, arrays as numpy arrays."""
        return [decoded(trace) for trace in self.spec(name)["data"]]

    def trace(self, figure: str, named: str) -> dict[str, Any]:
        """Return the one trace of a figure whose name begins with a text."""
        traces = self.figure(figure)
        found = [each for each in traces if (each.get("name") or "").startswith(named)]
        assert len(found) == 1, f"{len(found)} traces named {named!r} in {figure}"
        return found[0]

    def annotations(self, figure: str) -> list[str]:
        """Return the texts that point at something in a figure."""
        spec = json.loads(self._found(lambda: self._figure(figure), f"figure {figure}"))
        return [each.get("text", "") for each in spec["layout"].get("annotations", [])]

    # --- inside -----------------------------------------------------------------------------------

    def _nodes(self) -> Iterator[Any]:
        waiting = [self.app.main]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(list(getattr(node, "children", {}).values())))

    def _figure(self, name: str) -> str | None:
        found = [each for each in self._nodes() if _key_of(each) == f"figure-{name}"]
        return found[0].proto.spec if found else None

    def _before_download(self, name: str, *kinds: str) -> Any:
        return self._found(lambda: self._last_before(f"download-{name}", kinds), f"table {name}")

    def _last_before(self, key: str, kinds: tuple[str, ...]) -> Any:
        last = None
        for node in self._nodes():
            if _key_of(node) == key:
                return last
            if node.type in kinds:
                last = node
        return None

    def _found(self, look: Callable[[], T | None], what: str) -> T:
        """Look in the page as it stands, then behind whatever is drawn only when it is opened."""
        found = look()
        for key, opened in [*self._tabs(), ("how", True)] if found is None else ():
            self.app.session_state[key] = opened
            found = self.run() and look()
            if found is not None:
                break
        assert found is not None, f"no {what} on this page"
        return found

    def _tabs(self) -> list[tuple[str, str]]:
        """Return key and label of every tab that is drawn only when it is open."""
        rows = [each for each in self._nodes() if each.type == "tab_container" and _key_of(each)]
        return [
            (_key_of(row), tab.label)
            for row in rows
            for tab in row.children.values()
            if tab.type == "tab"
        ]


def _key_of(node: Any) -> str:
    """Return the key an element or container was given, or nothing."""
    proto = getattr(node, "proto", None)
    for holder in (proto, getattr(proto, "tab_container", None)):
        found = re.fullmatch(r"\$\$ID-[0-9a-f]+-(.*)", str(getattr(holder, "id", "")))
        if found and found[1] != "None":
            return found[1]
    return ""


_NUMBERS: tuple[set[type], ...] = ({int}, {float}, {int, float})


def decoded(part: Any) -> Any:
    """Return a part of a figure with its arrays as numpy arrays."""
    if isinstance(part, dict) and "bdata" in part:
        values = np.frombuffer(base64.b64decode(part["bdata"]), dtype=part["dtype"])
        shape = part.get("shape")
        return values.reshape([int(n) for n in shape.split(",")]) if shape else values
    if isinstance(part, dict):
        return {key: decoded(value) for key, value in part.items()}
    if isinstance(part, list) and {type(each) for each in part} - {type(None)} in _NUMBERS:
        return np.array([np.nan if each is None else each for each in part])
    return part


class _Texts(HTMLParser):
    """Cells of a printed table, row by row, and the text around them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.outside: list[str] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._in_cell = tag in ("td", "th") or self._in_cell

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data
        else:
            self.outside.append(data)


def _texts(body: str) -> _Texts:
    parser = _Texts()
    parser.feed(body)
    return parser


def _rows(body: str) -> list[Row]:
    head, *rows = _texts(body).rows
    return [dict(zip(head, row, strict=True)) for row in rows]
