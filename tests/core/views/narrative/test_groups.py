"""Sentences on groups, with either outcome of every case."""

from dataclasses import replace

import pandas as pd
import pytest

from mlm_core.data.groups import describe_groups
from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.pair_experiment import pair_experiment
from mlm_core.inference.pairs import pair_urn
from mlm_core.inference.shares import icc
from mlm_core.views.narrative import groups


def test_nesting_of_the_classroom(classroom):
    assert groups.nesting(describe_groups(classroom, ["schoolid", "classid"])) == (
        "The 1,190 rows lie in 312 groups of classid, which lie in 107 groups of schoolid. A group"
        " of schoolid has 2 to 31 rows (mean 11.1) and a group of classid has 1 to 10 rows (mean"
        " 3.8)."
    )


def test_equal_sizes_and_rows_without_a_group():
    data = pd.DataFrame({"g": [1, 1, 2, 2, None]})
    sentence = groups.nesting(describe_groups(data, ["g"]))
    assert "has 2 rows (mean 2.0)" in sentence
    assert sentence.endswith("1 row has no group.")
    data = pd.DataFrame({"g": [1, 1, 2, 2, None], "h": [1, None, 2, 3, None]})
    assert groups.nesting(describe_groups(data, ["g", "h"])).endswith("2 rows have no group.")


def test_medians(classroom):
    found = summarise_groups(classroom, outcome="mathkind", groups=["schoolid"])
    sentence = groups.medians(found)
    assert "from 414.0 (group 18, 4 rows) to 526.5 (group 106, 2 rows)" in sentence
    assert "the median of all 1,190 rows is 466.0" in sentence
    alone = classroom[classroom["schoolid"] == 1]
    found = summarise_groups(alone, outcome="mathkind", groups=["schoolid"])
    assert groups.medians(found) == (
        f"All {len(alone)} rows lie in one group of schoolid: there is no other group to compare it"
        " with."
    )


@pytest.fixture(scope="module")
def urn(classroom):
    return pair_urn(classroom, outcome="mathkind", groups=["schoolid"])


def test_likeness_of_the_classroom(urn):
    sentence = groups.likeness(urn)
    assert "from each of 107 groups of schoolid" in sentence
    assert "scatter around 0.21: rows of the same group are alike" in sentence
    assert "no pair" not in sentence
    assert "drawn from" not in sentence
    some = replace(urn, rows=replace(urn.rows, n_all=5000))
    assert "107 groups of schoolid, themselves drawn from 5,000, and" in groups.likeness(some)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (groups.NO_LIKENESS + 0.001, "around 0.01: rows of the same group are alike"),
        (groups.NO_LIKENESS - 0.001, "around 0.00: rows of the same group are not more alike"),
    ],
)
def test_likeness_on_either_side_of_none(urn, limit, words):
    assert words in groups.likeness(replace(urn, limit=limit))


def test_groups_of_one_row_are_counted(classroom):
    urn = pair_urn(classroom, outcome="mathkind", groups=["schoolid", "classid"])
    assert groups.likeness(urn).endswith("42 groups of one row have no pair.")
    one = groups.likeness(replace(urn, n_skipped=1))
    assert one.endswith("1 group of one row has no pair.")


def test_too_few_groups_for_pairs():
    data = pd.DataFrame({"y": [1.0, 2, 3, 4], "g": [1, 1, 2, 2]})
    sentence = groups.likeness(pair_urn(data, outcome="y", groups=["g"]))
    assert sentence.endswith("at least three groups with two rows or more, and values that differ:"
                             " of g 2 groups have so many.")  # fmt: skip


def test_draws_so_far(classroom):
    found = pair_experiment(classroom, outcome="mathkind", groups=["schoolid"], draws=20)
    assert groups.draws_so_far(found, made=1) == f"Draw 1: correlation {found.values[0]:.3f}."
    assert groups.draws_so_far(found, made=20) == (
        f"Draw 20: correlation {found.values[-1]:.3f}. Mean of the 20 draws so far:"
        f" {found.mean:.3f}, with a standard deviation of {found.sd:.3f}."
    )


def test_likeness_is_the_intraclass_correlation(urn, means):
    sentence = groups.likeness_and_icc(urn, icc(means))
    assert "puts 21% of the variance of mathkind between groups of schoolid" in sentence
    assert "the intraclass correlation (ICC), 0.213: the correlation of two rows" in sentence
    assert "over all possible draws they average 0.211" in sentence


def test_the_intraclass_correlation_is_that_of_the_level(urn, classroom):
    nested = fit_mixed(Model("mathkind ~ 1 + (1 | schoolid/classid)"), classroom)
    shares = icc(nested)
    inner = shares.correlations.set_index("level")["icc"]["classid:schoolid"]
    told = groups.likeness_and_icc(replace(urn, level="classid:schoolid"), shares)
    assert f"the intraclass correlation (ICC), {inner:.3f}:" in told


def test_names_are_escaped(hostile):
    outcome, _, level = hostile.data.columns
    found = summarise_groups(hostile.data, outcome=outcome, groups=[level])
    for sentence in (
        groups.nesting(describe_groups(hostile.data, [level])),
        groups.medians(found),
        groups.likeness(pair_urn(hostile.data, outcome=outcome, groups=[level])),
    ):
        assert "<b>" not in sentence
        assert r"\<b\>\*x\*" in sentence
