"""Influence of groups against lme4's."""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.influence import influence
from tests.core.lmer_record import reference

RECORD = reference("inference")["cluster_cook_C1"]
C1 = "mathkind ~ ses + (1 | schoolid)"
# lme4 refits to its own stopping rule; a distance is a square of small differences.
COOK = 1e-3


def test_cooks_distance_as_lme4(fitted):
    table = influence(fitted(C1)).table.sort_values("cooks_distance", ascending=False)
    assert list(table["group"][:3]) == [str(school) for school in RECORD["top"]]
    assert list(table["cooks_distance"][:3]) == pytest.approx(RECORD["cd"], rel=COOK)


def test_every_number_from_a_refit(fitted, classroom):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    found = influence(fit, "schoolid")
    rest = fit_mixed(fit.model, classroom[classroom["schoolid"] != 52])
    rows = found.coefficients[found.coefficients["group"] == "52"].set_index("term")
    for term in fit.terms:
        assert rows.loc[term, "without"] == pytest.approx(rest.estimate(term), rel=1e-5)
        change = rest.estimate(term) - fit.estimate(term)
        assert rows.loc[term, "change"] == pytest.approx(change, rel=1e-2)
    own = found.variances[found.variances["group"] == "52"].set_index("level")
    for record, whole in zip(rest.variances.itertuples(), fit.variances.itertuples(), strict=True):
        row = own.loc[record.level]
        assert row["without"] == pytest.approx(record.variance, rel=1e-3)
        share = record.variance / whole.variance - 1.0
        assert row["share"] == pytest.approx(share, abs=2e-3)
    assert found.level == "schoolid"
    assert len(found.table) == 107
    assert found.notes == ()


def test_slopes_on_the_users_scale(fitted, sleepstudy):
    fit = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    found = influence(fit)
    rest = fit_mixed(fit.model, sleepstudy[sleepstudy["Subject"] != 335])
    own = found.variances[found.variances["group"] == "335"]
    expected = rest.variances[rest.variances["other"] == ""]
    assert list(own["without"]) == pytest.approx(list(expected["variance"]), rel=1e-3)


def test_a_coefficient_that_rests_on_one_group(pupils):
    school = pupils.groupby(["d", "s"]).ngroup()
    frame = pupils.assign(z=np.where(school == 2, pupils["w"], 0.0))
    found = influence(fit_mixed(Model("y ~ x + z + (1 | s:d)"), frame))
    assert list(found.table["cooks_distance"].isna()) == [False, False, True, False]
    (note,) = found.notes
    assert note.code == "rests-on-one-group"
    assert note.numbers["groups"] == ("2 / 1",)


def test_an_added_outlier_is_found(classroom):
    frame = classroom.copy()
    frame["mathkind"] = frame["mathkind"].astype(float)
    frame.loc[frame["schoolid"] == 27, "mathkind"] += 150.0
    table = influence(fit_mixed(Model(C1), frame)).table
    assert table.loc[table["cooks_distance"].idxmax(), "group"] == "27"
