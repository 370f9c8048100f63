"""The list of kept models as a person handles it: add, rename, move, remove, take up again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.residual import NEED_ROWS
from mlm_core.notes import Note
from mlm_core.views.escape import for_markdown
from mlm_core.views.narrative import variance
from pages._ui import described, kept, show, state
from pages._ui.dataset import Dataset
from pages._ui.kept import Kept
from pages._ui.link import AppState

_KEPT = "mlm.kept"


def models_kept() -> tuple[Kept, ...]:
    """Return the models kept for comparison, those of the table in use."""
    return (state.value_of(_KEPT) or {}).get(state.current().dataset, ())


def _keep(models: tuple[Kept, ...]) -> None:
    every = state.value_of(_KEPT) or {}
    state.seed(_KEPT, every | {state.current().dataset: models})


def offers(choices: AppState, data: Dataset) -> None:
    """Offer to add the model of the sidebar, and to build it up block by block."""
    models = models_kept()
    with st.container(horizontal=True):
        st.button(
            "Add the model in the sidebar",
            key="keep",
            type="primary",
            on_click=_add,
            args=(choices,),
            disabled=kept.added(models, choices) == models,
        )
        if choices.predictors:
            st.button(
                "Build it up level by level",
                key="ladder",
                on_click=_climb,
                args=(choices, data),
                help="No predictors first, then those of the rows, then those of each level"
                " outwards. Replaces the list.",
            )
        if models:
            st.button("Empty the list", key="empty", on_click=_keep, args=((),))


def handles(models: tuple[Kept, ...]) -> None:
    """Show every kept model with its name, its formula and what can be done with it."""
    last = len(models) - 1
    for place, each in enumerate(models):
        key = f"name-{place}"
        state.seed(key, each.name)
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"kept-{place}"):
            st.text_input(
                f"Model {place + 1}",
                key=key,
                width=420,
                max_chars=kept.LONGEST_NAME,
                on_change=_rename,
                args=(place,),
            )
            _button("↑", f"up-{place}", "Move up", _move, place, -1, disabled=place == 0)
            _button("↓", f"down-{place}", "Move down", _move, place, 1, disabled=place == last)
            _button("Take up", f"take-{place}", "Put into the sidebar", _take_up, place)
            _button("✕", f"remove-{place}", "Take out of the list", _remove, place)
        st.caption(for_markdown(each.choices.model.formula))


def fit_notes(fit: MixedFit) -> tuple[Note, ...]:
    """Return the notes of a fit but for what stands beneath the table of residuals anyway."""
    return tuple(note for note in fit.notes if note.code != NEED_ROWS)


def remarks(choices: AppState, fit: MixedFit) -> None:
    """Show what a fit has to say; where it is singular, offer the simpler model."""
    few = variance.hardly_known(fit)
    show.notes((*fit_notes(fit), *([few] if few else [])))
    found = kept.simpler(choices, fit.notes)
    if found is None or not found[0].levels:
        return
    simpler, words = found
    st.button(
        f"Use the model {for_markdown(words)}",
        key="use-simpler",
        on_click=state.change,
        kwargs=kept.told(simpler),
    )


def simpler_models(models: tuple[Kept, ...], fits: Sequence[MixedFit | PooledFit]) -> None:
    """Where a fit is singular, say so by name and offer the simpler model in its place."""
    told: set[str] = set()
    for place, (model, fit) in enumerate(zip(models, fits, strict=True)):
        found = kept.simpler(model.choices, fit.notes)
        if found is None:
            continue
        choices, words = found
        for remark in fit.notes:
            if remark.code.startswith("singular") and remark.message not in told:
                show.note(remark.severity, f"{model.name}: {remark.message}")
                told.add(remark.message)
        st.button(
            f"{for_markdown(model.name)}: put the model {for_markdown(words)} in its place",
            key=f"simpler-{place}",
            on_click=_replace,
            args=(place, choices),
        )


def _button(label: str, key: str, tip: str, call: object, *args: object, **look: bool) -> None:
    st.button(label, key=key, help=tip, on_click=call, args=args, **look)  # type: ignore[arg-type]


def _add(choices: AppState) -> None:
    _keep(kept.added(models_kept(), choices))


def _climb(choices: AppState, data: Dataset) -> None:
    _keep(kept.ladder(choices, described.varies_at(data, choices.levels)))


def _rename(place: int) -> None:
    _keep(kept.renamed(models_kept(), place, str(state.value_of(f"name-{place}") or "")))


def _move(place: int, by: int) -> None:
    _keep(kept.moved(models_kept(), place, by=by))


def _remove(place: int) -> None:
    _keep(kept.removed(models_kept(), place))


def _take_up(place: int) -> None:
    state.change(**kept.told(models_kept()[place].choices))


def _replace(place: int, choices: AppState) -> None:
    models = models_kept()
    others = kept.removed(models, place)
    if kept.added(others, choices) == others:  # the simpler one is in the list already
        _keep(others)
        return
    own = kept.added(others, choices, models[place].name)[-1]
    _keep((*models[:place], own, *models[place + 1 :]))
