"""Levels and terms in words."""

from mlm_core.views.words import level_words, term_words


def test_levels_and_terms_in_words():
    assert level_words("schoolid") == "between schoolid"
    assert level_words("classid:schoolid") == "between classid within schoolid"
    assert level_words("Residual") == "within groups (residual)"
    assert term_words("(Intercept)") == "intercept"
    assert term_words("ses") == "slope of ses"
