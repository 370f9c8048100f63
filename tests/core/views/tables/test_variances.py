"""Variance tables: levels once, residual last, shares adding up, singular fits named."""

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.share_intervals import share_intervals
from mlm_core.inference.shares import icc
from mlm_core.views import tables


def test_variances_are_those_of_the_handout(school):
    frame = tables.variances(school.mixed).frame
    assert frame["Level"].tolist() == ["schoolid", "classid:schoolid", "Residual"]
    assert frame["Variance"].tolist() == ["301.52", "20.44", "1,294.08"]
    assert frame["SD"].tolist() == ["17.364", "4.521", "35.973"]
    assert not [name for name in frame.columns if "Corr" in name]


def test_a_level_is_named_once_and_its_correlation_stands_with_the_slope(slopes):
    table = tables.variances(slopes)
    assert table.frame["Level"].tolist() == ["schoolid", "", "Residual"]
    assert table.frame["Corr with (Intercept)"].tolist() == ["", "−1.00", ""]
    assert any("minus one" in text for text in table.footnotes)


def test_shares_add_to_a_hundred(school, means):
    table = tables.shares(school.shares, outcome="mathkind")
    assert table.frame["Where"].tolist()[0] == "Between schoolid"
    assert table.frame["Share"].tolist() == ["18.6%", "1.3%", "80.1%", "100.0%"]
    assert table.frame["Variance"].tolist()[-1] == "1,616.04"
    assert table.footnotes == ("Of the variance that the predictors leave.",)
    assert "No predictors" in tables.shares(icc(means), outcome="mathkind").footnotes[0]


def test_correlations_of_both_levels(school, means):
    table = tables.correlations(school.shares)
    assert table.frame["ICC"].tolist() == ["0.187", "0.199"]
    assert len(table.footnotes) == 2
    assert tables.correlations(icc(means)).frame["ICC"].tolist() == ["0.213"]
    assert tables.correlations(icc(means)).footnotes == ()


def test_shares_with_slopes_say_where_they_hold(sleepstudy):
    fit = fit_mixed(Model("Reaction ~ Days + (Days | Subject)"), sleepstudy)
    assert any("Days = 4.50" in text for text in tables.correlations(icc(fit)).footnotes)


def test_intervals_stand_beside_what_they_are_of(school):
    sure = share_intervals(school.mixed, 200, seed=3)
    table = tables.shares(school.shares, outcome="mathkind", sure=sure)
    assert table.frame["Share"].tolist() == ["18.6%", "1.3%", "80.1%", "100.0%"]
    assert table.frame["95% from"].tolist()[1::2] == ["0.0%", ""]
    assert "200 samples" in table.footnotes[1]
    assert "seed 3" in table.footnotes[1]
    icc = tables.correlations(school.shares, sure=sure).frame
    assert icc["ICC"].tolist() == ["0.187", "0.199"]
    assert (icc["95% from"] < icc["ICC"]).all()
    assert (icc["ICC"] < icc["95% to"]).all()
