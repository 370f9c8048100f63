"""The slider: a frame a position, what it says, where the estimate is marked."""

import dataclasses

import numpy as np

from mlm_core.views.figures.path_slider import add_slider, slider_title, step_label
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.written import scatter


def _slider(path, place=3):
    figure = Sheet()
    for _ in range(2):
        figure.add_trace(scatter(x=[1, 2], y=[0, 0]))
    heights = np.arange(2.0 * len(path.pooling)).reshape(-1, 2)
    add_slider(figure, path, {1: heights}, place=place)
    return figure, heights


def test_every_position_has_a_frame_of_heights(school_path):
    path = school_path.path
    figure, heights = _slider(path)
    assert len(figure.frames) == len(path.pooling)
    for step, frame in enumerate(figure.frames):
        assert frame.traces == (1,)
        (moved,) = frame.to_plotly_json()["data"]
        assert moved["y"].dtype == np.float32
        assert set(moved) == {"type", "y"}
        np.testing.assert_array_equal(moved["y"], heights[step])
    (slider,) = figure.layout.sliders
    assert slider.active == 3
    assert [step.args[0] for step in slider.steps] == [(frame.name,) for frame in figure.frames]
    assert {step.args[1]["frame"]["redraw"] for step in slider.steps} == {False}


def test_it_says_how_much_a_group_is_pooled_and_what_it_costs(school_path):
    path = school_path.path
    assert slider_title(path) == "Pooling of a group of 10 rows: "
    assert step_label(path, path.at_estimate) == "30%, the REML estimate"
    last = len(path.pooling) - 1
    assert step_label(path, last) == "100% (REML criterion 116 above its minimum)"
    perfect = dataclasses.replace(path, rise=np.full(len(path.pooling), np.nan), typical_size=1.0)
    assert step_label(perfect, 0) == "0%"
    assert slider_title(perfect) == "Pooling of a group of 1 row: "


def test_the_ends_and_the_estimate_are_named_in_their_places(school_path):
    path = school_path.path
    named = {each.text: each.x for each in _slider(path)[0].layout.annotations}
    assert named == {
        "no pooling": 0.0,
        "▲ REML estimate": path.at_estimate / (len(path.pooling) - 1),
        "complete pooling": 1.0,
    }


def test_an_estimate_at_an_end_is_named_inside_the_figure(school_path):
    path = school_path.path
    for place, text, side in ((0, "▲ REML estimate", "left"), (40, "REML estimate ▲", "right")):
        moved = dataclasses.replace(path, at_estimate=place)
        (mark,) = [each for each in _slider(moved)[0].layout.annotations if "estimate" in each.text]
        assert (mark.text, mark.xanchor) == (text, side)
