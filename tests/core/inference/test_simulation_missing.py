"""Outcomes lost in three ways: how many, which, and what it does to the estimates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from mlm_core.errors import DesignError
from mlm_core.inference.simulation import PRESETS, LevelDesign, NestedDesign
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_missing import (
    MECHANISMS,
    STRENGTH,
    lose_rows,
    loss_probability,
    missing_data,
    repeat_missing,
)

CLASSES = PRESETS["100 classes of 200 pupils"]
SMALL = NestedDesign(levels=(LevelDesign("school", 30, intercept_sd=0.5),), rows=20)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_the_share_lost_is_the_share_asked_for(mechanism, share):
    frame = draw_table(CLASSES, seed=1)
    probability = loss_probability(frame, mechanism, share)
    assert probability.mean() == pytest.approx(share, abs=1e-9)
    left = lose_rows(frame, mechanism, share=share, generator=np.random.default_rng(99))
    lost = left["y"].isna()
    assert lost.mean() == pytest.approx(share, abs=0.012)
    assert left.loc[~lost, "y"].equals(frame.loc[~lost, "y"])
    assert left.drop(columns="y").equals(frame.drop(columns="y"))


def test_what_drives_the_loss():
    frame = draw_table(CLASSES, seed=1)
    for mechanism, column in (("MAR", "x"), ("MNAR", "y")):
        z = (frame[column] - frame[column].mean()) / frame[column].std(ddof=0)
        logit = special.logit(loss_probability(frame, mechanism, 0.3))
        slope, _ = np.polyfit(z, logit, 1)
        assert slope == pytest.approx(STRENGTH)
    assert len(set(loss_probability(frame, "MCAR", 0.3))) == 1


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_before_and_after_are_fits_of_the_same_table(mechanism):
    found = missing_data(SMALL, mechanism=mechanism, share=0.3, seed=2)
    assert [each.term for each in found.before] == ["(Intercept)", "x", "w_school"]
    assert [each.truth for each in found.after] == [0.0, 1.0, 0.0]
    assert found.n_rows == 600
    assert 100 < found.n_lost < 260
    assert all(b.se < a.se for b, a in zip(found.before[1:2], found.after[1:2], strict=True))
    again = missing_data(SMALL, mechanism=mechanism, share=0.3, seed=2)
    assert again.after == found.after
    for each in (*found.before, *found.after):
        assert each.covers == (each.lower <= each.truth <= each.upper)
    assert found.probability["probability"].between(0, 1).all()
    assert found.probability["driver"].is_monotonic_increasing


@pytest.mark.slow
def test_only_loss_by_the_outcome_bends_the_estimates():
    coverage = {}
    told: list[tuple[int, int]] = []
    for mechanism in MECHANISMS:
        asked = {"mechanism": mechanism, "share": 0.3, "seed": 1, "repeats": 150}
        found = repeat_missing(SMALL, **asked, progress=lambda *done: told.append(done))
        assert told[-1] == (150, 150)
        assert found.n_repeats == 150
        row = found.summary.set_index("term").loc["x"]
        coverage[mechanism] = row["coverage_after"]
        assert row["coverage_before"] == pytest.approx(0.95, abs=0.06)
        if mechanism == "MNAR":
            assert row["mean_after"] < 0.93
        else:
            assert row["mean_after"] == pytest.approx(1.0, abs=0.02)
    assert coverage["MCAR"] > 0.89
    assert coverage["MAR"] > 0.89
    assert coverage["MNAR"] < 0.6


@pytest.mark.parametrize(("share", "counted"), [(0.5, 3), (0.4, 8)])
def test_tables_of_which_too_little_is_left_are_not_counted(share, counted):
    told: list[tuple[int, int]] = []
    asked = {"mechanism": "MCAR", "share": share, "seed": 1, "repeats": 10}
    found = repeat_missing(_tiny(4), **asked, progress=lambda *done: told.append(done))
    assert found.n_repeats == counted
    assert told == [(done, 10) for done in range(1, 11)]  # to be stopped at any of them


def test_where_no_table_is_counted_there_is_nothing_to_tell():
    with pytest.raises(DesignError, match="In none of 10 tables"):
        repeat_missing(_tiny(2), mechanism="MCAR", share=0.8, seed=1, repeats=10)


def _tiny(rows):
    return NestedDesign(levels=(LevelDesign("school", 2, intercept_sd=0.5),), rows=rows)
