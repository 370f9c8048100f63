"""Means by category as a picture: lines of groups with gaps, panels of chosen groups."""

import numpy as np
import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.inference.category_means import category_means
from mlm_core.views.figures.category_means import category_lines, category_panels


@pytest.fixture(scope="module")
def means():
    draw = np.random.default_rng(4)
    data = pd.DataFrame(
        {"g": np.repeat([f"<{n}>" for n in range(10)], 9), "kind": list("abc") * 30}
    )
    data["y"] = draw.normal(size=90) + data["kind"].map(ord)
    model = mlm.Model("y ~ kind + (1 | g)")
    pooled, mixed = mlm.fit_pooled(model, data), mlm.fit_mixed(model, data)
    return category_means("kind", pooled=pooled, mixed=mixed, level="g")


def test_every_group_has_its_means_and_a_gap(means, keeps_the_rules):
    picture = category_lines(means)
    keeps_the_rules(picture)
    *own, whole = picture.figure.data
    assert whole.y.tolist() == means.overall["mean"].tolist()
    first = own[0]
    assert list(first.x[:4]) == ["a", "b", "c", None]
    np.testing.assert_allclose(first.y[:3], means.groups["mean"][:3])
    assert np.isnan(first.y[3])
    assert first.text[0] == "&lt;0&gt;"
    assert first.customdata[0].tolist() == ["<0>", 3]
    assert sum(len(trace.y) for trace in own) == 10 * 4
    assert "own means of 10 groups" in {trace.name for trace in own}


def test_of_many_groups_a_sample_is_drawn_and_told(means):
    own = category_lines(means, most=4).figure.data[:-1]
    assert sum(len(trace.y) for trace in own) == 4 * 4
    assert "own means of 4 of 10 groups, drawn at random" in {trace.name for trace in own}


def test_panels_have_own_mixed_and_pooled_values(means, keeps_the_rules):
    picture = category_panels(means, chosen=("<2>", "<5>"))
    keeps_the_rules(picture)
    by_name = {(trace.name, trace.xaxis): trace for trace in picture.figure.data}
    fifth = means.groups[means.groups["group"] == "<5>"]
    np.testing.assert_allclose(by_name["own mean", "x2"].y, fifth["mean"])
    np.testing.assert_allclose(by_name["mixed", "x2"].y, fifth["mixed"])
    np.testing.assert_allclose(by_name["pooled", "x"].y, means.overall["pooled"])
    assert picture.figure.layout.annotations[1].text == "&lt;5&gt; (n = 9)"
