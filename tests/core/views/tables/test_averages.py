"""Six ways to one slope, against the handout."""

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.unpooled import fit_unpooled
from mlm_core.views import tables


def test_the_six_slopes_of_the_handout(school):
    table = tables.averages(
        "ses", pooled=school.pooled, unpooled=school.unpooled, mixed=school.mixed
    )
    assert table.frame["Slope"].tolist()[:4] == ["14.359", "8.635", "8.295", "10.270"]
    assert table.frame["Slope"].tolist()[5] == "10.684"
    assert table.frame["From"].tolist()[4] == "105 groups"
    assert table.frame["What it takes for granted"].nunique() == 6
    assert table.caption == "Slope of ses, six ways"
    assert table.footnotes == ()


def test_without_a_mixed_fit_there_are_five(school):
    table = tables.averages("ses", pooled=school.pooled, unpooled=school.unpooled)
    assert len(table.frame) == 5
    assert table.caption == "Slope of ses, five ways"


def test_slopes_that_vary_are_assumed_to_be_normal(school, slopes):
    table = tables.averages("ses", pooled=school.pooled, unpooled=school.unpooled, mixed=slopes)
    assert "slopes are normally" in table.frame["What it takes for granted"].iloc[-1]


def test_groups_without_a_line_are_counted(classroom):
    model = Model("mathkind ~ ses + (1 | schoolid:classid)")
    table = tables.averages(
        "ses",
        pooled=fit_pooled(model, classroom),
        unpooled=fit_unpooled(model, classroom),
        mixed=fit_mixed(model, classroom),
    )
    assert "of 312 groups" in table.footnotes[0]
