"""Sentences on shares and correlations, conditional and not."""

from dataclasses import replace

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.shares import icc
from mlm_core.views.narrative import variance


def test_shares_of_all_variation(means):
    assert variance.shares(icc(means), outcome="mathkind") == (
        "Of all variation in mathkind 21% lies between groups of schoolid and 79% between rows of"
        " the same group."
    )


def test_shares_of_what_predictors_leave(school):
    assert variance.shares(school.shares, outcome="mathkind") == (
        "Of the variation in mathkind that the predictors leave, 19% lies between groups of"
        " schoolid, 1% between groups of classid within schoolid and 80% between rows of the same"
        " group."
    )


def test_correlations(school, means):
    assert variance.correlations(school.shares) == (
        "Two rows of the same schoolid correlate at 0.19 and two rows of the same classid within"
        " schoolid at 0.20, given their predictors."
    )
    assert variance.correlations(icc(means)) == "Two rows of the same schoolid correlate at 0.21."


def test_shares_with_slopes_say_where_they_hold(sleepstudy):
    fit = fit_mixed(Model("Reaction ~ Days + (Days | Subject)"), sleepstudy)
    assert variance.shares(icc(fit), outcome="Reaction").endswith("this holds at Days = 4.50.")
    hostile = replace(icc(fit), at={"<b>": 4.5})
    assert variance.shares(hostile, outcome="y").endswith(r"this holds at \<b\> = 4.50.")


def test_few_groups_tell_hardly_anything_of_their_variance(classroom):
    def told(n):
        rows = classroom[classroom["schoolid"] <= n]
        return variance.hardly_known(fit_mixed(Model("mathkind ~ 1 + (1 | schoolid)"), rows))

    assert told(variance.FEW_GROUPS + 1) is None
    note = told(variance.FEW_GROUPS)
    assert note.severity == "caution"
    assert note.numbers == {"schoolid": variance.FEW_GROUPS}
    assert note.message.startswith("There are only 4 groups of schoolid. How much groups differ")


def test_the_change_of_the_total_goes_either_way(school, means):
    before, after = icc(means), school.shares
    assert "falls from 1,709 to 1,616" in variance.change(before, after, outcome="mathkind")
    assert "rises from 1,616 to 1,709" in variance.change(after, before, outcome="mathkind")
    assert variance.change(after, after, outcome="*y*").endswith(
        r"variance of \*y\* left unexplained stays at 1,616."
    )


def test_names_are_escaped(hostile):
    sentence = variance.shares(hostile.shares, outcome=hostile.lines.outcome)
    assert "<b>" not in sentence
    assert r"\<b\>\*x\*" in variance.correlations(hostile.shares)
