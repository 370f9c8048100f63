"""Number formatting, on both sides of every rule."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlm_core.views.numbers import (
    MINUS,
    chosen,
    column,
    count,
    decimals_for,
    decimals_of_many,
    fixed,
    interval,
    number,
    p_value,
    percent,
    percent_below,
    percents,
)


def test_fixed_has_a_true_minus_and_thousands():
    assert fixed(-1234.5, 1) == f"{MINUS}1,234.5"
    assert fixed(-0.001, 2) == "0.00"
    assert fixed(None, 2) == fixed(math.nan, 2) == "n/a"
    assert fixed(math.inf, 2) == "∞"
    assert fixed(-math.inf, 2) == f"{MINUS}∞"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10.684, "10.7"),
        (9.996, "10.0"),
        (12085.06, "12,085"),
        (0.00123, "0.00123"),
        (0.0000123, "1.23×10⁻⁵"),
        (-2.5e12, f"{MINUS}2.50×10¹²"),
        (0.0, "0"),
        (math.nan, "n/a"),
    ],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.00099, "<.001"), (0.001, ".001"), (0.61254, ".613"), (0.9994, ".999"), (0.9996, "1.000")],
)
def test_p_value(p, text):
    assert p_value(p) == text


def test_a_missing_p_value_is_said_to_be_missing():
    assert p_value(None) == p_value(math.nan) == "n/a"


@pytest.mark.parametrize(
    ("share", "text"), [(0.2066, "21%"), (0.0049, "<1%"), (0.005, "<1%"), (0.0051, "1%"), (0, "0%")]
)
def test_percent(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.797, "79.7%"), (0.79976, "79.98%"), (0.794, "79%"), (0.8, "80%"), (0.804, "80%")],
)
def test_a_share_below_a_limit_does_not_print_as_the_limit(share, text):
    assert percent_below(share, 0.8) == text


def test_percents_add_to_a_hundred():
    assert percents([0.2066, 0.0187, 0.7747]) == ["21%", "2%", "77%"]
    assert percents([1 / 3, 1 / 3, 1 / 3], 1) == ["33.4%", "33.3%", "33.3%"]
    assert percents([0.999, 0.001]) == ["100%", "<1%"]
    assert percents([0.3975, 0.3975, 0.1988, 0.0062]) == ["40%", "40%", "20%", "<1%"]
    assert percents([0.5, 0.2]) == ["50%", "20%"]
    assert percents([math.nan, 1.0]) == ["n/a", "100%"]


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6))
def test_percents_always_add_to_a_hundred(weights):
    shares = [weight / sum(weights) for weight in weights]
    texts = percents(shares)
    if not any("<" in text for text in texts):
        assert sum(int(text.rstrip("%")) for text in texts) == 100


def test_interval_has_one_precision():
    assert interval(7.5605, 13.832) == "7.56 to 13.83"
    assert interval(None, 3.0) == "n/a to 3.00"


def test_count():
    assert count(1190) == "1,190"


def test_a_column_shows_enough_digits_of_its_smallest_entry():
    assert column([465.7457, 10.7218]) == ["465.75", "10.72"]
    assert column([1.0, None, math.nan]) == ["1.000", "", "n/a"]
    assert column([1.0], decimals=1) == ["1.0"]


def test_a_column_never_prints_too_many_digits():
    assert decimals_for([465123.7, 0.00234]) == 4  # two digits of the smallest are kept
    assert decimals_for([465.7, 0.00234]) == 4  # seven digits of the largest
    assert decimals_for([0.0, math.nan]) == 0


def test_a_long_column_is_printed_for_its_typical_entry():
    assert decimals_of_many([0.0001, -12.3, 35.1, 0.0, None]) == 2
    assert decimals_of_many([0.0001, 1.5, 2.5]) == 3
    assert decimals_of_many([0.5, 0.6, 350.0]) == 4
    assert decimals_of_many([0.0, math.nan]) == 0
    assert decimals_of_many([1e-300]) == 10


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8))
def test_all_entries_of_a_column_have_the_same_decimals(values):
    places = {len(text.partition(".")[2]) for text in column(values)}
    assert len(places) == 1


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (-0.5, f"{MINUS}0.5"), (0.0, "0"), (0.1 + 0.2, "0.3")]
)
def test_what_somebody_set_is_shown_as_they_set_it(value, text):
    assert chosen(value) == text
