"""Correlations and variances of residuals from moments, against R and against the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.prediction import residuals
from mlm_core.inference.influence import influence
from mlm_core.inference.residual_checks import residual_correlations, residual_heterogeneity
from tests.core.lmer_record import reference

RECORDS = reference("checks")
TABLES = {"C1": "classroom", "C3": "classroom", "S1": "sleepstudy"}
LEVELS = [(name, level) for name, record in RECORDS.items() for level in record["levels"]]
PRINTED = 1e-5


@pytest.mark.parametrize(("name", "level"), LEVELS)
def test_correlations_and_bartlett_as_r(name, level, fitted):
    record = RECORDS[name]["levels"][level]
    fit = fitted(RECORDS[name]["formula"], TABLES[name])
    row = residual_correlations(fit).set_index("level").loc[level]
    assert row["fixed_only"] == pytest.approx(record["fixed_only"], rel=PRINTED)
    assert row["with_effects"] == pytest.approx(record["with_effects"], rel=PRINTED)
    found = residual_heterogeneity(fit, level)
    bartlett = record["bartlett"]
    assert found.statistic == pytest.approx(bartlett["statistic"], rel=PRINTED)
    assert found.df == bartlett["df"]
    assert found.p == pytest.approx(bartlett["p"], rel=1e-4)


@pytest.mark.parametrize(("name", "level"), LEVELS)
def test_the_five_most_influential_groups_as_lme4(name, level, fitted):
    record = RECORDS[name]["levels"][level]["cook"]
    fit = fitted(RECORDS[name]["formula"], TABLES[name])
    distance = influence(fit, level).table["cooks_distance"].to_numpy()
    top = np.argsort(-distance)[:5]
    assert list(top + 1) == record["position"]
    assert list(distance[top]) == pytest.approx(record["distance"], rel=1e-4)


def test_row_by_row_at_two_levels(fitted, classroom):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    found = residual_correlations(fit)
    schools = classroom["schoolid"].to_numpy()
    codes = [schools, classroom.groupby(["schoolid", "classid"]).ngroup().to_numpy()]
    for effects, column in (("none", "fixed_only"), ("all", "with_effects")):
        values = pd.Series(residuals(fit, classroom, effects=effects))
        for position, code in enumerate(codes):
            groups = values.groupby(code)
            n, total, j = groups.size(), len(values), groups.ngroups
            msb = (n * (groups.mean() - values.mean()) ** 2).sum() / (j - 1)
            msw = ((values - groups.transform("mean")) ** 2).sum() / (total - j)
            n0 = (total - (n**2).sum() / total) / (j - 1)
            expected = (msb - msw) / (msb + (n0 - 1) * msw)
            assert found[column][position] == pytest.approx(expected, rel=1e-6)


def test_the_residual_sd_of_every_group(fitted, sleepstudy):
    fit = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    found = residual_heterogeneity(fit)
    values = pd.Series(residuals(fit, sleepstudy))
    sd = values.groupby(sleepstudy["Subject"].to_numpy()).std()
    assert list(found.table["sd"]) == pytest.approx(list(sd), rel=1e-8)
    groups = [own for _, own in values.groupby(sleepstudy["Subject"].to_numpy())]
    assert found.p == pytest.approx(stats.bartlett(*groups).pvalue, rel=1e-8)
    assert found.n_left_out == 0


def test_inner_groups_are_taken_out_first(fitted):
    """Schools compared by what varies inside their classes."""
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    found = residual_heterogeneity(fit, "schoolid")
    sizes = fit.effects("classid").groupby("schoolid", sort=False)["n"]
    df = (sizes.sum() - sizes.size()).to_numpy()
    assert list(found.table["df"]) == list(df[df >= 4])
    assert found.n_left_out == (df < 4).sum()


def test_groups_too_small_to_tell(pupils):
    few = pupils.groupby(["d", "s", "c"]).head(2)
    found = residual_heterogeneity(fit_mixed(Model("y ~ x + (1 | c:s:d)"), few))
    assert np.isnan(found.p)
    assert (len(found.table), found.n_left_out) == (0, 9)


def test_nothing_is_left_where_the_model_is_right():
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(200), 15)
    y = rng.normal(0.0, 2.0, 200)[group] + rng.normal(size=3000)
    fit = fit_mixed(Model("y ~ 1 + (1 | g)"), pd.DataFrame({"y": y, "g": group}))
    row = residual_correlations(fit).iloc[0]
    assert row["fixed_only"] == pytest.approx(0.8, abs=0.05)
    # Deviations from a mean of 15 rows are correlated by -1 / 14; shrinkage leaves a little more.
    assert -1.0 / 14.0 <= row["with_effects"] < -0.06
    assert residual_heterogeneity(fit).p > 0.01
