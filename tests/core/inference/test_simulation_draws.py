"""Tables drawn from designs: shapes, seeds, and the truth laid over them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from mlm_core.fits.estimates import user_scale
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.preparation import prepare
from mlm_core.inference.simulation import PRESETS, changed_level
from mlm_core.inference.simulation_draws import draw, draw_table
from mlm_core.moments.packed import position

CLASSES = PRESETS["100 classes of 200 pupils"]
SCHOOLS = PRESETS["107 schools, as in the class set"]


def test_the_class_set_design():
    frame = draw_table(CLASSES, seed=1)
    assert list(frame.columns) == ["class", "x", "w_class", "y"]
    assert frame["class"].value_counts().tolist() == [200] * 100
    assert frame["x"].between(0, 1).all()
    assert frame.groupby("class")["w_class"].nunique().max() == 1


def test_levels_are_nested_and_sizes_vary():
    frame = draw_table(SCHOOLS, seed=2)
    assert frame["school"].nunique() == 107
    assert frame.groupby("class")["school"].nunique().max() == 1
    assert frame["class"].nunique() == pytest.approx(310, rel=0.15)
    sizes = frame.groupby("class").size()
    assert sizes.min() >= 1
    assert sizes.mean() == pytest.approx(3.8, rel=0.15)
    between = frame.groupby("school")["x"].mean().var()
    assert between < frame["x"].var()


@pytest.mark.parametrize("sizes", ["fixed", "poisson", "unbalanced"])
def test_sizes_have_the_mean_asked_for(sizes):
    design = dataclasses.replace(CLASSES, rows=20, row_sizes=sizes)
    counts = draw_table(changed_level(design, 0, groups=2000), seed=3).groupby("class").size()
    assert counts.min() >= 1
    assert counts.mean() == pytest.approx(20, rel=0.05)
    variance = {"fixed": 0.0, "poisson": 19.0, "unbalanced": 380.0}[sizes]
    assert counts.var() == pytest.approx(variance, rel=0.15)


def test_the_same_seed_gives_the_same_table():
    pd.testing.assert_frame_equal(draw_table(SCHOOLS, seed=5), draw_table(SCHOOLS, seed=5))
    assert not draw_table(SCHOOLS, seed=5)["y"].equals(draw_table(SCHOOLS, seed=6)["y"])


@pytest.mark.parametrize("name", PRESETS)
def test_the_truth_is_what_the_design_says(name):
    design = PRESETS[name]
    drawing = draw(design, seed=1)
    moments = drawing.problem.moments
    scale = user_scale(moments)
    terms = [column.label for column in moments.layout.fixed]
    assert terms == list(design.coefficients)
    beta = drawing.truth.coefficients[[1 + column for column in drawing.problem.fixed]]
    assert scale.beta(beta) == pytest.approx(list(design.coefficients.values()))
    assert drawing.truth.sigma * scale.outcome_scale == pytest.approx(design.residual_sd)
    for block in drawing.problem.structure.blocks:
        level = design.levels[block.level]
        covariance = block.relative_covariance(drawing.truth.theta) * design.residual_sd**2
        assert covariance[0, 0] == pytest.approx(level.intercept_sd**2)
        if block.q == 2:
            assert covariance[1, 1] == pytest.approx(level.slope_sd**2)
            product = level.correlation * level.intercept_sd * level.slope_sd
            assert covariance[0, 1] == pytest.approx(product)


@pytest.mark.parametrize("name", PRESETS)
def test_a_drawing_has_the_groups_and_predictors_of_the_table(name):
    design = PRESETS[name]
    ours = draw(design, seed=3).problem.moments
    table = prepare(design.model, draw_table(design, seed=3)).moments
    k = ours.k - 1
    assert [column.label for column in ours.columns] == [c.label for c in table.columns]
    assert ours.counts == pytest.approx(table.counts)
    assert [level.n_groups for level in ours.levels] == [level.n_groups for level in table.levels]
    assert ours.means[:k] == pytest.approx(table.means[:k])
    assert (ours.scale[:k], ours.shift[:k]) == (
        pytest.approx(table.scale[:k]),
        pytest.approx(table.shift[:k]),
    )
    inside = position(ours.k)[:k, :k].ravel()
    assert ours.products[inside] == pytest.approx(table.products[inside])


def test_another_truth_lies_over_the_same_groups_and_predictors():
    """Whatever of the truth is changed; what is kept is found again, not summed again."""
    first = draw(SCHOOLS, seed=2)
    truth = {"intercept": -3.0, "slope": 2.0, "contextual": 1.0, "residual_sd": 9.0, "unit": "s"}
    level = {"intercept_sd": 1.0, "effect": 4.0}
    other = draw(changed_level(dataclasses.replace(SCHOOLS, **truth), 0, **level), seed=2)
    assert np.shares_memory(first.problem.moments.counts, other.problem.moments.counts)
    assert not np.allclose(first.problem.moments.means[-1], other.problem.moments.means[-1])
    assert len(draw(SCHOOLS, seed=3).problem.moments.counts) != len(first.problem.moments.counts)


def test_slopes_are_part_of_what_is_fitted():
    design = PRESETS["Slopes that differ"]
    less, none = changed_level(design, 0, slope_sd=0.1), changed_level(design, 0, slope_sd=0.0)
    drawn = [draw(one, seed=1) for one in (changed_level(less, 0, correlation=0.9), design, none)]
    assert [one.problem.structure.n_theta for one in drawn] == [3, 3, 1]
    counts = [one.problem.moments.counts for one in drawn]
    assert np.shares_memory(counts[0], counts[1])


def test_the_outcome_of_the_table_has_the_truth_as_its_law():
    """Residuals of a large table from its true fixed part, by level of variation."""
    design = changed_level(dataclasses.replace(CLASSES, rows=40, slope=2.0), 0, groups=3000)
    design = dataclasses.replace(changed_level(design, 0, effect=-0.5), contextual=3.0)
    frame = draw_table(design, seed=4)
    group = frame.groupby("class")
    left = frame["y"] - 2.0 * frame["x"] + 0.5 * frame["w_class"]
    left -= 3.0 * group["x"].transform("mean")
    means = left.groupby(frame["class"]).mean()
    assert means.var() == pytest.approx(2.0 + 2.0 / 40, rel=0.1)
    assert (left - means.loc[frame["class"]].to_numpy()).var() == pytest.approx(2.0, rel=0.03)


def test_slopes_differ_as_they_should():
    design = changed_level(PRESETS["Slopes that differ"], 0, groups=400)
    fit = fit_mixed(design.model, draw_table(design, seed=1))
    table = fit.variances
    assert table["sd"].iloc[0] == pytest.approx(0.6, rel=0.15)
    assert table["sd"].iloc[1] == pytest.approx(0.4, rel=0.2)
    assert table["corr"].iloc[2] == pytest.approx(-0.3, abs=0.2)


def test_what_the_model_does_not_know_is_drawn_all_the_same():
    paradox = PRESETS["Simpson's paradox"]
    drawing = draw(paradox, seed=1)
    moments = drawing.outcomes.draw(np.random.default_rng(1), 400)
    scale = moments.scale[-1]
    drawn = moments.means[:, -1].mean(axis=0) * scale + moments.shift[-1]
    frame = draw_table(paradox, seed=1)
    means = frame.groupby("school")["x"].mean().to_numpy()
    w = frame.groupby("school")["w_school"].first().to_numpy()
    expected = (paradox.slope + paradox.contextual) * means + 0.0 * w
    assert drawn == pytest.approx(expected, abs=5 * 0.35 / np.sqrt(400))
