"""Density, log-likelihood, sum of squares and surface as drawn."""

import numpy as np
import pytest
from scipy import integrate

from mlm_core.likelihood.normal import draw_normal, mean_likelihood, normal_surface, normal_tail
from mlm_core.views.figures import likelihood as figures

SAMPLE = draw_normal(30, mean=0.0, sd=1.0, seed=1)


def test_the_shaded_area_is_the_probability(keeps_the_rules):
    picture = figures.normal_density(normal_tail(mean=0.0, sd=1.0, threshold=2.0))
    keeps_the_rules(picture)
    curve, shade = picture.figure.data
    assert shade.name == "P(X > 2) = 0.0228"
    assert shade.x[0] == 2.0
    assert integrate.trapezoid(shade.y, shade.x) == pytest.approx(0.0228, abs=1e-4)
    assert curve.y.max() == pytest.approx(0.3989, abs=1e-3)
    assert "probability of 0.0228" in picture.alt


def test_a_threshold_far_out_still_draws(keeps_the_rules):
    for threshold in (-8.0, 8.0):
        picture = figures.normal_density(normal_tail(mean=0.0, sd=0.5, threshold=threshold))
        keeps_the_rules(picture)
        assert np.isfinite(picture.figure.data[1].y).all()


def test_both_criteria_mark_the_same_place(keeps_the_rules):
    found = mean_likelihood(SAMPLE, true_mean=0.5, sd=1.0)
    for picture, values, word in (
        (figures.log_likelihood(found), found.log_likelihood, "maximum"),
        (figures.sum_of_squares(found), found.sum_of_squares, "minimum"),
    ):
        keeps_the_rules(picture)
        crosses, best, truth = picture.figure.data
        np.testing.assert_array_equal(crosses.y, values)
        assert set(best.x) == {SAMPLE.mean()}
        assert best.name.startswith(word)
        assert truth.name == "truth: 0.5"


def test_contours_stand_where_the_log_likelihood_falls(keeps_the_rules):
    found = normal_surface(SAMPLE, true_mean=0.0, true_sd=1.0)
    picture = figures.normal_surface(found)
    keeps_the_rules(picture)
    lines, best, truth = picture.figure.data
    fall = found.maximum - found.log_likelihood
    for place, level in enumerate(figures.FALLS):
        np.testing.assert_array_equal(lines.z > place, fall > level)
    assert (best.x[0], best.y[0]) == (found.mean, found.sd)
    assert (truth.x[0], truth.y[0]) == (0.0, 1.0)
    assert f"{found.mean:.3f}".lstrip("-") in picture.alt


def test_contours_beyond_the_ends_keep_their_order():
    z = np.array([[0.0, 0.4, 1.0], [2.5, 4.0, 40.0]])
    placed = figures.contours(np.arange(3.0), np.arange(2.0), z, np.array([1.0, 2.0, 4.0]))["z"]
    assert (np.diff(np.asarray(placed).ravel()) >= 0).all()
    assert np.asarray(placed)[0, 2] == 0.0
    assert np.asarray(placed)[1, 1] == 2.0
