"""What a table is: the core's descriptions of it, each made once."""

from __future__ import annotations

import pandas as pd
import pytest

from mlm_core.errors import MlmError
from mlm_core.inference.pair_experiment import pair_experiment
from pages._ui import described, opening

DATA = opening.bundled("classroom")
LEVELS = ("schoolid", "classid")


def test_columns_and_what_they_are_offered_for(classroom: pd.DataFrame) -> None:
    assert [each.name for each in described.columns(DATA)] == list(classroom.columns)
    roles = described.roles(DATA)
    assert set(LEVELS) <= set(roles.levels)
    assert "mathkind" in roles.outcomes
    assert "schoolid" not in roles.outcomes
    assert described.roles(DATA) is roles


def test_a_first_guess_can_be_used_as_it_is() -> None:
    guess = described.first_guess(DATA)
    assert guess.outcome in described.roles(DATA).outcomes
    assert guess.levels
    assert {*guess.predictors, *guess.levels} <= set(DATA.columns)


def test_groups_and_the_level_at_which_a_column_varies() -> None:
    assert described.groups(DATA, LEVELS) is described.groups(DATA, LEVELS)
    varies_at = described.varies_at(DATA, LEVELS)
    assert varies_at["housepov"] == "schoolid"
    assert varies_at["mathknow"] == "classid"
    assert "ses" not in varies_at
    with pytest.raises(MlmError):
        described.groups(DATA, ("no such column",))


def test_pairs_are_those_the_core_draws_from_the_table(classroom: pd.DataFrame) -> None:
    asked = {"outcome": "mathkind", "groups": ("schoolid",)}
    found = described.pair_experiment(DATA, **asked, draws=5)
    assert found is described.pair_experiment(DATA, **asked, draws=5)
    assert found.values == pytest.approx(pair_experiment(classroom, **asked, draws=5).values)
    assert len(described.pair_experiment(DATA, **asked, draws=6).values) == 6
    by_class = described.pair_experiment(DATA, outcome="mathkind", groups=LEVELS, draws=5)
    assert by_class.limit != found.limit
