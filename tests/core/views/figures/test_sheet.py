"""What a figure is written as for the browser."""

import copy
import json
import pickle

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.written import scatter


def _sheet() -> Sheet:
    figure = Sheet()
    figure.add_trace(
        scatter(
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
    figure.add_trace(scatter(x=np.array([1.0, np.inf]), y=np.array([-np.inf, np.nan])))
    (trace,) = figure.to_dict()["data"]
    assert (trace["x"], trace["y"]) == ([1.0, None], [None, None])


def test_what_is_pointed_at_is_framed():
    figure = _sheet()
    figure.print_in(text="#EEE", paper="#111", frame="#888")
    label = figure.to_dict()["layout"]["hoverlabel"]
    assert (label["bgcolor"], label["bordercolor"]) == ("#111", "#888")


def test_frames_stay_packed():
    figure = _sheet()
    figure.set_frames([{"data": [scatter(y=np.array([1.0, 2.0]), x=np.array([1, 2]))]}])
    (trace,) = figure.to_dict()["frames"][0]["data"]
    assert "bdata" in trace["y"]
    assert trace["x"] == [1, 2]  # a browser has no whole numbers of eight bytes
    (read,) = figure.frames[0].data
    np.testing.assert_array_equal(read.y, [1.0, 2.0])


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


def test_a_figure_is_plain_until_plotly_is_asked_for():
    figure = _sheet().update_xaxes(nticks=5).update_yaxes({"nticks": 6}).add_annotation(text="n")
    assert figure.is_plain
    assert (figure.n_traces, figure.height) == (1, None)
    figure.update_layout(height=200)
    before = figure.to_dict()
    assert figure.is_plain
    assert figure.layout.xaxis.nticks == 5
    assert not figure.is_plain
    assert figure.to_dict() == before
    assert (figure.n_traces, figure.height) == (1, 200)


def test_a_figure_that_plotly_has_can_be_changed_as_before():
    figures = [_sheet().opened(), _sheet()]
    for figure in figures:
        figure.add_trace(scatter(y=[1.0])).add_annotation(text="<b>n</b>")
        figure.update_layout(height=99).update_xaxes(nticks=5).update_yaxes(nticks=6)
        figure.set_frames([{"name": "0", "data": [scatter(y=np.array([2.0]))]}])
    assert not figures[0].is_plain
    assert figures[1].is_plain
    assert figures[0].to_dict() == figures[1].to_dict()


def test_objects_of_plotly_are_taken_as_well():
    figure = _sheet().add_trace(go.Bar(y=[1.0, 2.0]))
    assert [trace.type for trace in figure.data] == ["scatter", "bar"]


@pytest.mark.parametrize("trace", [{"type": "scatter", "colour": "red"}, {"type": "scatterr"}])
def test_parts_that_plotly_does_not_know_are_refused(trace):
    figure = Sheet().add_trace(trace)
    with pytest.raises(ValueError, match=r"colour|scatterr"):
        figure.opened()


def test_what_is_taken_back_is_not_written():
    figure = _sheet().update_layout(height=5, legend={"x": 1, "y": 2})
    figure.update_layout(height=None, legend={"x": None})
    layout = figure.to_dict()["layout"]
    assert "height" not in layout
    assert layout["legend"] == {"y": 2}


@pytest.mark.parametrize("is_opened", [False, True])
def test_a_copy_is_changed_alone(is_opened):
    figure = _sheet()
    figure.set_frames([{"data": [scatter(y=np.array([1.0, 2.0]))]}])
    figure.print_in(text="#EEE", paper="#111", frame="#888")
    if is_opened:
        figure.opened()
    before = figure.to_dict()
    for made in (figure.copy(), copy.deepcopy(figure), pickle.loads(pickle.dumps(figure))):
        assert made.to_dict() == before
        made.add_trace(scatter(y=[1.0])).update_layout(height=33, font={"size": 3})
        assert made.to_dict() != before
    assert figure.to_dict() == before


def test_there_is_no_other_name_for_what_a_figure_lacks():
    with pytest.raises(AttributeError, match="colour"):
        _ = _sheet().colour
