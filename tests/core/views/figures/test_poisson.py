"""Contours of both criteria, the clouds of estimates, and what intervals claim."""

import numpy as np
import pytest

from mlm_core.likelihood.poisson import bundled_surface
from mlm_core.likelihood.poisson_repeats import repeat_poisson
from mlm_core.views.figures import poisson as figures


@pytest.fixture(scope="module")
def repeats():
    return repeat_poisson(seed=1, repeats=60)


def test_the_contour_of_the_handout(keeps_the_rules):
    picture = figures.squares_contour(bundled_surface())
    keeps_the_rules(picture)
    lines, across, truth, least = picture.figure.data
    assert np.asarray(lines.z).shape == (200, 200)
    assert least.name == "least on the grid: −0.487, 0.462"
    assert (truth.x[0], truth.y[0]) == (-0.5, 0.5)
    row, column = np.unravel_index(np.asarray(lines.z).argmin(), (200, 200))
    assert (lines.x[column], lines.y[row]) == (least.x[0], least.y[0])
    assert (across.x[0], across.y[3]) == (least.x[0], least.y[0])


def test_the_contour_of_the_likelihood(keeps_the_rules):
    picture = figures.likelihood_contour(bundled_surface())
    keeps_the_rules(picture)
    assert picture.figure.data[3].name.startswith("most likely on the grid: −0.503, 0.492")
    assert picture.figure.layout.xaxis.title.text == "b<sub>0</sub>"


def test_both_clouds_are_drawn(repeats, keeps_the_rules):
    picture = figures.sampling_clouds(repeats)
    keeps_the_rules(picture)
    squares, likely, truth = picture.figure.data
    np.testing.assert_array_equal(squares.y, repeats.least_squares[:, 1])
    np.testing.assert_array_equal(likely.x, repeats.likelihood[:, 0])
    assert squares.marker.symbol != likely.marker.symbol
    assert truth.x[0] == -0.5


@pytest.mark.parametrize(("term", "name"), [("b0", "intercept"), ("b1", "slope")])
def test_claims_beside_what_happened(term, name, repeats, keeps_the_rules):
    picture = figures.interval_claims(repeats, term=term)
    keeps_the_rules(picture)
    assert picture.name == f"interval-claims-{name}"
    real, claimed = picture.figure.data
    for place, claim in enumerate(repeats.of(term)):
        assert real.x[3 * place + 1] == pytest.approx(1.96 * claim.sd)
        assert claimed.x[3 * place + 1] == pytest.approx(1.96 * claim.stated_se)
        assert f"covers {100 * claim.coverage:.0f}%" in picture.figure.layout.yaxis.ticktext[place]
