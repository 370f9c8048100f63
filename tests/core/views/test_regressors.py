"""Regressors of models and of fits: the same but for categories."""

import numpy as np

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.views.regressors import INTERCEPT, fixed_regressors, varying_levels


def test_a_fit_gives_the_regressors_of_its_model(school):
    assert fixed_regressors(school.mixed) == fixed_regressors(school.model)
    assert fixed_regressors(school.pooled) == fixed_regressors(school.model)
    assert varying_levels(school.mixed) == varying_levels(school.model)
    assert varying_levels(school.pooled) == []


def test_uncorrelated_effects_stand_in_blocks_of_their_own(classroom):
    model = Model("mathkind ~ ses + (ses || schoolid) + (1 | schoolid:classid)")
    levels = varying_levels(model)
    assert [len(level.blocks) for level in levels] == [2, 1]
    assert levels[0].blocks[0] == (INTERCEPT,)
    found = varying_levels(fit_mixed(model, classroom))
    assert [level.groups for level in found] == [level.groups for level in levels]
    assert {b for level in found for b in level.blocks} == {
        b for level in levels for b in level.blocks
    }


def test_only_a_fit_knows_categories(hsb82):
    data = hsb82.assign(sector=np.where(hsb82["catholic"] == 1, "Catholic", "Public"))
    model = Model("mAch ~ 0 + sector + (0 + cses | school)")
    assert [r.factors[0][1] for r in fixed_regressors(model)] == [None]
    assert {r.factors[0][1] for r in fixed_regressors(fit_pooled(model, data))} == {
        "Catholic",
        "Public",
    }
    assert INTERCEPT not in varying_levels(model)[0].blocks[0]
