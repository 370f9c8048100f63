"""Fits and what follows from them: the core's, each computed once for all it depends on."""

from __future__ import annotations

import pandas as pd
import pytest

from mlm_core import fit_mixed, icc
from mlm_core.data.model import Model
from pages._ui import fitted, opening
from pages._ui.examples import EXAMPLES

DATA = opening.bundled("classroom")
MODEL = EXAMPLES["classroom"].choices.model
BARE = Model("mathkind ~ ses + (1 | schoolid)")
AT = {"method": "REML", "level": "schoolid"}


def test_a_mixed_fit_is_shared_and_another_for_another_criterion(classroom: pd.DataFrame) -> None:
    for method in ("REML", "ML"):
        found = fitted.mixed(DATA, BARE, method=method)
        assert fitted.mixed(DATA, BARE, method=method) is found
        assert found.criterion == fit_mixed(BARE, classroom, method=method).criterion
    reml, ml = (fitted.mixed(DATA, BARE, method=each) for each in ("REML", "ML"))
    assert reml.criterion != ml.criterion
    empty = Model("mathkind ~ 1 + (1 | schoolid)")
    assert fitted.mixed(DATA, empty, method="ML").criterion > ml.criterion


def test_what_follows_from_a_fit_is_the_cores() -> None:
    fit = fitted.mixed(DATA, BARE, method="REML")
    found = fitted.shares(DATA, BARE, method="REML")
    pd.testing.assert_frame_equal(found.shares, icc(fit).shares)
    assert fitted.from_fit(icc, DATA, BARE, method="REML") is found
    modes = fitted.effects(DATA, BARE, **AT)
    pd.testing.assert_frame_equal(modes, fit.effects("schoolid"))


def test_work_on_a_fit_is_done_once() -> None:
    calls = []

    def work(fit, *, progress, n):
        assert progress(n, n)
        calls.append(n)
        return fit.n_obs + n

    for _ in range(2):
        found = fitted.long_from_fit(work, DATA, MODEL, method="REML", label="", n=3)
        assert found == 1193
    assert calls == [3]


def test_arrows_are_kept_for_their_term_and_their_group() -> None:
    asked = {"term": "(Intercept)", "group": None}
    found = fitted.arrows(DATA, BARE, **AT, **asked)
    assert fitted.arrows(DATA, BARE, **AT, **asked) is found
    assert fitted.arrows(DATA, BARE, **AT, term="ses", group=None).term == "ses"
    assert fitted.arrows(DATA, BARE, **AT, term="(Intercept)", group="1") is not found
    own = fitted.unpooled(DATA, BARE, level="schoolid").coefficients
    raw = own[own["term"] == "(Intercept)"].set_index("group")["estimate"]
    moved = found.table.set_index("group")["raw"]
    assert moved.to_dict() == raw[moved.index].to_dict()


def test_lines_along_the_path_lie_over_their_predictor() -> None:
    found = fitted.lines_along(DATA, BARE, **AT, predictor="ses", group=None)
    assert fitted.lines_along(DATA, BARE, **AT, predictor="ses", group=None) is found
    ranges = fitted.lines(DATA, BARE, **AT, predictor="ses").by_group["pooled"]
    assert found.table["x_from"].to_list() == pytest.approx(
        ranges.set_index("group")["x_from"][found.table["group"]].to_list(), nan_ok=True
    )
    place = fitted.path(DATA, BARE, **AT).at_estimate
    assert found.start.shape == (len(fitted.path(DATA, BARE, **AT).pooling), found.n_total)
    assert 0 < place < len(found.start)
