"""Shared words, on both sides of every threshold."""

import pytest

from mlm_core.views.narrative import wording


def test_names_are_shown_letter_by_letter():
    assert wording.name("a_b *c*") == r"a\_b \*c\*"
    assert wording.level_name("c_1:s") == r"c\_1 within s"


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (wording.VERY_RARE * 0.99, "in fewer than 1 of 1,000 samples"),
        (wording.VERY_RARE, "in about 1 of 1,000 samples"),
        (wording.FEW_IN_A_HUNDRED * 0.99, "in about 9 of 1,000 samples"),
        (wording.FEW_IN_A_HUNDRED, "in about 1 of 100 samples"),
        (0.306, "in about 31 of 100 samples"),
        (1.0, "in about 100 of 100 samples"),
    ],
)
def test_how_often(p, words):
    assert wording.how_often(p) == words


def test_estimates_have_two_digits_of_their_standard_error():
    assert wording.more_or_fewer(10.684, 1.589) == "10.7 more points"
    assert wording.more_or_fewer(-0.47, 0.0221) == "0.470 fewer points"
    assert wording.bounds(7.567, 13.8, 1.589) == "95% interval 7.6 to 13.8"


def test_lists_and_counts():
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b"]) == "a and b"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.counted(1, "row", "rows") == "1 row"
    assert wording.counted(1190, "row", "rows") == "1,190 rows"
