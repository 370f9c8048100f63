"""Sentences on tests, on either side of what counts as rare."""

import re
from dataclasses import replace

import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.comparison import compare
from mlm_core.inference.random_terms import compare_with_pooled
from mlm_core.views.narrative import likelihood_ratio
from mlm_core.views.narrative.wording import RARE


@pytest.fixture(scope="module")
def result(school, classroom):
    small = fit_mixed(Model("mathkind ~ ses + (1 | schoolid)"), classroom)
    return compare(small, school.mixed)


def test_a_test_that_leaves_it_open(result):
    assert likelihood_ratio.test(result) == (
        r"If the intercept does not vary between classid\:schoolid, a likelihood-ratio statistic of"
        " 0.257 or more would come up in about 31 of 100 samples, the boundary taken into account."
        " These data leave it open; that is no evidence that it is so."
    )


@pytest.mark.parametrize(
    ("p", "words"),
    [(RARE * 0.99, "The data speak against that."), (RARE, "These data leave it open")],
)
def test_either_side_of_rare(result, p, words):
    assert words in likelihood_ratio.test(replace(result, p_boundary=p))
    plain = likelihood_ratio.test(replace(result, p=p, p_boundary=None))
    assert words in plain
    assert "boundary" not in plain


def test_every_random_term_has_its_sentence(school):
    sentence = likelihood_ratio.random_terms(school.tests)
    assert sentence.count("were not needed") == 2
    assert "a statistic of 53.4 or more would come up in fewer than 1 of 1,000" in sentence
    assert "in about 31 of 100 samples" in sentence  # by the mixture, not 61 by the chi-square
    assert not re.search(r"signific|no effect", sentence)


def test_what_r_prints_is_told_only_where_it_differs(school, classroom):
    reml = likelihood_ratio.pooled_comparison(compare_with_pooled(school.mixed))
    assert "R prints 121.2 in place of 116.4" in reml
    full = fit_mixed(Model("mathkind ~ ses + (1 | schoolid)"), classroom, method="ML")
    assert "R prints" not in likelihood_ratio.pooled_comparison(compare_with_pooled(full))


def test_names_are_escaped(hostile):
    sentence = likelihood_ratio.random_terms(hostile.tests)
    assert "<b>" not in sentence
    assert r"\<b\>\*x\*" in sentence
