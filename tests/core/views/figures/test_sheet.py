"""What a figure is written as for the browser."""

import json

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio

from mlm_core.views.figures.sheet import Sheet


def _sheet() -> Sheet:
    figure = Sheet()
    figure.add_trace(
        go.Scatter(
            x=np.array([1.0, np.nan, 0.1]),
            y=np.arange(3, dtype=np.int64),
            marker={"size": np.array([4.0, 5.0, 6.0], dtype=np.float32)},
            customdata=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        )
    )
    return figure


def test_traces_are_written_as_lists():
    (trace,) = json.loads(pio.to_json(_sheet().to_dict(), validate=False))["data"]
    assert trace["x"] == [1.0, None, 0.1]
    assert trace["y"] == [0, 1, 2]
    assert trace["marker"]["size"] == [4.0, 5.0, 6.0]
    assert trace["customdata"] == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def test_what_is_infinite_is_missing_to_a_browser():
    figure = Sheet()
    figure.add_trace(go.Scatter(x=np.array([1.0, np.inf]), y=np.array([-np.inf, np.nan])))
    (trace,) = figure.to_dict()["data"]
    assert (trace["x"], trace["y"]) == ([1.0, None], [None, None])


def test_what_is_pointed_at_is_framed():
    figure = _sheet()
    figure.print_in(text="#EEE", paper="#111", frame="#888")
    label = figure.to_dict()["layout"]["hoverlabel"]
    assert (label["bgcolor"], label["bordercolor"]) == ("#111", "#888")


def test_frames_stay_packed():
    figure = _sheet()
    figure.frames = [go.Frame(data=[{"type": "scatter", "y": np.array([1.0, 2.0, 3.0])}])]
    assert "bdata" in figure.to_dict()["frames"][0]["data"][0]["y"]


def test_two_copies_of_a_figure_are_of_one_revision_and_have_no_template():
    layout = _sheet().to_dict()["layout"]
    assert layout["datarevision"] == _sheet().to_dict()["layout"]["datarevision"]
    assert "template" not in layout


def test_every_axis_has_the_look_of_all_and_keeps_what_is_its_own():
    figure = _sheet()
    figure.update_layout(
        xaxis={"showgrid": True, "title": {"text": "x"}}, yaxis2={"anchor": "x"}, margin={"l": 3}
    )
    layout = figure.to_dict()["layout"]
    assert layout["xaxis"]["showgrid"] is True
    assert layout["xaxis"]["title"] == {"standoff": 20, "text": "x"}
    assert layout["yaxis2"]["automargin"] is True
    assert layout["margin"] == {"pad": 8, "l": 3}


def test_the_caption_of_a_slider_is_seen_though_its_labels_are_not():
    figure = _sheet()
    figure.update_layout(
        sliders=[{"font": {"color": "rgba(0,0,0,0)"}, "currentvalue": {"font": {"size": 16}}}]
    )
    figure.print_in(text="#EEE", paper="#111", frame="#888")
    (slider,) = figure.to_dict()["layout"]["sliders"]
    assert slider["currentvalue"]["font"] == {"size": 16, "color": "#EEE"}
    assert slider["font"]["color"] == "rgba(0,0,0,0)"


def test_a_figure_that_is_kept_is_written_once():
    figure = _sheet()
    before = figure.to_dict()
    figure.keep()
    figure.update_layout(height=123)
    figure.to_dict().pop("layout")  # whoever is given it may change it
    assert figure.to_dict() == before
