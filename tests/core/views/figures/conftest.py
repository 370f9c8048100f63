"""What every figure has to keep to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.io as pio
import pytest

from mlm_core.inference.group_summaries import GroupSummaries, summarise_groups
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import Picture
from mlm_core.views.figures.written import unpacked


@pytest.fixture(autouse=True)
def is_written_as_plotly_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare what a figure is written as before and after plotly looked it through."""
    opened = Sheet.opened

    def compared(figure: Sheet) -> Sheet:
        before = figure.to_dict() if figure.is_plain else None
        opened(figure)
        if before is not None:
            assert _as_json(before) == _as_json(figure.to_dict())
        return figure

    monkeypatch.setattr(Sheet, "opened", compared)


def _as_json(written: object) -> object:
    return json.loads(pio.to_json(unpacked(written), validate=False))


@pytest.fixture(scope="session")
def keeps_the_rules() -> Callable[[Picture], None]:
    """Give a check of a picture against the rules of the house."""
    return _check


@pytest.fixture(scope="session")
def ends_of() -> Callable[[object], np.ndarray]:
    """Give what reads the lines of one path: (n, 4), from where to where across, then up."""
    return _ends


def _ends(shape: object) -> np.ndarray:
    numbers = [float(each) for each in re.findall(r"[^MLZ,]+", shape.path)]
    return np.array(numbers).reshape(-1, 4)[:, [0, 2, 1, 3]]


@pytest.fixture(scope="session")
def summaries(classroom: pd.DataFrame) -> GroupSummaries:
    """Give the summaries of the outcome in 107 schools."""
    return summarise_groups(classroom, outcome="mathkind", groups=["schoolid"])


def _check(picture: Picture) -> None:
    figure = picture.figure
    assert re.fullmatch(r"[a-z-]+", picture.name)
    assert picture.config["toImageButtonOptions"]["filename"] == picture.name
    assert len(picture.alt) > 40
    assert "<sub>" not in picture.alt
    assert "&lt;" not in picture.alt
    assert figure.layout.paper_bgcolor is figure.layout.plot_bgcolor is None  # left to the page,
    assert figure.layout.font.color is None  # as is the colour of text
    for trace in figure.data:
        for axis in ("x", "y", "text", "customdata", "values"):
            value = getattr(trace, axis, None)
            assert value is None or isinstance(value, np.ndarray), (trace.type, axis)
        assert trace.hovertemplate or trace.hoverinfo == "skip"
        if trace.hovertemplate:  # no user text in a template, where %{...} would be filled in
            assert set(re.findall(r"%\{([^}]*)\}", trace.hovertemplate)) <= _ALLOWED
    shown = [text for text in _texts(json.loads(figure.to_json())) if "*x*" in text]
    assert not [text for text in shown if "<b>*x*" in text], "unescaped user text is drawn"


_ALLOWED = {
    *("text", "hovertext", "fullData.name", "x", "y", "customdata", "x:.4~g", "y:.4~g"),
    *("y:.5~g", "x:.5~g", "x:.3~g", "y:.2~g", "x:.2f", "y:.2f", "y:.3f"),
    *("customdata[1]", "customdata[2]", "customdata[3]:.0%"),
    *(f"customdata[{place}]:.4~g" for place in range(6)),
}


def _texts(node: object, key: str = "") -> list[str]:
    """Collect every text that is drawn; ``customdata`` never is."""
    if isinstance(node, dict):
        return [text for name, value in node.items() if name != "customdata"
                for text in _texts(value, name)]  # fmt: skip
    if isinstance(node, list):
        return [text for value in node for text in _texts(value, key)]
    return [node] if isinstance(node, str) else []
