"""Simulated data: their table, the choices that fit them, and all that follows from a seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from mlm_core.data.reading import read_table
from mlm_core.errors import MlmError
from mlm_core.inference.simulation import OUTCOME, PUPIL, NestedDesign
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_text import read_draw, written_draw
from pages._ui import cache, link, long_work, remarks
from pages._ui.dataset import Dataset, dataset_of
from pages._ui.examples import EXAMPLES, FIRST_EXAMPLE
from pages._ui.link import SIMULATED, AppState

T = TypeVar("T")


def drawn(function: Callable[..., T], **options: Any) -> T:
    """Return ``function(**options)`` for a function that needs no table, computed once.

    ``options`` are its key: numbers, names, frozen records and tuples of these.
    """
    key = repr(cache.key_of(function, **options))
    return cache.remember("", key, _call=partial(function, **options))


def long_drawn(
    function: Callable[..., T], *, label: str, on_cancel: Callable[[], None] | None, **options: Any
) -> T:
    """Return what :func:`drawn` would, with a bar and a way to cancel it, in a fragment.

    ``label`` says what the function counts; ``on_cancel`` takes back what was asked.
    """
    key = ("", repr(cache.key_of(function, **options)))
    call = partial(function, **options)
    found: T = long_work.computed(key, label, call, on_cancel, is_watched=True)
    return found


def choices_of(design: NestedDesign, seed: int) -> AppState:
    """Return the choices for a drawn table: the model of its design."""
    return AppState(
        dataset=SIMULATED,
        draw=written_draw(design, seed),
        outcome=OUTCOME,
        predictors=(PUPIL, *(level.predictor for level in design.levels)),
        levels=tuple(level.name for level in design.levels),
        slopes=tuple((level.name, (PUPIL,)) for level in design.levels if level.slope_sd),
    )


def table(draw: str) -> Dataset:
    """Return the table that a design and a seed, written as a text, stand for.

    Raises
    ------
    MlmError
        The text is no design, or one that nothing can be drawn from.
    """
    return cache.remember("simulated", draw, _call=partial(_table, draw))


def opened(asked: AppState, *, is_told: bool) -> tuple[AppState, str]:
    """Return the choices of a link to simulated data, and what has to be said about it."""
    try:
        columns = table(asked.draw).columns
        choices = asked if is_told else choices_of(*read_draw(asked.draw))
    except MlmError as error:
        remark = f"The simulated data of the link cannot be drawn. {error}"
        return EXAMPLES[FIRST_EXAMPLE].choices, remark
    kept, dropped = link.tidied(choices, columns)
    return kept, remarks.dropped_sentence(dropped, "the simulated data")


def _table(draw: str) -> Dataset:
    design, seed = read_draw(draw)
    content = draw_table(design, seed=seed).to_csv(index=False).encode()
    reading = read_table(content, filename="simulated.csv")
    return dataset_of(reading, f"simulated:{draw}", "simulated data", bundled=False)
