"""What a table is, before anything is fitted to it: columns, groups, pairs of their members.

Each is computed the first time only (see :mod:`pages._ui.cache`).
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from mlm_core.data.columns import ColumnDescription, survey
from mlm_core.data.glimpse import categories_of
from mlm_core.data.groups import GroupsDescription, describe_groups, variable_levels
from mlm_core.inference.pair_experiment import PairExperiment, experiment_from
from mlm_core.inference.pairs import pair_urn
from pages._ui import cache
from pages._ui.dataset import MOST_CATEGORIES, Dataset, Roles, roles_of
from pages._ui.link import AppState, tidied


def columns(data: Dataset) -> tuple[ColumnDescription, ...]:
    """Describe every column: kind, missing values, examples."""
    return cache.computed(survey, data).columns


def roles(data: Dataset) -> Roles:
    """Tell what each column may be chosen as."""
    described = columns(data)
    categories = cache.computed(categories_of, data, most=MOST_CATEGORIES)
    return cache.once(data, "roles", partial(roles_of, data.columns, described, categories))


def first_guess(data: Dataset) -> AppState:
    """Guess outcome, predictors and levels of a table nobody has chosen for yet."""
    guess = cache.computed(survey, data).roles
    choices = AppState(
        outcome=guess.outcome or "",
        predictors=tuple(guess.predictors),
        levels=tuple(guess.levels),
    )
    return tidied(choices, data.columns)[0]


def groups(data: Dataset, levels: tuple[str, ...]) -> GroupsDescription:
    """Describe the groups of nested levels, outermost first.

    Raises
    ------
    MlmError
        The levels are not nested, or do not divide the rows into groups.
    """
    return cache.computed(describe_groups, data, levels=levels)


def levels_of_variables(data: Dataset, levels: tuple[str, ...]) -> pd.DataFrame:
    """Tell for every column at which level it varies."""
    return cache.computed(variable_levels, data, levels=levels)


def varies_at(data: Dataset, levels: tuple[str, ...]) -> dict[str, str]:
    """Tell for the columns that are constant within groups of a level which level that is."""
    found = levels_of_variables(data, levels)
    pairs = zip(found["variable"], found["level"], strict=True)
    return {str(name): str(level) for name, level in pairs if level in levels}


def pair_experiment(
    data: Dataset, *, outcome: str, groups: tuple[str, ...], draws: int
) -> PairExperiment:
    """Draw pairs of members of the same group many times."""
    urn = cache.computed(pair_urn, data, outcome=outcome, groups=groups)
    key = cache.key_of(experiment_from, outcome, groups, draws)
    return cache.once(data, key, partial(experiment_from, urn, draws=draws))
