"""Reference curves: mixture only at the boundary, marks at the observed statistic."""

import numpy as np
import pytest

from mlm_core.inference.summaries import tail_curves
from mlm_core.views.figures.likelihood_ratio import likelihood_ratio


def test_one_variance_at_the_boundary(keeps_the_rules):
    curves = tail_curves(0.2565, 1, weights=((0, 0.5), (1, 0.5)))
    picture = likelihood_ratio(curves)
    keeps_the_rules(picture)
    plain, mixture, observed, p, p_boundary = picture.figure.data
    assert plain.name == "chi-square, 1 df"
    assert plain.line.dash != mixture.line.dash
    assert set(observed.x) == {0.2565}
    assert 10 ** p.y[0] == pytest.approx(0.61254, abs=1e-4)
    assert 10 ** p_boundary.y[0] == pytest.approx(10 ** p.y[0] / 2)
    assert p.name == "p of the chi-square = .613"
    assert p.hovertemplate == "p = 0.61<extra></extra>"
    assert picture.figure.layout.xaxis.title.text == "likelihood-ratio statistic"
    assert "p = .613; against the mixture" in picture.alt
    assert "0.50 with 0, 0.50 with 1" in picture.alt


def test_no_boundary_no_mixture(keeps_the_rules):
    picture = likelihood_ratio(tail_curves(44.4, 2))
    keeps_the_rules(picture)
    assert len(picture.figure.data) == 3
    assert picture.alt.endswith("statistic is 44.40: p < .001.")


def test_a_statistic_far_out_stays_on_its_curve(keeps_the_rules):
    picture = likelihood_ratio(tail_curves(114_526.0, 2, weights=((0, 0.25), (1, 0.5), (2, 0.25))))
    keeps_the_rules(picture)
    plain, mixture, _, p, p_boundary = picture.figure.data
    # Of two degrees of freedom the tail is exp(-x / 2).
    assert plain.y == pytest.approx(-plain.x / 2 / np.log(10))
    assert p.y[0] == pytest.approx(-114_526 / 2 / np.log(10))
    assert p_boundary.y[0] == pytest.approx(np.interp(114_526, mixture.x, mixture.y))
    assert p.hovertemplate.startswith("p = 9.9 × 10<sup>−24,870</sup>")
    assert len(picture.figure.layout.yaxis.ticktext) <= 8
    assert picture.figure.layout.yaxis.ticktext[1] == "10<sup>−5,000</sup>"
    assert picture.figure.layout.yaxis.range[0] < p.y[0]


@pytest.mark.parametrize(("statistic", "step"), [(30.0, 2), (116.4, 5), (1065.7, 50)])
def test_decades_are_round_and_no_mark_stands_on_the_axis(statistic, step):
    figure = likelihood_ratio(tail_curves(statistic, 3)).figure
    assert np.diff(figure.layout.yaxis.tickvals) == pytest.approx(-step)
    lowest = figure.layout.yaxis.range[0]
    assert figure.data[2].y[0] - lowest >= 0.04 * abs(lowest)
